// SCORM 1.2 and 2004: the API stands before the package does, and what the package says is kept however it is closed.

import { Commits } from "./commits.js";
import { bytes } from "./difference.js";
import { soon } from "./soon.js";
import { full, play, tell, tellCall, used, watch } from "./page.js";
import { begin, loosen, tidy } from "./tolerance.js";

const AT_ONCE = 48_000; // bytes that may wait for the next commit: more would not fit into a beacon when the page is closed
const is12 = play.version === "1.2";
const names = is12
  ? ["LMSInitialize", "LMSFinish", "LMSGetValue", "LMSSetValue", "LMSCommit", "LMSGetLastError"]
  : ["Initialize", "Terminate", "GetValue", "SetValue", "Commit", "GetLastError"];
const [initialize, finish, , setValue] = names;

const commits = new Commits();
const Api = is12 ? window.Scorm12API : window.Scorm2004API;
const api = new Api({
  autocommit: true,
  autocommitSeconds: 10,
  sendFullCommit: false,
  logLevel: 5,
  lmsCommitUrl: `${play.base}/commit`,
  httpService: commits,
});
const waiting = new Map(); // bytes by element, since the last commit
let isRunning = false;

function model() {
  return api.getCommitObject(false);
}

function commit() {
  waiting.clear();
  return commits.send(model());
}

const saveSoon = soon(() => {
  if (isRunning) commits.send(model(), false, true);
});

function afterSet(element, value, answer) {
  if (answer !== "true") {
    if (String(value).length > 64_000) full();
    return;
  }
  waiting.set(String(element), bytes(JSON.stringify(String(value))));
  saveSoon();
  if ([...waiting.values()].reduce((sum, each) => sum + each, 0) > AT_ONCE) commit();
}

function wrap(name) {
  const original = api[name];
  api[name] = (...given) => {
    watch(frame.contentWindow);
    used();
    const args = name === setValue ? tidy(given) : given;
    const answer = original.apply(api, args);
    if (name === initialize && answer === "true") isRunning = true;
    if (name === setValue) afterSet(args[0], args[1], String(answer));
    tellCall(name, given, answer);
    if (name === finish && answer === "true") {
      isRunning = false;
      tell({ t: "exit" });
    }
    return answer;
  };
}

function close() {
  commits.isLeaving = true;
  if (isRunning) api[finish]("");
}

const frame = document.createElement("iframe");
frame.title = play.title;
frame.allow = "fullscreen; autoplay";
loosen(api, is12);
begin(api, play.initial);
commits.kept = JSON.parse(JSON.stringify(model()));
names.forEach(wrap);
window[is12 ? "API" : "API_1484_11"] = api;

window.addEventListener("pagehide", close);
document.addEventListener("visibilitychange", () => {
  if (document.hidden && isRunning && !commits.isLeaving) commit();
});
window.addEventListener("message", (event) => {
  if (event.source !== window.parent || event.origin !== play.app || event.data?.t !== "close") return;
  if (isRunning) api[finish]("");
  fetch(`${play.base}/end`, { method: "POST" }).finally(() => tell({ t: "ended" }));
});
frame.addEventListener("load", () => watch(frame.contentWindow));

frame.src = play.entry; // only now, since a package looks for its API at once
document.getElementById("stage").append(frame);
if (play.asset) fetch(`${play.base}/seen`, { method: "POST", body: "{}" }).then(() => tell({ t: "progress" }));
