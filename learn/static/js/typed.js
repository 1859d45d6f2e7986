// Keeps what somebody typed into a form and has not sent, and puts it back when they open the same form again: after
// their session ended, after Back, after a connection that failed or was broken off. On a shared computer nobody else
// can read it: it is locked (AES-GCM) with a key that only pages of that person's own sessions carry, and no page stays
// in the browser. It goes when it was sent and answered, when its person signs out or discards it, and after a day
// (others.js). Clear-Site-Data would also take what others keep here, and every static file; so it is not sent.
// On the form: action, by which the same form is known again. Inside: [data-part=put-back] with [data-part=discard].

const KEPT = "frontline-typed:"; // as in others.js
const PAUSE = 400; // milliseconds without a key before it is kept
const MOST = 100_000; // bytes

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

// Where the text of one form lies; every act fails where the browser keeps nothing, and after an anonymous launch.
async function boxFor(form) {
  const { answered } = await import(new URL(`others.js${new URL(import.meta.url).search}`, import.meta.url));
  const { person, key } = document.querySelector("[data-module=session]").dataset;
  const name = `${KEPT}${person}:${new URL(form.getAttribute("action") ?? "", location.href).pathname}`;
  const lock = () => crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"]);

  return {
    async empty() {
      localStorage.removeItem(name);
    },

    async put(typed, sentFrom = "") {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const text = new TextEncoder().encode(JSON.stringify(typed));
      if (text.length > MOST) throw new RangeError("too long to keep");
      const locked = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await lock(), text);
      localStorage.setItem(name, `${Date.now()} ${hex(iv)} ${hex(new Uint8Array(locked))} ${sentFrom}`);
    },

    async look() {
      const [, iv, locked, sentFrom] = localStorage.getItem(name)?.split(" ") ?? [];
      if (!locked || (sentFrom && sentFrom === answered)) return {};
      const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes(iv) }, await lock(), bytes(locked));
      return JSON.parse(new TextDecoder().decode(text));
    },
  };
}

export async function start(form) {
  const box = await boxFor(form);
  const note = form.querySelector("[data-part=put-back]");
  const cameBack = document.title.startsWith("Error: "); // its values are the page's own, and yet were never saved
  let timer;
  let isOver = false;

  const fields = () => [...form.elements].filter((each) => each.name && ["text", "textarea"].includes(each.type));

  // True when something was kept, false when it could not be, null when there is nothing to keep.
  const keep = async ({ isSent = false } = {}) => {
    clearTimeout(timer);
    if (isOver) return null;
    const changed = fields().filter((each) => cameBack || each.value !== each.defaultValue);
    const typed = Object.fromEntries(changed.map((each) => [each.name, each.value]));
    try {
      await (changed.length === 0 ? box.empty() : box.put(typed, isSent ? location.pathname : ""));
      return changed.length > 0 || null;
    } catch {
      return changed.length > 0 ? false : null;
    }
  };

  const putBack = async () => {
    const typed = await box.look().catch(() => ({}));
    const untouched = fields().filter((each) => each.name in typed && each.value === each.defaultValue);
    const missing = untouched.filter((each) => each.value !== typed[each.name]);
    for (const each of missing) each.value = typed[each.name];
    if (missing.length > 0) {
      note.hidden = false;
      note.querySelector("[role=status]").textContent = note.dataset.words;
    }
    await keep(); // what was sent, or is saved as it was typed, goes
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  note.querySelector("[data-part=discard]").addEventListener("click", () => {
    form.reset();
    note.hidden = true;
    fields()[0]?.focus();
    keep();
  });
  window.addEventListener("submit", (event) => {
    if (event.target === form && !event.defaultPrevented) keep({ isSent: true });
  });
  document.addEventListener("frontline:leaving", ({ detail }) => detail.waits.push(keep()));
  document.addEventListener("frontline:signing-out", () => {
    clearTimeout(timer);
    isOver = true;
  });
  if (cameBack) await keep();
  else await putBack();
}
