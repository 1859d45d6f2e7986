// H5P: played by h5p-standalone, an asset of its own; what it keeps goes to the server, what it says only in our words.

import { isRecorded, play, tell, tellCall, watch } from "./page.js";
import { soon } from "./soon.js";
import { lastWord, told } from "./told.js";

const ENDS = /\/(completed|answered|passed)$/;
const SAVE_EVERY = 10; // seconds
const stage = document.getElementById("stage");

// A statement about the whole package, without what was answered and by whom.
function outcome({ verb, object, result }) {
  const extensions = object.definition?.extensions ?? {};
  const isPart = object.id.includes("subContentId=") || Object.keys(extensions).some((name) => name.endsWith("h5p-subContentId"));
  if (isPart || !ENDS.test(verb.id) || !result) return null;
  const { score, completion, success } = result;
  return { verb: { id: verb.id }, object: { id: object.id }, result: { score, completion, success } };
}

const saveSoon = soon(() => {
  const found = state();
  if (found) told("commit", found);
});

function said(event) {
  saveSoon();
  const { statement } = event.data;
  const found = outcome(statement);
  tellCall(statement.verb.id.split("/").pop(), [JSON.stringify(statement.result ?? {})], found ? "counts" : "does not count");
  if (found) told("commit", { statement: found });
}

// Where H5P runs: this window, or a frame that it made.
function windows() {
  return [window, ...Array.from(stage.querySelectorAll("iframe"), (frame) => frame.contentWindow)];
}

function state() {
  for (const each of windows()) {
    const [instance] = each?.H5P?.instances ?? [];
    const found = typeof instance?.getCurrentState === "function" ? instance.getCurrentState() : undefined;
    if (found !== undefined) return { state: { 0: { state: JSON.stringify(found) } } };
  }
  return null;
}

const options = {
  id: `unit-${play.unit}`,
  h5pJsonPath: `${play.base}/f`,
  frameJs: `${play.library}/frame.bundle.js`,
  frameCss: `${play.library}/styles/h5p.css`,
  customJs: [play.storage],
  xAPIObjectIRI: play.iri,
  user: { name: "Learner", mail: `${play.initial.learner}@invalid.example` }, // H5P asks for one; it leads to nobody
  reportingIsEnabled: true,
  contentUserData: { 0: {}, ...play.initial.state },
  postUserStatistics: isRecorded,
};
if (isRecorded) {
  options.saveFreq = SAVE_EVERY;
  options.ajax = {
    setFinishedUrl: `${play.base}/h5p/finish`,
    contentUserDataUrl: `${play.base}/h5p/state?sub=:subContentId&t=:dataType`,
  };
}

new window.H5PStandalone.H5P(stage, options)
  .then(() => {
    window.H5P.externalDispatcher.on("xAPI", said);
    windows().forEach(watch);
    told("seen", {});
  })
  .catch(() => {
    document.getElementById("notice").textContent = "This activity cannot be played: something in its file is missing.";
  });

window.addEventListener("pagehide", () => {
  const last = state();
  if (last) lastWord(last);
});
new ResizeObserver(() => tell({ t: "height", height: Math.ceil(stage.getBoundingClientRect().height) })).observe(stage);
