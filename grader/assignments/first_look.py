"""What is plainly missing in a submission, found without running it.

The text is searched for the first lines of definitions. It is not parsed: what the page
says here helps a student who forgot something, and decides nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from grader.assignments.loader import Assignment
from grader.checks.interface import METHODS, InterfaceCheck
from grader.checks.visibility import VISIBLE

_INDENTED = re.compile(r"^[ \t]+(?:async[ \t]+)?def[ \t]+(\w+)", re.M)
# The rest of its line, then lines that are indented, empty or comments.
_CLASS_BODY = "(?P<body>.*\\n?(?:[ \\t#].*\\n?|\\r?\\n)*)"


def missing(assignment: Assignment, files: Mapping[str, bytes]) -> list[str]:
    """Return the names that every visible check will look for and that are not there.

    A class counts as there when any file defines or binds its name; a method only when
    the class is written out in one of the files and has it, or has a base class.
    Assignments with a binding of their own say nothing about names.

    Parameters
    ----------
    files
        What intake prepared.
    """
    if assignment.binding_source is not None:
        return []
    text = "\n".join(code.decode(errors="replace") for code in files.values()) + "\n"
    return list(dict.fromkeys(_gaps(assignment, text)))


def _gaps(assignment: Assignment, text: str) -> Iterator[str]:
    for check in assignment.checks:
        if not isinstance(check, InterfaceCheck) or check.params.visibility != VISIBLE:
            continue
        wanted = check.params.components
        for name, part in check.components.items():
            if wanted is None or name in wanted:
                yield from _gaps_of(name, METHODS[part.reference().family], text)
        for name in check.params.functions:
            if not _is_bound(name, text):
                yield name


def _gaps_of(name: str, methods: Iterable[str], text: str) -> Iterator[str]:
    if not _is_bound(name, text):
        yield name
        return
    found = re.search(rf"^class[ \t]+{re.escape(name)}\b{_CLASS_BODY}", text, re.M)
    if found is None:
        return
    head = found["body"].partition(":")[0].strip(" ()")
    if head not in ("", "object"):
        return
    own = set(_INDENTED.findall(found["body"]))
    for method in methods:
        if method not in own:
            yield f"{name}.{method}"


def _is_bound(name: str, text: str) -> bool:
    """Tell whether the name is defined, assigned or imported at the left margin."""
    word = re.escape(name)
    starts = rf"^(?:class|def|async[ \t]+def)[ \t]+{word}\b|^{word}[ \t]*[:=]"
    imports = rf"^(?:from|import)\b.*\b{word}\b|^from\b.*import[ \t]*(?:\*|\()"
    return re.search(f"{starts}|{imports}", text, re.M) is not None
