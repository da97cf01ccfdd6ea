// Buttons that copy the code beside them. Without this the code can still be selected.
"use strict";

document.documentElement.classList.add("js");

// On the document, since results arrive while the page is open.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const code = button.parentElement.querySelector("pre");
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  } catch {
    // The browser keeps its clipboard closed, as on pages without TLS: select instead.
    window.getSelection().selectAllChildren(code);
    button.textContent = "Selected: press Ctrl+C";
  }
});
