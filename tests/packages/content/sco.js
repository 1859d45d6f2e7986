// The driver of the SCOs that tests play: it behaves as the output of authoring tools does, quirk by quirk.
// What it may do wrong is in the page's <script id="quirks">; tests/packages/scorm.py lists the names.
"use strict";

const quirks = JSON.parse(document.getElementById("quirks").textContent);
const is2004 = quirks.version === "2004";
const CALLS = is2004
  ? { start: "Initialize", get: "GetValue", set: "SetValue", commit: "Commit", finish: "Terminate", error: "GetLastError" }
  : { start: "LMSInitialize", get: "LMSGetValue", set: "LMSSetValue", commit: "LMSCommit", finish: "LMSFinish", error: "LMSGetLastError" };
const NAMES = is2004
  ? { location: "cmi.location", status: "cmi.completion_status", success: "cmi.success_status", raw: "cmi.score.raw",
      min: "cmi.score.min", max: "cmi.score.max", scaled: "cmi.score.scaled", exit: "cmi.exit", entry: "cmi.entry",
      learner: "cmi.learner_id", name: "cmi.learner_name", mode: "cmi.mode", total: "cmi.total_time", time: "cmi.session_time",
      launch: "cmi.launch_data", mastery: "cmi.scaled_passing_score", suspend: "cmi.suspend_data", progress: "cmi.progress_measure",
      response: "learner_response" }
  : { location: "cmi.core.lesson_location", status: "cmi.core.lesson_status", raw: "cmi.core.score.raw", min: "cmi.core.score.min",
      max: "cmi.core.score.max", exit: "cmi.core.exit", entry: "cmi.core.entry", learner: "cmi.core.student_id",
      name: "cmi.core.student_name", mode: "cmi.core.lesson_mode", total: "cmi.core.total_time", time: "cmi.core.session_time",
      launch: "cmi.launch_data", mastery: "cmi.student_data.mastery_score", suspend: "cmi.suspend_data",
      response: "student_response" };

const calls = [];
const startedAt = Date.now();
const course = { page: 1, pages: quirks.pages || 5, answers: [], isFinished: false, isStarted: false };
const show = (id, text) => { const place = document.querySelector(`[data-testid="${id}"]`); if (place) place.textContent = text; };

// Walks up the parents, then the opener and its parents, as the SCORM run-time environment describes it.
function find(name) {
  for (const from of [window, window.opener]) {
    for (let place = from, n = 0; place && n < 20; n += 1) {
      try { if (place[name]) return place[name]; } catch { break; }
      if (place.parent === place) break;
      place = place.parent;
    }
  }
  return null;
}

const api = find(is2004 ? "API_1484_11" : "API");

function call(name, ...given) {
  if (!api) return "";
  const answer = String(api[CALLS[name]](...given));
  const error = String(api[CALLS.error]());
  calls.push({ name: CALLS[name], given: given.map((each) => String(each).slice(0, 80)), answer: answer.slice(0, 80), error });
  show("calls", JSON.stringify(calls.slice(-40)));
  if (error !== "0" && name !== "get") show("said", `${CALLS[name]} ${given[0]}: ${answer || "nothing"}, error ${error}`);
  return answer;
}

const read = (name) => (NAMES[name] ? call("get", NAMES[name]) : "");
const write = (name, value) => (NAMES[name] ? call("set", NAMES[name], value) : "");
const commit = () => { if (!quirks.never_commits) call("commit", ""); };

function start() {
  if (!api) { show("state", JSON.stringify({ api: false })); show("said", "This course found no way to save."); return; }
  call("start", "");
  course.isStarted = true;
  const state = { api: true, query: location.search };
  for (const name of ["learner", "name", "entry", "mode", "status", "location", "suspend", "total", "launch", "mastery", "raw"]) state[name] = read(name);
  state.suspend_length = state.suspend.length;
  const kept = state.suspend.startsWith("{") ? JSON.parse(state.suspend) : {};
  state.suspend = state.suspend.slice(0, 120);
  course.page = kept.page || Number(/page-(\d+)/.exec(state.location)?.[1] || 1);
  course.answers = kept.answers || [];
  show("state", JSON.stringify(state));
  if (!quirks.never_status && ["not attempted", "unknown", ""].includes(state.status)) write("status", "incomplete");
  if (quirks.throws) throw new Error("This package throws at its start.");
}

