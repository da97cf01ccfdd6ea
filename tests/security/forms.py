"""Forms as a browser sees them: where they go, and what they would send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

# What an empty field gets; it is a word and a program.
VOID = "words"


@dataclass
class Form:
    """One form; ``fields`` are names and values in the order of the page."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the fields."""
        return tuple(name for name, _ in self.fields)


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self._area: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = known.get("action") or self.page
            self._form = Form(action, known.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "select":
            self._select = known.get("name", "")
        elif tag == "option" and self._select:
            self._choose(known)
        elif tag == "textarea":
            self._area = (known.get("name", ""), "")
        elif tag in {"input", "button"} and known.get("type") != "file":
            self._add(known.get("name", ""), known)

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area = (self._area[0], self._area[1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            name, value = self._area
            self._area = None
            self._put(name, value.strip("\r\n") or VOID)
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._form = None

    def _choose(self, known: dict[str, str]) -> None:
        if self._form is None:
            return
        taken = self._select in self._form.names
        if not taken or "selected" in known:
            kept = [one for one in self._form.fields if one[0] != self._select]
            self._form.fields = [*kept, (self._select, known.get("value", ""))]

    def _add(self, name: str, known: dict[str, str]) -> None:
        kind = known.get("type", "text")
        if kind in {"radio", "checkbox"} and "checked" not in known:
            return
        filler = VOID if kind == "text" else ""
        self._put(name, known.get("value", "") or filler)

    def _put(self, name: str, value: str) -> None:
        if self._form is not None and name:
            self._form.fields.append((name, value))


def forms_of(text: str, page: str) -> list[Form]:
    """Return the forms of a page that post, filled as far as the page fills them."""
    reader = _Reader(page)
    reader.feed(text)
    return [form for form in reader.forms if form.method == "post"]
