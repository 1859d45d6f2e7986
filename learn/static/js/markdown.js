// The buttons over a Markdown box. Without this they are not shown, and the box works as it is.

export async function start(toolbar) {
  const box = document.getElementById(toolbar.getAttribute("for"));
  const at = box.form.elements.namedItem("at");
  if (at) box.form.addEventListener("submit", () => {
    at.value = box.selectionStart; // a picture is put in where the cursor stood
  });
  await import(new URL(toolbar.dataset.script, location.href));
}
