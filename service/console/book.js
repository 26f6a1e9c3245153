// Comfort for booking by telephone and for one visit: keys with Alt, which work while one
// types, and how long the call has lasted. Each page is complete without it.

document.addEventListener("keydown", (e) => {
  if (!e.altKey || e.ctrlKey || e.metaKey) return;
  // The position of the key, so that an Arabic keyboard does the same.
  const found = document.querySelector(`[data-alt="${CSS.escape(e.code.replace(/^Key/, ""))}"]`);
  if (!found) return;
  e.preventDefault();
  if (found.matches("details")) {
    found.open = true;
    found.querySelector("input")?.focus();
  } else {
    found.click();
  }
});

// A form is sent once: a second press does nothing until the answer is there.
for (const form of document.querySelectorAll("[data-once]")) {
  form.addEventListener("submit", (e) => {
    if (form.dataset.sending) e.preventDefault();
    form.dataset.sending = "yes";
  });
  addEventListener("pageshow", () => delete form.dataset.sending);
}

// The call began when the page was opened for it.
const call = document.querySelector("[data-call]");
if (call) {
  const began = Number(sessionStorage.getItem("console-call")) || Date.now();
  sessionStorage.setItem("console-call", call.dataset.call === "new" ? Date.now() : began);
  const since = call.dataset.call === "new" ? Date.now() : began;
  const show = () => {
    const s = Math.floor((Date.now() - since) / 1000);
    call.querySelector("bdi").textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  };
  call.hidden = false;
  show();
  setInterval(show, 1000);
}
