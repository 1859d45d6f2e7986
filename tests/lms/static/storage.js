// The platform's storage for tools in frames that keep no cookies (lti-cs-pm): by origin of the tool, in memory.
const kept = new Map();
const how = document.currentScript.dataset;

function answer(event, told) {
  event.source.postMessage({ subject: `${event.data.subject}.response`, message_id: event.data.message_id, ...told }, event.origin);
}

window.addEventListener("message", (event) => {
  const { subject, message_id, key, value } = event.data ?? {};
  if (!message_id || typeof subject !== "string" || !subject.startsWith("lti.") || how.mute) return;
  const place = `${event.origin} ${key}`;
  if (subject === "lti.capabilities") {
    answer(event, { supported_messages: [{ subject: "lti.put_data" }, { subject: "lti.get_data" }] });
  } else if (subject === "lti.put_data" && typeof key === "string") {
    kept.set(place, value);
    document.body.dataset.kept = kept.size;
    answer(event, { key, value });
  } else if (subject === "lti.get_data") {
    if (kept.has(place)) answer(event, { key, value: how.lies ? "something else" : kept.get(place) });
    else answer(event, { error: { code: "not_found", message: "nothing is kept under this key" } });
  } else {
    answer(event, { error: { code: "unsupported_subject", message: "not known" } });
  }
});
