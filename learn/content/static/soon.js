// Saves by themselves: about a second after a change, as a closing tab's beacon did not come in 4 of 24 tries (Chromium 156),
// and not one upon another while a package changes something all the time.

const AFTER = 1_000; // milliseconds after a change
const APART = 5_000; // and so far apart at least

export function soon(save) {
  let savedAt = -APART;
  let waits = 0;
  return () => {
    if (waits) return;
    waits = setTimeout(
      () => {
        [waits, savedAt] = [0, performance.now()];
        save();
      },
      Math.max(AFTER, savedAt + APART - performance.now()),
    );
  };
}
