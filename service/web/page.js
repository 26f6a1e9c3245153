// What needs a script shows itself only here; each page is complete without it.

const shown = (attribute, act) => {
  for (const button of document.querySelectorAll(`[${attribute}]`)) {
    button.hidden = false;
    button.addEventListener("click", () => act(button));
  }
};

shown("data-print", () => print());

if (navigator.clipboard) {
  shown("data-copy", async (button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.lastElementChild.textContent = button.dataset.copied;
  });
}
