"""Read the sections of a NumPy docstring."""

import inspect
import re
from dataclasses import dataclass

_HEADING = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Docstring:
    """What a docstring says, apart.

    Parameters
    ----------
    summary
        Its first paragraph, on one line.
    body
        What follows before the first heading.
    sections
        Text by heading, such as ``"Notes"``.
    """

    summary: str
    body: str
    sections: dict[str, str]

    @property
    def parameters(self) -> dict[str, str]:
        """Return the description of each parameter; names may share one."""
        found: dict[str, str] = {}
        names: list[str] = []
        for line in self.sections.get("Parameters", "").splitlines():
            if line and not line.startswith(_INDENT):
                names = [name.strip() for name in line.split(",")]
            else:
                for name in names:
                    found[name] = f"{found.get(name, '')}{line[4:]}\n"
        return {name: text.strip() for name, text in found.items()}


def read(thing: object) -> Docstring:
    """Return the docstring of a class or function, in parts."""
    text = inspect.getdoc(thing) or ""
    before, *rest = _HEADING.split(text)
    summary, _, body = before.strip().partition("\n\n")
    headings, texts = rest[::2], rest[1::2]
    return Docstring(
        summary=" ".join(summary.split()),
        body=body.strip(),
        sections={
            heading: part.strip("\n")
            for heading, part in zip(headings, texts, strict=True)
        },
    )
