// Sends chosen files in slices, each with its own line, so that a lost connection costs one slice and not the file.
// Without this the form sends them all at once. Data of the form: begin, where a file is announced; largest, in bytes.

const TRIES = 5;

function words(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)}GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)}MB` : `${Math.max(1, Math.round(bytes / 1e3))}kB`;
}

const later = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

class Refused extends Error {}

async function told(answer) {
  const found = await answer.json().catch(() => ({}));
  if (answer.ok) return found;
  const said = found.words ?? "Something went wrong. Load the page again, then choose the file once more.";
  throw new Refused(said);
}

export function start(form) {
  const token = form.elements.csrf_token.value;
  const check = document.getElementById("check");
  const place = document.getElementById("on-their-way");
  const said = check.querySelector("[data-part=said]");
  let isLeaving = false;
  check.addEventListener("submit", () => { isLeaving = true; });
  const headers = { "X-CSRFToken": token, Accept: "application/json" };

  function line(file) {
    const item = document.getElementById("one-file").content.firstElementChild.cloneNode(true);
    const part = (name) => item.querySelector(`[data-part=${name}]`);
    const bar = item.querySelector("progress");
    part("name").textContent = file.name;
    bar.setAttribute("aria-label", `How much of ${file.name} is here`);
    part("cancel").setAttribute("aria-label", `Cancel ${file.name}`);
    place.querySelector("ul").append(item);
    const one = { file, isCancelled: false, request: null, cancelAt: null };
    one.say = (text) => { part("words").textContent = text; };
    one.show = (count) => {
      bar.value = file.size ? (100 * count) / file.size : 0;
      one.say(`${words(count)} of ${words(file.size)}`);
    };
    one.end = (text, isWrong) => {
      one.say(text);
      said.textContent = `${file.name}: ${text}`;
      item.classList.toggle("is-wrong", isWrong);
      part("cancel").hidden = true;
    };
    part("cancel").addEventListener("click", () => {
      one.isCancelled = true;
      one.request?.abort();
      if (one.cancelAt) fetch(one.cancelAt, { method: "POST", headers });
      one.end("Cancelled.", true);
    });
    one.say("Waits for its turn.");
    return one;
  }

  function sendSlice(one, address, from, to) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      one.request = request;
      request.open("POST", `${address}?offset=${from}`);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.onprogress = (event) => one.show(from + event.loaded);
      request.onload = () => {
        const answer = new Response(request.response, { status: request.status });
        // Bytes that do not follow: the state says where to go on. A proxy that is away, or a busy server: again.
        if (request.status === 409 || request.status === 502 || request.status === 503) failed(new Error("again"));
        else told(answer).then(done, failed);
      };
      request.onerror = request.ontimeout = request.onabort = () => failed(new Error("again"));
      request.send(one.file.slice(from, to));
    });
  }

  async function send(one) {
    const { file } = one;
    if (file.size > Number(form.dataset.largest)) throw new Refused("This file has more than 2GB. Make it smaller.");
    const announced = JSON.stringify({ name: file.name, size: file.size });
    const about = await told(await fetch(form.dataset.begin, {
      method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: announced,
    }));
    one.cancelAt = about.cancel;
    let received = 0;
    let tries = 0;
    while (received < file.size && !one.isCancelled) {
      try {
        one.show(received);
        received = (await sendSlice(one, about.content, received, Math.min(received + about.slice, file.size))).received;
        tries = 0;
      } catch (problem) {
        if (problem instanceof Refused || one.isCancelled) throw problem;
        tries += 1;
        if (tries > TRIES) throw new Refused("The connection was lost. Choose the file again when it is back.");
        one.say(`The connection was lost. It goes on by itself: try ${tries} of ${TRIES}.`);
        await later(2 ** tries);
        const state = await fetch(about.state, { headers }).then(told).catch(() => null);
        if (state?.is_over) throw new Refused(state.words);
        received = state?.received ?? received;
      }
    }
    return about.number;
  }

  async function sendAll(files) {
    const all = [...files].map(line);
    for (const one of all) {
      if (one.isCancelled) continue;
      try {
        const number = await send(one);
        if (one.isCancelled) continue;
        const field = Object.assign(document.createElement("input"), { type: "hidden", name: "number", value: number });
        check.append(field);
        one.isHere = true;
        one.show(one.file.size);
        one.end("It is here.", false);
      } catch (problem) {
        if (!one.isCancelled) one.end(problem instanceof Refused ? problem.message : "Something went wrong. Choose it again.", true);
      }
    }
    const here = all.filter((one) => one.isHere).length;
    if (here === all.length) {
      isLeaving = true;
      check.submit();
    }
    else {
      place.querySelector("[data-part=stay]").hidden = true;
      if (here) place.querySelector("[data-part=go-on]").hidden = false;
      else form.hidden = false;
    }
  }

  form.addEventListener("submit", (event) => {
    const { files } = form.elements.files;
    if (!files.length) return; // the server says so
    event.preventDefault();
    check.elements.theme.value = form.elements.theme?.value ?? "";
    form.hidden = true;
    place.hidden = false;
    place.querySelector("h2").focus();
    addEventListener("beforeunload", (leaving) => { if (form.hidden && !isLeaving) leaving.preventDefault(); });
    sendAll(files);
  });
}
