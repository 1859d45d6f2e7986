// What is in one nested object and not, or not so, in another; undefined when there is nothing.

export function difference(before, after) {
  if (typeof after !== "object" || after === null) return before === after ? undefined : after;
  const changed = {};
  for (const [name, value] of Object.entries(after)) {
    const other = typeof before === "object" && before !== null ? before[name] : undefined;
    const found = difference(other, value);
    if (found !== undefined) changed[name] = found;
  }
  return Object.keys(changed).length ? changed : undefined;
}

export function bytes(text) {
  return new TextEncoder().encode(text).length;
}
