// Lets the keyboard reach code, formulas and lists that are larger than their place,
// and only those: everything else would be a stop without a use. What is hidden from
// screen readers stays out of the keyboard's reach as well.
"use strict";

(() => {
  const wide = "pre, .scroll, .math.block, .source, .attempts";

  function mark() {
    for (const element of document.querySelectorAll(wide)) {
      const overflows = element.scrollWidth > element.clientWidth
        || element.scrollHeight > element.clientHeight + 1;
      if (overflows && element.ariaHidden !== "true") element.tabIndex = 0;
      else element.removeAttribute("tabindex");
    }
  }

  // A row of tabs that is wider than the page begins where the chosen one is.
  for (const row of document.querySelectorAll(".tabs")) {
    const chosen = row.querySelector("[aria-current]");
    if (chosen) row.scrollLeft = chosen.offsetLeft - row.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
  }

  mark();
  window.addEventListener("resize", mark);
  document.addEventListener("toggle", mark, true);
  document.addEventListener("htmx:afterSettle", mark);
})();
