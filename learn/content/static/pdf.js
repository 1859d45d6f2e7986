// A PDF, page under page: drawn when it comes near, with its text over it, and told when it was seen.

import { play, used } from "./page.js";
import { drawn, loaded, sized } from "./pdf_page.js";
import { lastWord, told } from "./told.js";

const SEEN_AFTER = 1_000; // milliseconds that half of a page has to be in sight
const TELL_EVERY = 2_000;
const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const one = (name) => document.querySelector(`[data-pdf=${name}]`);

const stage = document.getElementById("stage");
const waiting = new Set();
const seen = new Set(play.initial.pages ?? []);
const timers = new Map();
let zoom = 1;
let current = 0;
let pdf;

function show(number, { moves = true } = {}) {
  if (number < 1 || number > pdf.numPages) return;
  if (moves) stage.children[number - 1].scrollIntoView({ block: "start" });
  if (number === current) return;
  current = number;
  one("number").value = number;
  one("said").textContent = `Page ${number} of ${pdf.numPages}`;
  one("previous").disabled = number === 1;
  one("next").disabled = number === pdf.numPages;
}

function see(number) {
  timers.delete(number);
  if (seen.has(number)) return;
  seen.add(number);
  waiting.add(number);
}

function looked(entries) {
  for (const { target, intersectionRatio, intersectionRect, rootBounds } of entries) {
    const number = Number(target.dataset.number);
    const fills = rootBounds ? intersectionRect.height / rootBounds.height : 0;
    const isInSight = intersectionRatio >= 0.5 || fills >= 0.5;
    if (isInSight) show(number, { moves: false });
    if (isInSight && !timers.has(number)) timers.set(number, setTimeout(see, SEEN_AFTER, number));
    if (!isInSight) {
      clearTimeout(timers.get(number));
      timers.delete(number);
    }
  }
}

function message() {
  return { pages: [...waiting], page: current };
}

async function tellSeen() {
  if (!waiting.size) return;
  const { pages, page } = message();
  if (await told("seen", { pages, page })) pages.forEach((each) => waiting.delete(each));
}

function zoomed(by) {
  const place = ZOOMS.indexOf(zoom) + by;
  if (place < 0 || place >= ZOOMS.length) return;
  zoom = ZOOMS[place];
  one("zoom").textContent = `${zoom * 100}%`;
  for (const page of stage.children) sized(page, zoom, stage.clientWidth);
  stage.children[current - 1].scrollIntoView({ block: "start" });
}

function listen() {
  one("previous").addEventListener("click", () => show(current - 1));
  one("next").addEventListener("click", () => show(current + 1));
  one("smaller").addEventListener("click", () => zoomed(-1));
  one("larger").addEventListener("click", () => zoomed(1));
  one("go").addEventListener("submit", (event) => {
    event.preventDefault();
    show(Number(one("number").value) || current);
    stage.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target === one("number") || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowRight") show(current + 1);
    if (event.key === "ArrowLeft") show(current - 1);
  });
  stage.addEventListener("scroll", used, { passive: true });
  window.addEventListener("pagehide", () => lastWord(message()));
  setInterval(tellSeen, TELL_EVERY);
}

async function start() {
  pdf = await loaded();
  const first = await pdf.getPage(1);
  one("count").textContent = `of ${pdf.numPages}`;
  one("number").max = pdf.numPages;
  const near = new IntersectionObserver(
    (entries) => entries.forEach((each) => each.isIntersecting && drawn(pdf, each.target)),
    { root: stage, rootMargin: "100% 0px" },
  );
  const inSight = new IntersectionObserver(looked, { root: stage, threshold: [0, 0.25, 0.5, 0.75, 1] });
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = document.createElement("section");
    page.dataset.number = number;
    page.setAttribute("aria-label", `Page ${number}`);
    page.viewport = first.getViewport({ scale: 1 });
    stage.append(page);
    sized(page, zoom, stage.clientWidth);
    near.observe(page);
    inSight.observe(page);
  }
  listen();
  show(Math.min(play.initial.page ?? 1, pdf.numPages));
  told("seen", { page: current });
}

start().catch(() => {
  document.getElementById("notice").textContent = "This PDF cannot be shown: its file is damaged or needs a password.";
});
