// Lists what a package in a preview asked for, call by call, as its frame tells. Believed is only that frame from its own
// origin; a frame without an origin of its own says "null". Data of the frame: origin. Left out is what packages ask after
// each call, whether it went wrong, where it did not: it would be half of the list.

const MOST = 500; // lines; a package may call hundreds of times a minute
const LONGEST = 200; // characters of a value
const NO_ERROR = /^(LMS)?GetLastError$/;
const QUIET = 1000; // milliseconds between two announcements

function shortened(value) {
  const text = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}

export function start(frame) {
  const place = document.querySelector(".calls");
  const part = (name) => place.querySelector(`[data-part=${name}]`);
  const body = part("table").querySelector("tbody");
  let count = 0;
  let saying = null;
  let last = "";

  function say(name) {
    last = name;
    if (saying) return;
    saying = setTimeout(() => {
      saying = null;
      part("said").textContent = `${count} ${count === 1 ? "call" : "calls"}. The last was ${last}.`;
    }, QUIET);
  }

  function add({ name, args, answer }) {
    if (NO_ERROR.test(name) && String(answer) === "0") return;
    count += 1;
    part("none").hidden = true;
    part("table").hidden = false;
    const row = body.insertRow(0);
    const number = row.insertCell();
    number.className = "num";
    number.textContent = count;
    number.dataset.label = "No.";
    const told = { Call: String(name), With: (args ?? []).map(shortened).join(", "), Answer: shortened(answer) };
    for (const [label, text] of Object.entries(told)) {
      const cell = row.insertCell();
      cell.className = "mono";
      cell.dataset.label = label;
      cell.textContent = text;
    }
    if (body.rows.length > MOST) body.deleteRow(-1);
    say(String(name));
  }

  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== frame.dataset.origin) return;
    const told = event.data;
    if (told?.t === "call") add(told);
    else if (told?.t === "height" && told.height > 0) frame.style.setProperty("--height", `${Math.min(told.height, 4000)}px`);
  });
}
