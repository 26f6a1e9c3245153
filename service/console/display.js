// The screen on the wall keeps itself up to date: each event says that somebody was
// called. Without it the page loads itself again by a header.

const wall = document.querySelector("[data-wall]");
const lost = document.querySelector("[data-lost]");
const fine = document.querySelector("[data-fine]");

const say = (connected) => {
  lost.hidden = connected;
  fine.hidden = !connected;
};

const renew = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => ({ ok: false }));
  say(answer.ok);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of page.querySelectorAll("[data-board]")) {
    const old = document.querySelector(`[data-board="${part.dataset.board}"]`);
    if (old && old.innerHTML !== part.innerHTML) old.replaceChildren(...part.childNodes);
  }
};

let again = 0;
const soon = () => {
  clearTimeout(again);
  again = setTimeout(renew, 100); // several calls at once are one
};
const events = new EventSource(wall.dataset.follow);
for (const kind of ["snapshot", "call"]) events.addEventListener(kind, soon);
events.addEventListener("open", soon); // after a break, what is true by now
events.addEventListener("error", () => say(false));
addEventListener("offline", () => say(false));
addEventListener("online", renew);
setInterval(renew, 20_000); // the clock goes on
