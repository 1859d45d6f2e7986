// Keeps a session safe while a page is open: warns 2 minutes before it ends for want of use, with one press to stay, and
// leaves the page when it has ended. Before a form with typed text is sent, it asks whether the session is still there:
// what was typed is kept (typed.js); where the browser keeps nothing, as in some frames, the page stays, covered, until
// its person is back. Other tabs and the next person: others.js.
// Data: idle-seconds, stay-url, csrf-token, leave-url, next, person. Inside: [data-part=warning], [data-part=covered],
// both hidden.

const WARN_BEFORE = 120; // seconds
const LOOK_EVERY = 5_000; // milliseconds
const TYPING_COUNTS_AFTER = 300; // seconds: whoever types is not away, even if the server hears nothing

// True when the page's session is there, false when it is over or somebody else's, null when nobody answered.
// Without options it only looks, which lengthens nothing.
export async function ask(region, options) {
  try {
    const headers = { Accept: "application/json", ...options?.headers };
    const answer = await fetch(region.dataset.stayUrl, { redirect: "manual", ...options, headers });
    if (answer.ok) return (await answer.json()).person === region.dataset.person;
    return answer.status < 500 ? false : null; // a redirect to the sign-in page has the status 0
  } catch {
    return null;
  }
}

// Hides everything but the region's own part of the page, or shows it again.
function cover(region, isCovered) {
  const around = [region.parentElement, region.closest("main")];
  for (const each of [...document.body.children, ...around[1].children]) {
    if (!around.includes(each)) each.classList.toggle("is-covered", isCovered);
  }
}

export function start(region) {
  const idle = Number(region.dataset.idleSeconds);
  const warning = region.querySelector("[data-part=warning]");
  const covered = region.querySelector("[data-part=covered]");
  const main = document.getElementById("main-content");
  let usedAt = Date.now();
  let isLeaving = false;
  let isAsking = false;
  let allowed = null; // the form that is sent because the session was found to be there

  const passed = () => (Date.now() - usedAt) / 1000;

  const show = (part, words = part?.dataset.words) => {
    for (const each of [warning, covered]) each.hidden = each !== part;
    if (part) part.querySelector("[role=alert]").textContent = words; // filled now, so that it is spoken now
    part?.scrollIntoView({ block: "nearest" });
  };

  const used = () => {
    usedAt = Date.now();
    if (!isLeaving) show(null);
  };

  const stay = async () => {
    const answer = await ask(region, { method: "POST", headers: { "X-CSRFToken": region.dataset.csrfToken } });
    if (answer) document.dispatchEvent(new Event("frontline:used"));
    return answer;
  };

  // Nothing of the person stays to be seen; what was typed is kept first.
  const leave = async ({ comesBack = true } = {}) => {
    if (isLeaving) return;
    isLeaving = true;
    document.documentElement.hidden = true;
    const told = new CustomEvent("frontline:leaving", { detail: { waits: [] } });
    document.dispatchEvent(told);
    const isKept = await Promise.all(told.detail.waits);
    if (isKept.includes(false)) {
      cover(region, true);
      document.documentElement.hidden = false;
      show(covered);
      main.focus({ preventScroll: true });
      return;
    }
    const query = new URLSearchParams(comesBack ? { next: region.dataset.next } : {});
    if (isKept.includes(true)) query.set("kept", "1");
    location.replace(`${region.dataset.leaveUrl}?${query}`);
  };

  const look = () => {
    if (isLeaving) return;
    if (passed() >= idle) leave();
    else if (passed() >= idle - WARN_BEFORE && warning.hidden) show(warning);
  };

  const press = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    const answer = await stay();
    button.disabled = false;
    if (answer === false) leave();
    else if (answer) main.focus({ preventScroll: true });
  };

  const uncover = async () => {
    if (!(await ask(region))) {
      show(covered, covered.dataset.notYet);
      return;
    }
    isLeaving = false;
    cover(region, false);
    document.dispatchEvent(new Event("frontline:used"));
    main.focus({ preventScroll: true });
  };

  const guard = async (event) => {
    const { target: form, submitter } = event;
    const isGuarded = ["draft", "typed", "writing"].includes(form.dataset.module) || passed() >= idle;
    if (!isGuarded || form === allowed || form.method !== "post" || form.dataset.leaves !== undefined) return;
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    const answer = await stay();
    isAsking = false;
    if (answer === false) {
      leave();
      return;
    }
    allowed = form;
    form.requestSubmit(submitter);
    allowed = null;
  };

  warning.querySelector("[data-part=stay]").addEventListener("click", press);
  covered.querySelector("[data-part=again]").addEventListener("click", uncover);
  document.addEventListener("submit", guard);
  document.addEventListener("input", () => {
    if (passed() > TYPING_COUNTS_AFTER && passed() < idle && !isAsking) stay();
  });
  for (const name of ["frontline:used", "frontline:used-elsewhere"]) document.addEventListener(name, used);
  document.addEventListener("frontline:leave", ({ detail }) => leave(detail));
  setInterval(look, LOOK_EVERY);
}
