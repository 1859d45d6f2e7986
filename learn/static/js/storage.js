// LTI platform storage: the platform keeps state and nonce for a frame that keeps no cookie (lti-cs-pm).
// Messages go to the origin of the platform's authentication address and are believed from that origin alone.

const PATIENCE = 2000; // milliseconds

function frameOf(target) {
  const above = window.parent === window ? window.opener : window.parent;
  if (!above || target === "_parent") return above;
  try {
    return above.frames[target] ?? null;
  } catch {
    return null;
  }
}

function ask(frame, origin, subject, said) {
  return new Promise((resolve) => {
    const id = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join("");
    const end = (answer) => {
      clearTimeout(timer);
      window.removeEventListener("message", hear);
      resolve(answer);
    };
    const hear = (event) => {
      const told = event.data;
      if (event.origin !== origin || event.source !== frame || told?.message_id !== id) return;
      if (told.subject !== `${subject}.response`) return;
      end(told.error ? null : told);
    };
    const timer = setTimeout(end, PATIENCE, null);
    window.addEventListener("message", hear);
    frame.postMessage({ subject, message_id: id, ...said }, origin);
  });
}

async function put(link) {
  const { target, origin, kept } = link.dataset;
  const frame = frameOf(target);
  if (frame) {
    const entries = Object.entries(JSON.parse(kept));
    await Promise.all(entries.map(([key, value]) => ask(frame, origin, "lti.put_data", { key, value })));
  }
  // Kept or not: a browser that does keep the cookie needs no storage.
  location.replace(link.href);
}

async function get(form) {
  const { target, origin, places } = form.dataset;
  const frame = frameOf(target);
  if (!frame) return;
  const { state, nonce } = JSON.parse(places);
  const [first, second] = await Promise.all(
    [state, nonce].map((key) => ask(frame, origin, "lti.get_data", { key })),
  );
  if (first?.value !== form.elements.state.value || !second?.value) return;
  form.elements.stored_state.value = first.value;
  form.elements.stored_nonce.value = second.value;
  form.submit();
}

export function start(element) {
  return element.dataset.does === "put" ? put(element) : get(element);
}
