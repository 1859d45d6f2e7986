// On a narrow screen, folds what came open, so that what it narrows is seen first. Without this it stays open.

export function start(details) {
  if (matchMedia("(max-width: 760px)").matches) details.open = false;
}
