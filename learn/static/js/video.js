// Counts which seconds of a video were really watched and sends them: every 10 seconds while it plays, when it stops,
// and when the page is left. Data: watched-url, csrf-token, and the element that says how much (data-status).

const EVERY = 10_000; // milliseconds
const LONGEST_STEP = 2; // seconds between two reports of the clock; more means that somebody jumped

export function start(video) {
  const status = document.getElementById(video.dataset.status);
  let spans = [];
  let from = null;
  let last = 0;

  const close = () => {
    if (from !== null && last > from) spans.push([Number(from.toFixed(2)), Number(last.toFixed(2))]);
    from = null;
  };

  const say = ({ percent, unit_completed: isCompleted }) => {
    status.textContent = isCompleted ? `Watched ${percent}%. This unit is completed.` : `Watched ${percent}%`;
  };

  const send = async () => {
    const isPlaying = from !== null;
    close();
    if (isPlaying && !video.paused) from = last;
    if (spans.length === 0 || !Number.isFinite(video.duration)) return;
    const sent = spans;
    spans = [];
    try {
      const answer = await fetch(video.dataset.watchedUrl, {
        method: "POST",
        keepalive: true,
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": video.dataset.csrfToken },
        body: JSON.stringify({ spans: sent, duration: video.duration }),
      });
      if (!answer.ok) throw new Error(`refused: ${answer.status}`);
      say(await answer.json());
      document.dispatchEvent(new Event("frontline:used"));
    } catch {
      spans = [...sent, ...spans];
      status.textContent = "What you watched is not saved yet. It is sent again while the video plays.";
    }
  };

  video.addEventListener("playing", () => {
    if (from === null) from = last = video.currentTime;
  });
  video.addEventListener("timeupdate", () => {
    if (from === null || video.seeking) return;
    const at = video.currentTime;
    if (at < last || at - last > LONGEST_STEP * video.playbackRate) {
      close();
      from = at;
    }
    last = at;
  });
  video.addEventListener("seeking", close);
  video.addEventListener("seeked", () => {
    if (!video.paused) from = last = video.currentTime;
  });
  for (const stop of ["pause", "ended"]) {
    video.addEventListener(stop, () => {
      close();
      send();
    });
  }
  window.addEventListener("pagehide", send);
  setInterval(send, EVERY);
}
