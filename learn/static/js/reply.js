// Unfolds the form of a reply under the post that it answers. Without this the link opens the form on its own page.

export function start(link) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const post = link.closest(".post");
    const there = post.querySelector("form.post-form");
    if (there) {
      there.querySelector("textarea").focus();
      return;
    }
    try {
      const answer = await fetch(link.href);
      if (!answer.ok || answer.redirected) throw new Error("no form");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      unfold(post, page.querySelector("form.write"));
    } catch {
      location.assign(link.href);
    }
  });
}

async function unfold(post, form) {
  const box = form.querySelector("textarea");
  const id = `${post.id}-body`;
  for (const each of form.querySelectorAll("[id]")) each.id = each.id.replace(/^body/, id);
  for (const each of form.querySelectorAll("[for]")) each.setAttribute("for", each.getAttribute("for").replace(/^body/, id));
  box.setAttribute("aria-describedby", `${id}-hint`);
  box.rows = 5;
  form.classList.replace("write", "post-form");
  const close = form.querySelector(".button-row a");
  close.addEventListener("click", (event) => {
    event.preventDefault();
    form.remove();
    post.querySelector("[data-module=reply]").focus();
  });
  post.append(form);
  const version = new URL(import.meta.url).search;
  for (const each of [form, ...form.querySelectorAll("[data-module]")]) {
    const { start } = await import(new URL(`${each.dataset.module}.js${version}`, import.meta.url));
    start(each);
  }
  box.focus();
}
