// Comfort for the calendar: cells are chosen in place, by dragging and with the arrows, and
// the list of whom to call keeps itself up to date. Each page is complete without it.

const all = (selector, from = document) => [...from.querySelectorAll(selector)];

// A part of the page is replaced by that of another answer, and nothing jumps.
const swap = (page, selector) => {
  const here = document.querySelector(selector), fresh = page.querySelector(selector);
  if (!here || !fresh) return;
  const focused = document.activeElement, name = focused?.name, value = focused?.value, form = focused?.form?.id;
  here.replaceWith(fresh);
  if (!here.contains(focused) || !name) return;
  all(`[name="${name}"]`, fresh).find((e) => e.value === value && (e.form?.id ?? "") === (form ?? ""))?.focus({ preventScroll: true });
};

const fetched = async (address) => {
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => ({ ok: false }));
  if (answer.redirected && !new URL(answer.url).pathname.startsWith("/console")) {
    location.reload(); // signed out meanwhile
    return null;
  }
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
};

// Choosing cells does not load the page anew.
const choose = async (form, taps) => {
  let page = document;
  for (const tap of taps) {
    const query = new URLSearchParams(new FormData(page.querySelector("[data-week]")));
    query.set("tap", tap);
    const address = form.action.split("?")[0] + "?" + query;
    page = await fetched(address);
    if (!page) {
      location.assign(address);
      return;
    }
    history.replaceState(null, "", address);
  }
  swap(page, "main");
};

document.addEventListener("submit", (e) => {
  if (!e.target.matches("[data-week]") || !e.submitter) return;
  e.preventDefault();
  choose(e.target, [e.submitter.value]);
});

// Dragging over cells of a day chooses them.
let first = null, last = null;
const between = () => {
  const list = all(".c", first.parentElement), a = list.indexOf(first), b = list.indexOf(last);
  return list.slice(Math.min(a, b), Math.max(a, b) + 1);
};
document.addEventListener("pointerdown", (e) => {
  first = last = e.pointerType === "mouse" && e.button === 0 ? e.target.closest(".c") : null;
});
document.addEventListener("pointerover", (e) => {
  const over = e.target.closest?.(".c");
  if (!first || !over || over.parentElement !== first.parentElement || over === last) return;
  last = over;
  for (const c of all(".c.drag")) c.classList.remove("drag");
  for (const c of between()) c.classList.add("drag");
});
document.addEventListener("pointerup", () => {
  const from = first, to = last;
  first = last = null;
  for (const c of all(".c.drag")) c.classList.remove("drag");
  if (!from || from === to) return;
  const form = from.form;
  for (const name of ["from", "until", "date"]) form.querySelector(`[name="${name}"]`)?.remove();
  choose(form, [from.value, to.value]);
});

// Arrows go from cell to cell.
document.addEventListener("keydown", (e) => {
  const cell = e.target.closest?.(".c");
  if (!cell || e.ctrlKey || e.altKey || e.metaKey) return;
  const days = all(".parts").filter((d) => d.offsetParent), cells = all(".c", cell.parentElement), at = cells.indexOf(cell);
  const towards = document.dir === "rtl" ? { ArrowLeft: 1, ArrowRight: -1 } : { ArrowRight: 1, ArrowLeft: -1 };
  let to;
  if (e.key === "ArrowDown" || e.key === "ArrowUp") to = cells[at + (e.key === "ArrowDown" ? 1 : -1)];
  else if (towards[e.key]) to = all(".c", days[days.indexOf(cell.parentElement) + towards[e.key]] ?? cell.parentElement)[at];
  else return;
  e.preventDefault();
  to?.focus();
});

// What has become of the visits of a change.
const watched = document.querySelector("[data-watch]");
if (watched) {
  const state = document.querySelector("[data-live-state]");
  const say = (connected) => {
    state.textContent = connected ? state.dataset.on : state.dataset.off;
    state.classList.toggle("lost", !connected);
  };
  let again = 0;
  const renew = async () => {
    if (document.querySelector("[data-watch] :is(input:not([type=hidden])):focus")) return; // somebody types
    const address = new URL(location.href);
    address.searchParams.delete("done");
    address.searchParams.set("lang", document.documentElement.lang);
    const page = await fetched(address);
    say(Boolean(page));
    if (page) swap(page, "[data-watch]");
  };
  const events = new EventSource(watched.dataset.watch);
  events.addEventListener("open", () => say(true));
  events.addEventListener("error", () => say(false));
  events.addEventListener("message", () => {
    clearTimeout(again);
    again = setTimeout(renew, 150);
  });
  addEventListener("online", renew);
}
