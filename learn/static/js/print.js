// A button that prints this page: printing the learning platform's page would cut the frame.

export function start(button) {
  button.classList.remove("needs-script"); // it keeps its place until then, so that nothing jumps
  button.addEventListener("click", () => window.print());
}
