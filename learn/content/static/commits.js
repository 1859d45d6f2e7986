// Sends what a package keeps to the server: only what changed since the server last said that it has it, each time with
// a higher number. So a message that overtakes another takes nothing away, and one that is lost is in the next.

import { bytes, difference } from "./difference.js";
import { ended, fenced, full, isRecorded, notice, play, seconds, tell } from "./page.js";

const BEACONS = 60_000; // bytes; a browser takes 64 KiB of beacons in all (measured in Chromium 156)
const AGAIN = 10_000; // milliseconds
const DONE = { result: "true", errorCode: 0 };
const FAILED = { result: "false", errorCode: 391 };

export class Commits {
  constructor() {
    this.seq = play.seq;
    this.kept = {}; // what the server has
    this.keptSeq = play.seq;
    this.sent = null; // what beacons have taken since
    this.inFlight = 0;
    this.isOver = play.fenced;
    this.isLeaving = false;
    this.latest = null;
    this.again = 0;
  }

  // What scorm-again calls (its setting httpService).
  processHttpRequest(address, model, isFinal, log, listeners, metadata) {
    return this.send(model, Boolean(isFinal), metadata?.trigger === "autocommit");
  }

  send(model, isFinal = false, isQuiet = false) {
    const plain = JSON.parse(JSON.stringify(model));
    if (!isRecorded) return DONE;
    if (this.isOver) return FAILED;
    this.latest = plain;
    const changed = difference(this.kept, plain);
    if (changed === undefined && !isFinal) return DONE;
    const message = { seq: ++this.seq, changed: changed ?? {}, seconds: seconds(), is_final: isFinal };
    if (this.isLeaving) return this.beacon(plain, message);
    if (isQuiet) return this.quietly(plain, message);
    return this.wait(plain, message);
  }

  // The package waits for its commit, as SCORM has it; in a page that is closing no waiting is allowed.
  wait(model, message) {
    const asked = new XMLHttpRequest();
    try {
      asked.open("POST", `${play.base}/commit`, false);
      asked.setRequestHeader("Content-Type", "text/plain;charset=UTF-8");
      asked.send(JSON.stringify(message));
    } catch {
      this.unsaved(); // if the page goes on; if it does not, the beacon has it
      return this.beacon(model, message);
    }
    return this.answered(asked.status, asked.responseText, model, message);
  }

  // Nobody waits for a commit that comes by itself, so it does not stop the page.
  quietly(model, message) {
    fetch(`${play.base}/commit`, { method: "POST", body: JSON.stringify(message) })
      .then(async (answer) => this.answered(answer.status, await answer.text(), model, message))
      .catch(() => this.unsaved());
    return DONE;
  }

  beacon(model, message) {
    let body = JSON.stringify(message);
    if (this.sent && this.inFlight + bytes(body) > BEACONS) {
      body = JSON.stringify({ ...message, changed: difference(this.sent, model) ?? {} });
    }
    if (!navigator.sendBeacon(`${play.base}/snap`, body)) {
      full();
      return FAILED;
    }
    this.inFlight += bytes(body);
    this.sent = model;
    return DONE;
  }

  answered(status, text, model, message) {
    if (status === 200) {
      if (message.seq > this.keptSeq) [this.kept, this.keptSeq] = [model, message.seq];
      [this.sent, this.inFlight] = [null, 0];
      clearTimeout(this.again);
      notice("");
      const { completed = false } = JSON.parse(text);
      tell({ t: "progress", completed });
      return DONE;
    }
    if (status === 409 || status === 404) {
      this.isOver = true;
      if (status === 409) fenced();
      else ended();
    } else if (status === 413) full();
    else this.unsaved();
    return FAILED;
  }

  unsaved() {
    notice("Not saved yet: the connection is lost. It is tried again.");
    clearTimeout(this.again);
    this.again = setTimeout(() => this.send(this.latest, false, true), AGAIN);
    return FAILED;
  }
}
