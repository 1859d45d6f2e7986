// Tells the learning platform that registering is over, so that it takes its frame or window away
// (LTI Dynamic Registration 1.0). The message says nothing about anybody, so any page may read it.

export function start(button) {
  button.classList.remove("needs-script");
  const platform = window.opener || window.parent;
  button.addEventListener("click", () => {
    if (platform === window) window.close();
    else platform.postMessage({ subject: "org.imsglobal.lti.close" }, "*");
  });
}
