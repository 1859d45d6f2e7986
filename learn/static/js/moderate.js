// The page of an item that a facilitator decides about: keeps the item theirs while the page is open, says when it is not,
// and puts words to begin with into an empty note as soon as act and reason are chosen.
// Data: keep-url, words-url, csrf-token. Inside: [data-part=lease] with data-lost, [data-part=suggest], a form.

const EVERY = 4 * 60_000; // milliseconds; the lease is three times as long

export function start(card) {
  const form = card.querySelector("form");
  const lease = card.querySelector("[data-part=lease]");
  const words = form.elements.words;
  const headers = { Accept: "application/json", "X-CSRFToken": card.dataset.csrfToken };
  let suggested = "";

  const post = async (address, body) => {
    const answer = await fetch(address, { method: "POST", headers, body, redirect: "manual" });
    return answer.ok ? answer.json() : null;
  };

  const keep = async () => {
    if (document.hidden) return;
    const answer = await post(card.dataset.keepUrl).catch(() => null);
    if (!answer) return;
    if (!answer.is_kept) lease.setAttribute("role", "alert");
    lease.textContent = answer.is_kept ? answer.words : lease.dataset.lost;
    if (!answer.is_kept) clearInterval(timer);
  };
  const timer = setInterval(keep, EVERY);

  const suggest = async () => {
    const chosen = form.elements.act.value && form.elements.reason.value;
    if (!chosen || (words.value.trim() && words.value !== suggested)) return;
    const answer = await post(card.dataset.wordsUrl, new FormData(form)).catch(() => null);
    if (!answer || (words.value.trim() && words.value !== suggested)) return;
    words.value = answer.words;
    suggested = answer.words;
  };

  form.addEventListener("change", (event) => {
    if (["act", "reason"].includes(event.target.name)) suggest();
  });
}
