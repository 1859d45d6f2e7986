// Tries each way out of the frame and writes what came of it, {name: {reached, said}}, as JSON into the page.
// A way that is shut says which policy shut it; a test reads <pre data-testid="probes"> once data-done is "true".
"use strict";

const places = JSON.parse(document.getElementById("quirks").textContent).probes; // {app, other, outside}: origins or addresses
const results = {};
const violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(`${event.effectiveDirective} ${event.blockedURI}`));

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const within = (promise, ms = 5000) => Promise.race([promise, wait(ms).then(() => { throw new Error("no answer"); })]);

// A browser tells of what it stopped in its own time, on a machine that does much else in a second and more.
const told = async (before, ms = 2500) => {
  for (let waited = 0; waited < ms && violations.length === before; waited += 25) await wait(25);
};

async function probe(name, attempt) {
  const before = violations.length;
  try {
    const said = await within(Promise.resolve().then(attempt));
    results[name] = { reached: true, said: typeof said === "object" ? said : String(said) };
  } catch (error) {
    results[name] = { reached: false, said: `${error.name}: ${error.message}` };
  }
  await wait(20); // a violation is told after the error
  results[name].violations = violations.slice(before);
}

// An element that loads or fails.
const loaded = (tag, change) => new Promise((resolve, reject) => {
  const element = Object.assign(document.createElement(tag), change);
  element.onload = element.onloadeddata = () => resolve("loaded");
  element.onerror = () => reject(new Error("not loaded"));
  document.body.append(element);
});

// A frame loads an error page too: only what it can be seen to hold, or no violation, says that it was reached.
async function framed(address) {
  const before = violations.length;
  await loaded("iframe", { src: address, hidden: true, title: "probe" });
  await told(before);
  if (violations.length > before) throw new Error("refused by policy");
  return "no violation";
}

async function sent(action, method = "post") {
  const before = violations.length;
  const name = `probe-${Math.random()}`;
  document.body.append(Object.assign(document.createElement("iframe"), { name, hidden: true, title: "probe" }));
  const form = Object.assign(document.createElement("form"), { action, method, target: name });
  document.body.append(form);
  form.submit();
  await told(before);
  if (violations.length > before) throw new Error("refused by policy");
  return "no violation";
}

const socket = (address) => new Promise((resolve, reject) => {
  const made = new WebSocket(address.replace(/^http/, "ws"));
  made.onopen = () => resolve("open");
  made.onerror = () => reject(new Error("not open"));
});

const allowed = (feature) => (document.featurePolicy || document.permissionsPolicy).allowsFeature(feature);
const must = (is, said) => { if (!is) throw new Error(said); return "yes"; };
const headersOf = async (address) => {
  const answer = await fetch(address, { cache: "no-store" });
  return { status: answer.status, ...Object.fromEntries(answer.headers) };
};

async function run() {
  // Upwards: the app page and whatever holds it.
  await probe("app_document", () => parent.parent.document.title);
  await probe("top_document", () => top.document.title);
  await probe("top_navigation", () => { top.location = `${places.outside}/taken`; return "went"; });
  await probe("app_location", () => parent.parent.location.href);
  await probe("forged_message", () => { parent.parent.postMessage({ t: "exit" }, "*"); return "posted"; });
  // The app's own origin, another version's, and the world.
  for (const [who, origin] of Object.entries(places)) {
    await probe(`${who}_fetch`, () => fetch(`${origin}/?probe=fetch`, { mode: "no-cors", credentials: "include" }));
    await probe(`${who}_beacon`, async () => {
      const before = violations.length;
      must(navigator.sendBeacon(`${origin}/?probe=beacon`, "x"), "not sent");
      await wait(50);
      return must(violations.length === before, "queued");
    });
    await probe(`${who}_image`, () => loaded("img", { src: `${origin}/favicon.ico?probe=image`, alt: "" }));
    await probe(`${who}_script`, () => loaded("script", { src: `${origin}/?probe=script` }));
    await probe(`${who}_style`, () => loaded("link", { rel: "stylesheet", href: `${origin}/?probe=style` }));
    await probe(`${who}_video`, () => loaded("video", { src: `${origin}/?probe=video` }));
    await probe(`${who}_frame`, () => framed(`${origin}/?probe=frame`));
    await probe(`${who}_form`, () => sent(`${origin}/?probe=form`));
    await probe(`${who}_module`, () => import(`${origin}/?probe=module`));
    await probe(`${who}_worker`, () => new Promise((resolve, reject) => {
      const worker = new Worker(`${origin}/?probe=worker`);
      worker.onmessage = () => resolve("ran");
      worker.onerror = () => reject(new Error("not run"));
    }));
  }
  await probe("outside_socket", () => socket(`${places.outside}/?probe=socket`));
  await probe("outside_event_source", () => new Promise((resolve, reject) => {
    const source = new EventSource(`${places.outside}/?probe=events`);
    source.onopen = () => resolve("open");
    source.onerror = () => { source.close(); reject(new Error("not open")); };
  }));
  await probe("outside_font", () => new FontFace("probe", `url(${places.outside}/?probe=font)`).load());
  // What would outlive the page, plug-ins, and where links point.
  await probe("service_worker", () => navigator.serviceWorker.register("sw.js"));
  await probe("object", () => loaded("object", { data: "data.txt" }));
  await probe("base", async () => {
    const base = document.head.appendChild(Object.assign(document.createElement("base"), { href: `${places.outside}/` }));
    const is = new URL("x", document.baseURI).origin !== location.origin;
    base.remove();
    return must(is, "base refused");
  });
  // Devices.
  for (const feature of ["camera", "microphone", "geolocation", "payment", "usb", "display-capture"])
    await probe(`feature_${feature}`, () => must(allowed(feature), "not allowed"));
  await probe("geolocation", () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)));
  await probe("camera", () => navigator.mediaDevices.getUserMedia({ video: true }));
  // What content has to be able to do.
  await probe("may_evaluate", () => eval("1 + 1"));
  await probe("may_store", () => { localStorage.setItem("frontline-probe", "x"); return localStorage.getItem("frontline-probe"); });
  await probe("may_use_unload", () => must(allowed("unload"), "not allowed"));
  await probe("may_go_full_screen", () => must(allowed("fullscreen"), "not allowed"));
  await probe("may_use_data_images", () => loaded("img", { alt: "", src: "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7" }));
  // What was told, and what is answered.
  await probe("cookies", () => must(document.cookie, "no cookie"));
  await probe("stored_before", () => must(foreign, "nothing stored"));
  await probe("referrer", () => must(document.referrer, "no referrer"));
  await probe("agent_cluster", () => must(window.originAgentCluster === true, "own agent cluster"));
  await probe("headers", () => headersOf(location.href));
  await probe("unknown_ending", () => headersOf("data.xyz"));
  await probe("text_as_script", () => loaded("script", { src: "data.txt" }));
  await probe("drawing", () => headersOf("drawing.svg"));
  await probe("app_pages_here", async () => must((await fetch("/")).status !== 404, "404"));
  await probe("other_token", async () => must((await fetch("/c/AAAAAAAAAAAAAAAAAAAAAA/player")).status !== 404, "404"));
  await probe("outside_folder", async () => must((await fetch("..%2f..%2f..%2fetc/passwd")).status < 400, "refused"));
  const place = document.querySelector('[data-testid="probes"]');
  place.textContent = JSON.stringify(results);
  place.dataset.done = "true";
}

const foreign = (() => { try { return localStorage.getItem("frontline-mark"); } catch { return null; } })();
try { localStorage.setItem("frontline-mark", location.origin); } catch { /* an opaque origin has none */ }
run();
