"""Someone at a browser, with an eye on what a page must not do."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.browser.stage import PASSWORD, Stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

VENDOR = Path(__file__).parent / "vendor"
WIDE = {"width": 1280, "height": 760}
PHONE = {"width": 390, "height": 844}
SERIOUS = {"serious", "critical"}
# More than this and what one reads has jumped.
MOST_SHIFT = 0.1
WATCH_SHIFTS = """
window.movedBy = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput) window.movedBy += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
# How far the page can be scrolled sideways, and the widest thing that is in no box
# of its own that scrolls.
TOO_WIDE = """
() => {
  const most = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= most) return "";
  const boxed = (node) => {
    for (let up = node; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return true;
    return false;
  };
  const wide = [...document.querySelectorAll("body *")].filter(
    (node) => node.getBoundingClientRect().right > most + 1 && !boxed(node));
  const names = wide.slice(0, 3).map((node) => node.cloneNode(false).outerHTML);
  return `${document.documentElement.scrollWidth} px: ${names.join(" ")}`;
}
"""
RULES = """
async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((one) => [
    one.impact, one.id, one.nodes.slice(0, 3).map((node) =>
      `${node.target.join(" ")}: ${node.any.concat(node.all, node.none)
        .map((check) => check.message).join("; ")}`).join(" | ")]);
}
"""


@cache
def axe() -> str:
    """Return the text of the rules' engine."""
    return next(VENDOR.glob("axe-*.min.js")).read_text()


@dataclass
class Visitor:
    """One browser window of one person.

    Parameters
    ----------
    problems
        Sentences: what the console, the policy and the server complained about.
    """

    stage: Stage
    context: "BrowserContext"
    page: "Page"
    problems: list[str] = field(default_factory=list)

    def go(self, path: str) -> "Page":
        """Open an address of the service."""
        self.page.goto(self.stage.url + path, wait_until="load")
        return self.page

    def sign_in(self, key: str) -> "Visitor":
        """Fill in the form as the person with this short name."""
        page = self.go("/sign-in")
        page.fill("#email", f"{key}@example.org")
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return self

    def complaints(self) -> list[str]:
        """Return everything that is wrong with the open page, and forget it."""
        found, self.problems[:] = list(self.problems), []
        found += self._too_wide()
        moved = self.page.evaluate("() => window.movedBy || 0")
        if moved >= MOST_SHIFT:
            found.append(f"the page moved by {moved:.2f}")
        found += self._against_rules()
        return [f"{self.page.url}: {one}" for one in found]

    def _too_wide(self) -> list[str]:
        wide = self.page.evaluate(TOO_WIDE)
        return [f"scrolls sideways, {wide}"] if wide else []

    def _against_rules(self) -> list[str]:
        if not self.page.evaluate("() => typeof axe === 'object'"):
            self.page.evaluate(axe())
        return [
            f"{impact}, {rule}: {where}"
            for impact, rule, where in self.page.evaluate(RULES)
            if impact in SERIOUS
        ]


def visitor(
    browser: "Browser", stage: Stage, *, expected: tuple[int, ...] = (), **look: Any
) -> Visitor:
    """Open a window of its own: no cookie is shared with another one.

    Parameters
    ----------
    expected
        Statuses of refusals that belong to the visit; any other one is a problem.
    look
        Of the context: ``viewport``, ``color_scheme``, ``java_script_enabled``.
    """
    look.setdefault("viewport", WIDE)
    context = browser.new_context(reduced_motion="reduce", **look)
    context.set_default_timeout(20_000)
    context.add_init_script(WATCH_SHIFTS)
    page = context.new_page()
    person = Visitor(stage, context, page)

    def answered(response: "Response") -> None:
        if response.status >= 400 and response.status not in expected:
            person.problems.append(f"status {response.status} of {response.url}")

    def said(message: Any) -> None:
        # A refusal is in the console as well; its status has been judged already.
        if message.type == "error" and "Failed to load resource" not in message.text:
            person.problems.append(f"console: {message.text}")

    page.on("response", answered)
    page.on("console", said)
    page.on("pageerror", lambda error: person.problems.append(f"script: {error}"))
    # A marker in a name, a print or a comment that runs opens one of these.
    page.on("dialog", lambda one: person.problems.append(f"dialog: {one.message}"))
    return person
