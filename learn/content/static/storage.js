// H5P stops in the middle where a browser gives frames of other sites no storage (seen in Chromium with third-party cookies
// blocked: reading localStorage throws). There it gets one that lasts as long as the page; what counts is kept by the server.

(() => {
  function memory() {
    const kept = new Map();
    return {
      getItem: (name) => kept.get(String(name)) ?? null,
      setItem: (name, value) => void kept.set(String(name), String(value)),
      removeItem: (name) => void kept.delete(String(name)),
      clear: () => kept.clear(),
      key: (n) => [...kept.keys()][n] ?? null,
      get length() {
        return kept.size;
      },
    };
  }
  for (const name of ["localStorage", "sessionStorage"]) {
    try {
      window[name].length;
    } catch {
      Object.defineProperty(window, name, { value: memory(), configurable: true });
    }
  }
})();
