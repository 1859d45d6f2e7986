// Pages that bring their own scripts: shown, and told once that they were opened.

import { play } from "./page.js";
import { told } from "./told.js";

const frame = document.createElement("iframe");
frame.title = play.title;
frame.allow = "fullscreen; autoplay";
frame.addEventListener("load", () => told("seen", {}), { once: true });
frame.src = play.entry;
document.getElementById("stage").append(frame);
