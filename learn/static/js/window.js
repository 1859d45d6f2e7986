// "Full window": asks for a ticket and posts it into a new window, because the frame's cookie does not reach there.
// Where anything fails the form is sent as it is, and the page that comes back holds the button.

async function ticketFor(form) {
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(new FormData(form)),
  });
  if (!answer.ok) throw new Error(`ticket refused: ${answer.status}`);
  return answer.json();
}

function postInto(name, { action, ticket }) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  form.target = name;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "ticket";
  field.value = ticket;
  form.append(field);
  document.body.append(form);
  form.submit();
  form.remove();
}

export function start(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // Opened at once, while the press still allows it; filled when the ticket is there.
    const name = `frontline-${Date.now()}`;
    const opened = window.open("about:blank", name);
    try {
      if (opened === null) throw new Error("the browser blocked the window");
      postInto(name, await ticketFor(form));
    } catch {
      opened?.close();
      form.submit();
    }
  });
}
