// Line numbers beside a text, and links that lead to a line. Everything works without it.
"use strict";

function countOf(area) {
  return area.value.split("\n").length;
}

function number(area) {
  const gutter = document.createElement("pre");
  gutter.setAttribute("aria-hidden", "true");
  area.before(gutter);
  let shown = 0;

  function show() {
    const lines = countOf(area);
    if (lines !== shown) {
      gutter.textContent = Array.from({ length: lines }, (_, at) => at + 1).join("\n");
      shown = lines;
    }
    gutter.style.height = `${area.clientHeight}px`;
    gutter.scrollTop = area.scrollTop;
  }

  area.addEventListener("input", show);
  area.addEventListener("scroll", show);
  new ResizeObserver(show).observe(area);
  show();
}

function goTo(area, line) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1] || "").length);
  const height = area.scrollHeight / Math.max(lines.length, 1);
  area.scrollTop = Math.max(0, height * (line - 6));
}

for (const area of document.querySelectorAll("textarea[data-lines]")) number(area);

// On the document, since the list of problems is replaced while somebody types.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  const area = document.getElementById("toml");
  if (!link || !area) return;
  event.preventDefault();
  goTo(area, Number(link.dataset.line));
});

// A check that the address names is open, so that what was just added is seen.
const named = location.hash && document.getElementById(location.hash.slice(1));
if (named instanceof HTMLDetailsElement) {
  named.open = true;
  named.scrollIntoView();
}

// Leaving a page with something typed and not saved asks first.
const form = document.getElementById("editor");
if (form) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
