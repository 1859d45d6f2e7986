// A shared computer: the tabs of one browser go together. What is used in one lengthens all; when their person signs out
// in one, or somebody else comes in, the others show nothing any more. A page that is looked at again asks first, for
// browsers in which frames do not hear each other, and so does one that the browser kept whole for its Back button.
// Lies in the region of session.js and takes its data.

const KEPT = "frontline-typed:"; // as in typed.js
const KEPT_FOR = 24 * 3600_000; // milliseconds
const OUT_WITHIN = 20; // questions, a quarter of a second apart, until another tab's sign-out is done

// The path of the page whose form was answered by leading here; null where this page was opened in another way.
export const answered = (() => {
  const isRedirected = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
  return isRedirected && document.referrer ? new URL(document.referrer).pathname : null;
})();

// Takes away what typed.js keeps, where a test of its name, its time and the page it was sent from says so.
function forget(test) {
  try {
    for (const name of Object.keys(localStorage).filter((each) => each.startsWith(KEPT))) {
      const [time, , , sentFrom] = localStorage.getItem(name).split(" ");
      if (test(name, Number(time), sentFrom)) localStorage.removeItem(name);
    }
  } catch {
    // The browser keeps nothing for us here.
  }
}

export async function start(element) {
  const { ask } = await import(new URL(`session.js${new URL(import.meta.url).search}`, import.meta.url));
  const region = element.closest("[data-module=session]");
  const { person, leaveUrl } = region.dataset;
  const root = document.documentElement;
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("frontline-session") : null;
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

  const signingOut = () => {
    tell("frontline:signing-out");
    if (person) forget((name) => name.startsWith(KEPT + person));
  };

  // Another tab is signing out: hide at once, go when it is done, and come back should it have failed.
  const signedOutElsewhere = async () => {
    root.hidden = true;
    signingOut();
    for (let asked = 0; asked < OUT_WITHIN; asked += 1) {
      if ((await ask(region)) === false) {
        location.replace(leaveUrl);
        return;
      }
      await new Promise((done) => setTimeout(done, 250));
    }
    root.hidden = false;
  };

  document.addEventListener("submit", ({ target: form }) => {
    if (form.dataset.leaves === undefined) return;
    signingOut();
    tabs?.postMessage({ person, isOut: true });
  });
  document.addEventListener("frontline:used", () => tabs?.postMessage({ person }));
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState === "visible" && (await ask(region)) === false) tell("frontline:leave", { comesBack: false });
  });
  tabs?.addEventListener("message", ({ data }) => {
    if (data.person !== person) tell("frontline:leave", { comesBack: false });
    else if (data.isOut) signedOutElsewhere();
    else tell("frontline:used-elsewhere");
  });
  window.addEventListener("pagehide", (event) => {
    if (event.persisted) root.hidden = true;
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  tabs?.postMessage({ person });
  forget((_name, time, sentFrom) => !(Date.now() - time < KEPT_FOR) || (sentFrom && sentFrom === answered));
}
