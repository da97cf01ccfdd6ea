// The keyboard of the review page. Every key presses a button or link that is there
// without this script too.
"use strict";

document.documentElement.classList.add("js");

const form = document.getElementById("comment-form");
const keys = document.getElementById("keys");
const lines = [...document.querySelectorAll(".source-line")];
let here = lines.findIndex((line) => line.matches(":target"));

function press(selector) {
  const found = document.querySelector(selector);
  if (found instanceof HTMLFormElement) found.requestSubmit();
  else if (found) found.click();
}

function commentOn(link) {
  form.elements.file.value = link.dataset.file;
  form.elements.line.value = link.dataset.line;
  form.scrollIntoView({ block: "nearest" });
  form.elements.text.focus();
}

function goTo(index) {
  if (!lines.length) return;
  lines[here]?.classList.remove("here");
  here = Math.max(0, Math.min(lines.length - 1, index));
  lines[here].classList.add("here");
  lines[here].scrollIntoView({ block: "center" });
}

const actions = {
  n: () => press("a[rel=next]"),
  p: () => press("a[rel=prev]"),
  z: () => press("#undo"),
  j: () => goTo(here + 1),
  k: () => goTo(here - 1),
  c: () => {
    const link = lines[here]?.querySelector("a[data-line]");
    if (link) commentOn(link);
    else form.elements.text.focus();
  },
  "?": () => keys.showModal(),
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    goTo(lines.indexOf(link.closest(".source-line")));
    commentOn(link);
  }
  if (event.target.closest("[data-opens=keys]")) keys.showModal();
});

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && field) field.blur();
  if (field || keys.open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[1-9]$/.test(event.key)) {
    event.preventDefault();
    press(`form[data-key="${event.key}"]`);
  } else if (Object.hasOwn(actions, event.key)) {
    event.preventDefault();
    actions[event.key]();
  }
});

form.elements.bank?.addEventListener("change", (event) => {
  const text = event.target.selectedOptions[0].dataset.text;
  if (text) form.elements.text.value = text;
});
