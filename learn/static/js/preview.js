// Lists what a package in a preview asked for, call by call, as its frame tells. Believed is only that frame from its own
// origin; a frame without an origin of its own says "null". Data of the frame: origin.

const MOST = 500; // lines; a package may call hundreds of times a minute
const LONGEST = 200; // characters of a value
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

  function say(name) {
    if (saying) return;
    saying = setTimeout(() => {
      saying = null;
      part("said").textContent = `${count} ${count === 1 ? "call" : "calls"}. The last was ${name}.`;
    }, QUIET);
  }

  function add({ name, args, answer }) {
    count += 1;
    part("none").hidden = true;
    part("table").hidden = false;
    const row = body.insertRow(0);
    const number = row.insertCell();
    number.className = "num";
    number.textContent = count;
    for (const text of [String(name), (args ?? []).map(shortened).join(", "), shortened(answer)]) {
      const cell = row.insertCell();
      cell.className = "mono";
      cell.textContent = text;
    }
    if (body.rows.length > MOST) body.deleteRow(-1);
    say(name);
  }

  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== frame.dataset.origin) return;
    const told = event.data;
    if (told?.t === "call") add(told);
    else if (told?.t === "height" && told.height > 0) frame.style.setProperty("--height", `${Math.min(told.height, 4000)}px`);
  });
}
