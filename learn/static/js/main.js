// Starts the module that each element asks for with data-module="name". Every page works without any of them.
// The address of this file carries a hash of all of ours; the others are loaded with the same one.

const OURS = new Set([
  "arriving", "close", "draft", "fold", "frame", "kept", "markdown", "moderate", "others", "play", "preview", "print", "reply", "send",
  "session", "storage", "typed", "upload", "video", "window", "writing",
]);
const version = new URL(import.meta.url).search;

async function startOurs(element, name) {
  const { start } = await import(new URL(`${name}.js${version}`, import.meta.url));
  start(element);
}

async function startNhsuk() {
  const address = document.querySelector("script[data-nhsuk]").dataset.nhsuk;
  document.body.classList.add("js-enabled", "nhsuk-frontend-supported");
  const { initAll } = await import(address);
  initAll();
}

let needsNhsuk = false;
for (const element of document.querySelectorAll("[data-module]")) {
  const name = element.dataset.module;
  if (OURS.has(name)) startOurs(element, name);
  else if (name.startsWith("nhsuk-")) needsNhsuk = true;
}
if (needsNhsuk) startNhsuk();
