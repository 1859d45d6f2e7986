// Beside a package in its frame: believes only messages of that frame and its origin, and even those are hints: what they
// say of progress is asked of our own server, which answers with the parts of the page that change.
// Data: origin (what messages come from; "null" for a frame without one), state-url. Inside: iframe, [data-part=trouble].

const PAUSE = 1_000; // milliseconds: several messages are one question
const LOWEST = 160; // pixels
const HIGHEST = 4_000;

// What went wrong the frame says itself, above the package; here is what it cannot know: how to go on.
const FENCED = "To go on here, load this page again. The other window then keeps nothing more.";
const UNKNOWN = "What you do is kept. This page cannot show it at the moment, and tries again by itself.";

const flat = (text) => text.replace(/\s+/g, " ").trim();

// Puts new parts into the page. What is the same, in use or folded out stays, so that nothing jumps or is spoken twice.
function replace(parts) {
  for (const [name, html] of Object.entries(parts)) {
    const part = document.getElementById(name);
    const fresh = document.createElement("template");
    fresh.innerHTML = html; // our own server's
    if (!part || flat(part.textContent) === flat(fresh.content.textContent)) continue;
    if (part.contains(document.activeElement) || part.querySelector("details[open]")) continue;
    part.replaceChildren(fresh.content);
  }
}

export function start(element) {
  const frame = element.querySelector("iframe");
  const trouble = element.querySelector("[data-part=trouble]");
  const { origin, stateUrl } = element.dataset;
  let timer;

  const say = (words) => {
    if (trouble.textContent !== words) trouble.textContent = words;
    trouble.hidden = words === "";
  };

  const ask = async () => {
    try {
      const answer = await fetch(stateUrl, { redirect: "manual", headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(`refused: ${answer.status}`);
      replace((await answer.json()).parts);
      if (trouble.textContent === UNKNOWN) say("");
      document.dispatchEvent(new Event("frontline:used"));
    } catch {
      if (trouble.hidden) say(UNKNOWN);
      timer = setTimeout(ask, 10 * PAUSE);
    }
  };

  const askSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };

  const told = {
    progress: askSoon,
    exit: askSoon,
    height: ({ height }) => {
      if (Number.isFinite(height)) frame.style.height = `${Math.min(HIGHEST, Math.max(LOWEST, Math.ceil(height)))}px`;
    },
    fenced: () => say(FENCED),
  };

  frame.addEventListener("load", askSoon); // some units are completed by being opened
  window.addEventListener("message", ({ source, origin: from, data }) => {
    if (source !== frame.contentWindow || from !== origin) return;
    if (data !== null && typeof data === "object" && Object.hasOwn(told, data.t)) told[data.t](data);
  });
}