function keep() {
  write("location", `page-${course.page}`.padEnd(quirks.location_length || 0, "-"));
  const kept = { page: course.page, answers: course.answers, padding: "" };
  if (quirks.suspend_length) kept.padding = "x".repeat(quirks.suspend_length - JSON.stringify(kept).length);
  const answer = write("suspend", JSON.stringify(kept));
  if (quirks.suspend_length) show("kept", JSON.stringify({ answer, length: call("get", NAMES.suspend).length }));
  if (is2004) write("progress", String(course.page / course.pages));
}

function next() {
  course.page = Math.min(course.pages, course.page + 1);
  keep();
  commit();
  draw();
}

function answer(isRight) {
  const n = quirks.nan_interaction ? "NaN" : call("get", "cmi.interactions._count") || "0";
  course.answers.push(isRight);
  call("set", `cmi.interactions.${n}.id`, `question-${course.answers.length}`);
  if (!quirks.nan_interaction) {
    call("set", `cmi.interactions.${n}.type`, "true-false");
    call("set", `cmi.interactions.${n}.${NAMES.response}`, isRight ? "true" : "false");
    call("set", `cmi.interactions.${n}.result`, isRight ? "correct" : is2004 ? "incorrect" : "wrong");
  }
  score();
  keep();
  commit();
  draw();
}

function score() {
  const share = course.answers.filter(Boolean).length / course.answers.length;
  write("min", "0");
  write("max", "100");
  write("raw", String(Math.round(share * 100)));
  write("scaled", String(share));
  return share;
}

function clock() {
  const whole = Math.floor((Date.now() - startedAt) / 1000);
  const two = (n) => String(n).padStart(2, "0");
  return is2004 ? `PT${whole}S` : `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function setStatus() {
  if (quirks.never_status) return;
  const hasAnswers = course.answers.length > 0;
  const isPassed = hasAnswers && score() * 100 >= (quirks.pass_mark || 50);
  let word = hasAnswers && !is2004 ? (isPassed ? "passed" : "failed") : "completed";
  if (quirks.shouts_status) word = word.toUpperCase();
  write("status", word);
  if (hasAnswers) write("success", isPassed ? "passed" : "failed");
}

function finish() {
  course.isFinished = true;
  setStatus();
  leave();
  draw();
}

function leave() {
  if (!course.isStarted) return;
  if (!quirks.forgets_suspend) write("exit", "suspend");
  write("time", clock());
  commit();
  if (!quirks.never_finishes) { call("finish", ""); course.isStarted = false; }
}

function loop() { for (;;) startedAt.toString(); }

// A course that goes on by itself: a value every so often, a commit after some of them. It says each in the console, where
// tests read it: nothing else outlives a tab that is closed.
function goOn({ every, commits }) {
  let n = 0;
  setInterval(() => {
    n += 1;
    if (write("suspend", String(n)) === "true") console.log(`set ${n} ${Date.now()}`);
    if (!commits.includes(n)) return;
    console.log(`called ${n} ${Date.now()}`);
    if (call("commit", "") === "true") console.log(`committed ${n} ${Date.now()}`);
  }, every);
}

function draw() {
  show("page", `Page ${course.page} of ${course.pages}`);
  show("answers", `Right answers: ${course.answers.filter(Boolean).length} of ${course.answers.length}`);
  show("finished", course.isFinished ? "You have finished" : "");
}

const acts = {
  "Next page": next,
  "Answer right": () => answer(true),
  "Answer wrong": () => answer(false),
  Finish: () => { if (quirks.finishes_in_unload) { course.isFinished = true; draw(); } else finish(); },
  ...(quirks.loops ? { "Loop for ever": loop } : {}),
  ...(quirks.chatters ? { "Say much": () => { for (let n = 0; n < 200; n += 1) { write("location", `page-${n}`); } } } : {}),
};
for (const [label, act] of Object.entries(acts)) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  button.addEventListener("click", act);
  document.getElementById("acts").append(button);
}
if (quirks.finishes_in_unload) addEventListener("unload", () => { if (course.isFinished) setStatus(); leave(); });
else if (!quirks.never_finishes) addEventListener("pagehide", leave);
draw();
start();
draw();
if (quirks.goes_on) goOn(quirks.goes_on);
