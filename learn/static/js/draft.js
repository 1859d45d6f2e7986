// Saves on the server what is being typed, so that a shared computer keeps nothing and nothing is lost.
// On the form: data-keep, the address for drafts. Inside: [data-part=draft], which says when it was saved.

const PAUSE = 1500; // milliseconds without a key

export function start(form) {
  const said = form.querySelector("[data-part=draft]");
  let timer;
  let isSent = false;
  let saved = typed(form);

  async function save({ isLeaving = false } = {}) {
    clearTimeout(timer);
    const text = typed(form);
    if (isSent || text === saved) return;
    try {
      const answer = await fetch(form.dataset.keep, { method: "POST", body: new FormData(form), keepalive: isLeaving });
      if (!answer.ok || answer.redirected) throw new Error("not saved");
      saved = text;
      said.textContent = `Draft saved at ${(await answer.json()).saved}. Only you can see it.`;
    } catch {
      said.textContent = "The draft could not be saved. Copy long text before you leave this page.";
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => {
    isSent = true;
    clearTimeout(timer);
  });
  document.addEventListener("frontline:leaving", ({ detail }) => detail.waits.push(save({ isLeaving: true })));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save({ isLeaving: true });
  });
}

function typed(form) {
  return [...form.elements].filter((each) => ["text", "textarea"].includes(each.type)).map((each) => each.value).join("\n\0");
}
