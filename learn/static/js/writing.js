// Saves the form of a story by itself, a few seconds after a change and on leaving a field, and says so; counts words while
// somebody types. Nothing is kept in the browser: wards share computers. Without this the form's buttons save.
// Data of the form: save, where it is saved to; stopped, when another window saved since. Inside: [data-part=saved] says how
// it went, [data-guide] how long a text is, [data-box] what was found in it, and on the page [data-left] what a part needs.

const PAUSE = 3_000; // milliseconds without a key before it is saved
const AGAIN = 15_000; // milliseconds until it is tried again
const WORD = /[\p{L}\p{N}_][\p{L}\p{N}_'\u2019-]*/gu;
const LOST = "Not saved: there is no connection. It is tried again while this page is open.";
const ENDED = "Not saved: your session has ended. Leave this page open, sign in again in another tab, then come back.";
const TOO_BIG = "This file is too big. Choose a smaller one.";

function count(field) {
  const guide = document.querySelector(`[data-guide="${field.name}"]`);
  if (!guide?.textContent) return;
  const words = field.value.match(WORD)?.length ?? 0;
  guide.textContent = guide.textContent.includes("characters")
    ? guide.textContent.replace(/^\d+/, field.value.length)
    : guide.textContent.replace(/^\d+ words?/, words === 1 ? "1 word" : `${words} words`);
}

function refuseBig(input) {
  const isTooBig = input.files[0]?.size > Number(input.dataset.most);
  input.parentElement.querySelector("[data-part=too-big]")?.remove();
  if (!isTooBig) return;
  const words = document.createElement("p");
  words.className = "nhsuk-error-message";
  words.dataset.part = "too-big";
  words.setAttribute("role", "alert");
  input.before(words);
  words.textContent = TOO_BIG;
  input.value = "";
}

export function start(form) {
  const said = form.querySelector("[data-part=saved]");
  let isStopped = "stopped" in form.dataset;
  let isChanged = false;
  let isSending = false;
  let saving = null;
  let timer;

  const say = (words, isWrong = false) => {
    said.textContent = words;
    said.classList.toggle("is-wrong", isWrong);
  };

  const typed = () => {
    const data = new FormData(form);
    for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name);
    return data;
  };

  const show = (told) => {
    form.elements.saves.value = told.saves;
    say(told.words);
    for (const [name, words] of Object.entries(told.left)) {
      document.querySelector(`[data-left="${name}"]`).textContent = words;
    }
    for (const box of form.querySelectorAll("[data-box]")) {
      const html = told.boxes[box.dataset.box] ?? "";
      if (html === (box.shown ?? "") || box.contains(document.activeElement)) continue;
      box.shown = html;
      box.innerHTML = html; // made by the server's template, which escapes
    }
  };

  // Gives the milliseconds after which the next save may come.
  const send = async () => {
    try {
      const answer = await fetch(form.dataset.save, {
        method: "POST", body: typed(), redirect: "manual", headers: { Accept: "application/json" },
      });
      const told = await answer.json().catch(() => ({ words: answer.status < 500 ? ENDED : LOST }));
      if (answer.ok) {
        show(told);
        return PAUSE;
      }
      isStopped = answer.status === 409;
      say(told.words, true);
    } catch {
      say(LOST, true);
    }
    isChanged ||= !isStopped;
    return AGAIN;
  };

  const save = async () => {
    clearTimeout(timer);
    if (!isChanged || isStopped || saving) return;
    isChanged = false;
    saving = send();
    const wait = await saving;
    saving = null;
    clearTimeout(timer);
    if (isChanged && !isStopped) timer = setTimeout(save, wait); // typed meanwhile, or not saved
  };

  const later = () => {
    isChanged = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };

  form.addEventListener("input", ({ target }) => {
    if (target.type === "file") return;
    count(target);
    later();
  });
  form.addEventListener("change", ({ target }) => {
    if (target.type === "file") refuseBig(target);
    else later();
  });
  form.addEventListener("focusout", save);
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (!saving) return;
    event.preventDefault(); // the number of saves changes with the one that is on its way
    event.stopPropagation();
    const { submitter } = event;
    await saving;
    form.requestSubmit(submitter);
  });
  addEventListener("submit", (event) => {
    if (event.target === form && !event.defaultPrevented) isSending = true;
  });
  document.addEventListener("frontline:leaving", ({ detail }) => {
    if (isChanged || saving) detail.waits.push((saving ?? Promise.resolve()).then(save).then(() => !isChanged && !isStopped));
  });
  addEventListener("pageshow", () => {
    isSending = false;
  });
  addEventListener("pagehide", () => {
    if (isChanged && !isStopped && !isSending) navigator.sendBeacon(form.dataset.save, typed());
  });
}
