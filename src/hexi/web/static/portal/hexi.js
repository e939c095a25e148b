// What the pages do beyond links and forms; every page works without it.
"use strict";
document.documentElement.classList.add("scripted");

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const search = [...document.querySelectorAll("input[type=search]")].find((each) => each.offsetParent);
  if (search) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

// On a phone the row of tabs is longer than the screen: begin where the reader is.
for (const here of document.querySelectorAll(".tabs [aria-current]")) {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

document.addEventListener("click", (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const text = document.getElementById(copy.dataset.copy).textContent.trim();
    navigator.clipboard?.writeText(text).then(() => {
      const before = copy.textContent;
      copy.textContent = copy.dataset.done;
      setTimeout(() => { copy.textContent = before; }, 1600);
    });
  }
  const cell = event.target.closest(".rowsview td");
  if (cell && !getSelection().toString()) cell.classList.toggle("open");
  for (const open of document.querySelectorAll("details.columns[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

for (const print of document.querySelectorAll("[data-print]")) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
for (const copy of document.querySelectorAll("[data-copy]")) copy.hidden = !navigator.clipboard;

// Arrows walk through what is suggested, Escape closes it; Tab does so without us.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".suggesting");
  if (!form || !["ArrowDown", "ArrowUp", "Escape"].includes(event.key)) return;
  const input = form.querySelector("input[type=search]");
  const links = [...form.querySelectorAll(".suggestions a")];
  if (!links.length) return;
  if (event.key === "Escape") {
    form.querySelector(".suggestions").replaceChildren();
    input.focus();
  } else {
    const stops = [input, ...links];
    const step = event.key === "ArrowDown" ? 1 : stops.length - 1;
    stops[(stops.indexOf(event.target) + step) % stops.length].focus();
  }
  event.preventDefault();
});

// A choice in a list is meant: no second click. Without JavaScript there is a button.
for (const choice of document.querySelectorAll("select[data-submit]")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
