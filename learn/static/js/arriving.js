// Says where something is while somebody waits for it, a mail with a code or a file: asks every few seconds, not for ever.
// Without a script "Check again" loads the page. Data: path; every, milliseconds between; most, how often to ask; bar, the id of a progress bar;
// loads-again, where the page has more to show when it is over.

const EVERY = 3000; // milliseconds
const MOST = 25;

export function start(element) {
  if (element.dataset.isOver !== undefined) return;
  const again = document.querySelector("[data-part=again]");
  if (again) again.hidden = true;
  const bar = document.getElementById(element.dataset.bar);
  const every = Number(element.dataset.every ?? EVERY);
  const most = Number(element.dataset.most ?? MOST);
  let asked = 0;

  const tell = (told) => {
    if (told.words && told.words !== element.textContent) element.textContent = told.words;
    if (bar && told.parts) {
      bar.max = told.parts;
      bar.value = told.done;
    }
    if (told.is_over && element.dataset.loadsAgain !== undefined) location.reload();
  };

  const ask = async () => {
    asked += 1;
    let isOver = false;
    try {
      const answer = await fetch(element.dataset.path, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const told = await answer.json();
      isOver = told.is_over;
      tell(told);
    } catch {
      // No network at the moment: the next turn may have one.
    } finally {
      if (!isOver && asked < most) setTimeout(ask, every);
      else if (!isOver && again) again.hidden = false;
    }
  };

  setTimeout(ask, 1000);
}
