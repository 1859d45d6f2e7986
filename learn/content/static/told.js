// Messages of players that keep no order of their own: each is small, complete, and true whenever it arrives.

import { ended, fenced, full, isRecorded, notice, play, seconds, tell } from "./page.js";

export function body(changed) {
  return JSON.stringify({ changed, seconds: seconds() });
}

// Tells the server; true when it has it.
export async function told(address, changed) {
  if (!isRecorded) return true;
  const options = { method: "POST", body: body(changed), keepalive: true };
  const answer = await fetch(`${play.base}/${address}`, options).catch(() => null);
  if (answer?.ok) {
    notice("");
    const { completed = false } = await answer.json();
    tell({ t: "progress", completed });
  } else if (answer?.status === 409) fenced();
  else if (answer?.status === 404) ended();
  else if (answer?.status === 413) full();
  else notice("Not saved yet: the connection is lost. It is tried again.");
  return Boolean(answer?.ok);
}

// The last word of a page that is closing.
export function lastWord(changed) {
  if (isRecorded && !navigator.sendBeacon(`${play.base}/snap`, body(changed))) full();
}
