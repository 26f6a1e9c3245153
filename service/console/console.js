// Comfort for the console: keys, who is selected, and pages that keep themselves up to
// date. Each page is complete without it.

const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const typing = (e) => e.target.closest("input:not([type=radio], [type=checkbox]), select, textarea");

// Forms that only choose what is shown need no button.
for (const button of all("[data-no-script]")) button.hidden = true;
for (const field of all("[data-submit]")) field.addEventListener("change", () => field.form.requestSubmit());

// A scanner types faster than people: what it types goes into the field for it, never to
// the keys.
const scan = document.querySelector("[data-scan]");
const keys = document.querySelector("[data-keys]");
const on = document.querySelector("[data-keys-on] input");
const human = 60; // milliseconds between two keys, at least
let typed = "", timer = 0;

const press = (letter) => {
  if (letter === "?") {
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
    return;
  }
  const found = all("[data-key]").find((e) => e.dataset.key === letter && !e.disabled);
  if (!found) return;
  if (found.matches("input")) {
    found.focus();
    found.select();
  } else {
    found.click();
  }
};

if (keys && on) {
  on.closest("label").hidden = false;
  on.checked = localStorage.getItem("console-keys") !== "off";
  on.addEventListener("change", () => localStorage.setItem("console-keys", on.checked ? "on" : "off"));
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || typing(e)) return;
    if (e.key === "Enter" && typed.length > 1 && scan) {
      e.preventDefault();
      clearTimeout(timer);
      scan.value = typed;
      typed = "";
      scan.form.requestSubmit();
      return;
    }
    if (e.key.length !== 1 || e.key === " ") return;
    e.preventDefault();
    // The position of the key, so that an Arabic keyboard does the same.
    typed += e.key === "?" || e.key === "؟" ? "?" : e.code === "Slash" ? "/" : e.code.replace(/^(Key|Digit|Numpad)/, "").replace("Minus", "-").slice(0, 1);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const whole = typed;
      typed = "";
      if (whole.length > 1 && scan) {
        scan.value = whole;
        scan.focus();
      } else if (on.checked || whole === "/") {
        press(whole);
      }
    }, human);
  });
}

// Who is selected decides which acts are possible.
const hall = document.querySelector("[data-hall]");
const desk = hall?.querySelector("[data-desk]");
const noOne = hall?.querySelector("[data-selected-name]")?.textContent;

const choose = () => {
  const chosen = hall.querySelector("input[type=radio]:checked");
  const acts = chosen ? chosen.dataset.acts.split(" ") : [];
  for (const button of all("[data-act]", hall)) button.disabled = !acts.includes(button.dataset.act);
  const name = hall.querySelector("[data-selected-name]");
  if (!name) return;
  const number = Number(chosen?.dataset.number) || "";
  name.textContent = chosen ? [number, chosen.dataset.name].filter(Boolean).join(" · ") : noOne;
};

if (hall) {
  hall.addEventListener("change", choose);
  choose();
  // The desk is kept in this browser: one sits there all day.
  if (desk) {
    const kept = "console-desk-" + hall.elements.branch.value;
    if (!desk.value) desk.value = localStorage.getItem(kept) ?? "";
    if (desk.selectedIndex < 0) desk.value = "";
    const sits = () => {
      localStorage.setItem(kept, desk.value);
      for (const field of all("[data-desk-too]")) field.value = desk.value;
    };
    desk.addEventListener("change", sits);
    sits();
  }
  hall.addEventListener("submit", (e) => {
    if (hall.dataset.sending) {
      e.preventDefault();
      return;
    }
    hall.dataset.sending = "yes";
  });
  addEventListener("pageshow", () => delete hall.dataset.sending);
}

// The page follows the hall: each event says that something has changed.
const live = document.querySelector("[data-follow]");
const state = document.querySelector("[data-live-state]");

const say = (connected) => {
  state.textContent = connected ? state.dataset.on : state.dataset.off;
  state.classList.toggle("lost", !connected);
};

const renew = async () => {
  const address = new URL(location.href);
  if (address.pathname !== "/console/hall" || address.search === "") address.search = "?branch=" + hall.elements.branch.value;
  for (const gone of ["done", "number", "told"]) address.searchParams.delete(gone);
  address.searchParams.set("lang", document.documentElement.lang);
  address.pathname = "/console/hall";
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => ({ ok: false }));
  if (answer.redirected && !new URL(answer.url).pathname.startsWith("/console")) {
    location.reload(); // signed out meanwhile
    return;
  }
  say(answer.ok);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return;
  const chosen = hall.querySelector("input[type=radio]:checked")?.value;
  const focused = document.activeElement?.matches(".visit input") ? document.activeElement.value : "";
  live.replaceChildren(...fresh.childNodes);
  for (const radio of all("input[type=radio]", live)) {
    radio.checked = radio.value === chosen;
    if (radio.value === focused) radio.focus();
  }
  const clock = page.querySelector(".top .clock");
  if (clock) document.querySelector(".top .clock").replaceWith(clock);
  choose();
};

if (live) {
  let again = 0;
  const soon = () => {
    clearTimeout(again);
    again = setTimeout(renew, 150); // several changes at once are one
  };
  const events = new EventSource(live.dataset.follow);
  events.addEventListener("open", () => say(true));
  events.addEventListener("error", () => say(false));
  events.addEventListener("message", soon);
  addEventListener("offline", () => say(false));
  addEventListener("online", renew);
  setInterval(renew, 30_000); // the minutes go on
}
