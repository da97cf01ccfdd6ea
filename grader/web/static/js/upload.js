// Makes the upload form kinder: files can be dropped anywhere on the page, the chosen
// ones are listed and looked at before they count, and a double click sends one
// submission. Everything works without it.
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

  // The server says what is plainly wrong; only the newest answer is shown.
  const place = document.getElementById("look");
  let asked = 0;
  async function look() {
    const pasted = form.querySelector("textarea");
    if (!place || !form.dataset.look) return;
    if (input.files.length === 0 && !(pasted && pasted.value.trim())) return;
    if (!input.checkValidity()) return;
    asked += 1;
    const mine = asked;
    try {
      const answer = await fetch(form.dataset.look, {
        method: "POST", body: new FormData(form), credentials: "same-origin",
        headers: { "X-Requested-With": "fetch" },
      });
      if (answer.status !== 200 && answer.status !== 422) return;
      const text = await answer.text();
      const part = new DOMParser().parseFromString(text, "text/html");
      if (mine === asked) place.replaceChildren(...part.body.childNodes);
    } catch {
      // Without an answer nothing is known, and submitting says it all.
    }
  }

  input.addEventListener("change", () => { show(); look(); });
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter !== button) {
      // Looking again in place keeps the chosen files.
      event.preventDefault();
      look();
      return;
    }
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
    look();
    button.focus();
  });
}

for (const form of document.querySelectorAll("form[data-upload]")) prepare(form);
