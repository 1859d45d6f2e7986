// One page of a PDF: its picture, its text over it for readers and search, and its links.

import { play } from "./page.js";

const library = await import(`${play.library}/pdf.min.mjs`);
library.GlobalWorkerOptions.workerSrc = `${play.library}/pdf.worker.min.mjs`;

const MOST_PIXELS = 16_000_000; // more than a phone's browser draws on one canvas

export function loaded() {
  return library.getDocument({
    url: play.entry,
    cMapUrl: `${play.library}/cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${play.library}/standard_fonts/`,
    wasmUrl: `${play.library}/wasm/`,
    iccUrl: `${play.library}/iccs/`,
    isEvalSupported: false,
    enableXfa: false,
  }).promise;
}

// Gives a page its size; at 1 it is as wide as there is room, and one that was drawn is drawn anew.
export function sized(page, zoom, room) {
  const { width, height } = page.viewport;
  page.scale = zoom * Math.min(2, Math.max(0.2, (room - 32) / width));
  page.style.setProperty("--total-scale-factor", page.scale);
  page.style.width = `${Math.floor(width * page.scale)}px`;
  page.style.height = `${Math.floor(height * page.scale)}px`;
  page.isDrawn = false;
  page.dispatchEvent(new Event("resized"));
}

export async function drawn(pdf, page) {
  if (page.isDrawn) return;
  page.isDrawn = true;
  page.addEventListener("resized", () => requestAnimationFrame(() => drawn(pdf, page)), { once: true });
  const source = await pdf.getPage(Number(page.dataset.number));
  const natural = source.getViewport({ scale: 1 });
  if (natural.width !== page.viewport.width || natural.height !== page.viewport.height) {
    page.viewport = natural;
    page.style.width = `${Math.floor(natural.width * page.scale)}px`;
    page.style.height = `${Math.floor(natural.height * page.scale)}px`;
  }
  const viewport = source.getViewport({ scale: page.scale });
  const canvas = picture(viewport);
  await source.render({ canvas, viewport: source.getViewport({ scale: (page.scale * canvas.width) / viewport.width }) }).promise;
  const text = document.createElement("div");
  text.className = "textLayer";
  page.replaceChildren(canvas, text);
  await new library.TextLayer({ textContentSource: source.streamTextContent(), container: text, viewport }).render();
  page.append(...(await links(source, viewport)));
}

function picture(viewport) {
  const canvas = document.createElement("canvas");
  const most = Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height));
  const density = Math.min(window.devicePixelRatio || 1, most);
  canvas.width = Math.floor(viewport.width * density);
  canvas.height = Math.floor(viewport.height * density);
  canvas.setAttribute("aria-hidden", "true"); // the text over it says the same
  return canvas;
}

async function links(source, viewport) {
  const found = await source.getAnnotations({ intent: "display" });
  return found.filter(({ subtype, url }) => subtype === "Link" && /^https?:/.test(url ?? "")).map(({ rect, url }) => {
    const [left, top, right, bottom] = viewport.convertToViewportRectangle(rect);
    const link = document.createElement("a");
    link.href = url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.setAttribute("aria-label", `${url} (opens in a new window)`);
    Object.assign(link.style, {
      left: `${Math.min(left, right)}px`,
      top: `${Math.min(top, bottom)}px`,
      width: `${Math.abs(right - left)}px`,
      height: `${Math.abs(bottom - top)}px`,
    });
    return link;
  });
}
