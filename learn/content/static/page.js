// What every player shares: what it was given, what it tells the page round it, notices, and the sign that it is in use.

export const play = JSON.parse(document.getElementById("play").textContent);
export const isRecorded = play.mode === "learn";

const ALIVE_EVERY = 4 * 60_000; // milliseconds; a play lives for 20 minutes after it was last used
const ACTIVE_FOR = 10 * 60_000;

let activeAt = Date.now();
let shownSince = document.hidden ? null : performance.now();
let shown = 0;

// Hints for the site's page, which reads the truth from its own server.
export function tell(message) {
  if (window.parent !== window) window.parent.postMessage(message, play.app);
}

// One call of the package, for the author's list in a preview.
export function tellCall(name, args, answer) {
  if (play.mode !== "preview") return;
  const short = (value) => String(value).slice(0, 500);
  tell({ t: "call", name, args: Array.from(args, short), answer: short(answer) });
}

export function notice(words) {
  document.getElementById("notice").textContent = words;
}

export function fenced() {
  notice("You opened this in another window. What you do here is not kept.");
  tell({ t: "fenced" });
}

export function ended() {
  notice("This has been closed, so what you do here is not kept. Load the page again to go on.");
  tell({ t: "ended" });
}

export function full() {
  notice("This activity wants to keep more than fits. Its latest changes were not saved.");
  tell({ t: "full" });
}

// Seconds for which the page has been in sight.
export function seconds() {
  const running = shownSince === null ? 0 : performance.now() - shownSince;
  return play.seconds + Math.round((shown + running) / 1000);
}

export function used() {
  activeAt = Date.now();
}

// Listens to what a window of the package wants: signs of use, and hosts that it was refused.
const watched = new WeakSet();
export function watch(target) {
  try {
    if (!target || watched.has(target.document)) return;
    watched.add(target.document);
    for (const name of ["pointerdown", "keydown", "scroll"]) {
      target.addEventListener(name, used, { passive: true, capture: true });
    }
    target.document.addEventListener("securitypolicyviolation", refused);
  } catch {
    // a window of another origin keeps to itself
  }
}

const hosts = new Set();
function refused(event) {
  let host = "";
  try {
    host = new URL(event.blockedURI).host;
  } catch {
    return;
  }
  if (!host || host === location.host || hosts.has(host)) return;
  hosts.add(host);
  tell({ t: "refused-host", host });
}

export async function alive() {
  if (document.hidden) return;
  const body = JSON.stringify({ active: Date.now() - activeAt < ACTIVE_FOR });
  const answer = await fetch(`${play.base}/alive`, { method: "POST", body }).catch(() => null);
  if (answer?.status === 404) ended();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    if (shownSince !== null) shown += performance.now() - shownSince;
    shownSince = null;
  } else {
    shownSince = performance.now();
    alive();
  }
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // a page out of the browser's memory knows nothing of what came after it
});
setInterval(alive, ALIVE_EVERY);
watch(window);
if (play.fenced) fenced();
