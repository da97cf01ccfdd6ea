// Makes the upload form kinder: files can be dropped anywhere on the page, the chosen
// ones are listed, and a double click sends one submission. Everything works without it.
"use strict";

document.documentElement.classList.add("js");

function sizeInWords(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1048576) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1048576).toFixed(1)} MB`;
}

function line(...texts) {
  const item = document.createElement("li");
  for (const text of texts) {
    const part = document.createElement("span");
    part.textContent = text;
    item.append(part);
  }
  return item;
}

function prepare(form) {
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector(".drop");
  const list = form.querySelector(".chosen");
  const button = form.querySelector("button[type=submit]");
  const most = Number(form.dataset.mostBytes);
  const heading = drop.querySelector("strong");
  const invitation = heading.textContent;

  function show() {
    const files = [...input.files];
    const total = files.reduce((sum, file) => sum + file.size, 0);
    list.replaceChildren(...files.map((file) => line(file.name, sizeInWords(file.size))));
    heading.textContent = files.length ? "Choose other files" : invitation;
    if (total > most) {
      const words = `These are ${sizeInWords(total)}; at most ${sizeInWords(most)} fit.`;
      list.append(line(words));
      input.setCustomValidity(words);
    } else {
      input.setCustomValidity("");
    }
  }

  input.addEventListener("change", show);
  form.addEventListener("submit", () => {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
  });
  // Coming back by the browser's arrow must not find a dead button.
  window.addEventListener("pageshow", () => {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    show();
  });

  let depth = 0;
  document.addEventListener("dragenter", (event) => {
    if (!event.dataTransfer || !event.dataTransfer.types.includes("Files")) return;
    depth += 1;
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) drop.classList.remove("over");
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    drop.classList.remove("over");
    if (!event.dataTransfer || event.dataTransfer.files.length === 0) return;
    input.files = event.dataTransfer.files;
    show();
    button.focus();
  });
}

for (const form of document.querySelectorAll("form[data-upload]")) prepare(form);
