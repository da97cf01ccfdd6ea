// Lets the keyboard reach code, formulas and lists that are larger than their place,
// and only those: everything else would be a stop without a use.
"use strict";

(() => {
  const wide = "pre, .scroll, .math.block, .source, .attempts";

  function mark() {
    for (const element of document.querySelectorAll(wide)) {
      const overflows = element.scrollWidth > element.clientWidth
        || element.scrollHeight > element.clientHeight + 1;
      if (overflows) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
    }
  }

  mark();
  window.addEventListener("resize", mark);
  document.addEventListener("toggle", mark, true);
  document.addEventListener("htmx:afterSettle", mark);
})();
