// Warns 2 minutes before the session ends for want of use, with one press to stay; says so when it has ended.
// Nothing typed is ever thrown away: a form that is sent after the end first asks whether the session is back.
// Data: idle-seconds, stay-url, csrf-token. Inside: [data-part=warning], [data-part=ended], both hidden.

const WARN_BEFORE = 120; // seconds
const LOOK_EVERY = 5_000; // milliseconds
const TYPING_COUNTS_AFTER = 300; // seconds: whoever types is not away, even if the server hears nothing

export function start(region) {
  const idle = Number(region.dataset.idleSeconds);
  const warning = region.querySelector("[data-part=warning]");
  const ended = region.querySelector("[data-part=ended]");
  const otherPages = "BroadcastChannel" in window ? new BroadcastChannel("frontline-session") : null;
  let usedAt = Date.now();
  let isOver = false;
  let isAsking = false;

  const passed = () => (Date.now() - usedAt) / 1000;

  const show = (part) => {
    for (const each of [warning, ended]) each.hidden = each !== part;
    if (!part) return;
    part.querySelector("[role=alert]").textContent = part.dataset.words; // filled now, so that it is spoken now
    part.scrollIntoView({ block: "nearest" });
  };

  const used = () => {
    usedAt = Date.now();
    isOver = false;
    show(null);
  };

  const stay = async () => {
    if (isAsking) return false;
    isAsking = true;
    try {
      const answer = await fetch(region.dataset.stayUrl, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": region.dataset.csrfToken },
      });
      if (!answer.ok) return false;
      used();
      otherPages?.postMessage("used");
      return true;
    } catch {
      return null; // no network: not an answer
    } finally {
      isAsking = false;
    }
  };

  const look = () => {
    if (passed() >= idle && !isOver) {
      isOver = true;
      show(ended);
    } else if (!isOver && passed() >= idle - WARN_BEFORE && warning.hidden) {
      show(warning);
    }
  };

  const press = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    const kept = await stay();
    button.disabled = false;
    if (kept === false) {
      isOver = true;
      show(ended);
    } else if (kept) {
      document.getElementById("main-content")?.focus({ preventScroll: true });
    }
  };

  const guard = async (event) => {
    if (!isOver || event.target.dataset.leaves !== undefined) return;
    event.preventDefault();
    const { target: form, submitter } = event;
    if (await stay()) form.requestSubmit(submitter);
    else show(ended);
  };

  for (const button of region.querySelectorAll("[data-part=stay]")) button.addEventListener("click", press);
  document.addEventListener("submit", guard);
  document.addEventListener("input", () => {
    if (!isOver && passed() > TYPING_COUNTS_AFTER) stay();
  });
  document.addEventListener("frontline:used", used);
  otherPages?.addEventListener("message", used);
  otherPages?.postMessage("used");
  setInterval(look, LOOK_EVERY);
}
