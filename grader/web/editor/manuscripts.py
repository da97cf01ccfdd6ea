"""A draft as its pages need it: its files, what is wrong with them, and the form."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g
from flask_login import current_user

from grader import assignments as files
from grader.assignments.loader import SPEC_FILE
from grader.errors import AssignmentError
from grader.services import drafts
from grader.services.drafts import DraftView
from grader.web.backend import backend

_LINE = re.compile(r"^assignment\.toml, line (\d+)|\(at line (\d+), column")
_UNREADABLE = f"{SPEC_FILE}: is not UTF-8 text. Save it as UTF-8 and upload it again"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an assignment, and the line of its file; 0 if it has none."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Manuscript:
    """The files of a draft, read as far as they can be read.

    Parameters
    ----------
    text
        Of ``assignment.toml``.
    loaded
        ``None`` while there are problems.
    """

    draft: DraftView
    contents: Mapping[str, bytes]
    text: str
    loaded: files.Assignment | None
    problems: tuple[Problem, ...]

    @property
    def table(self) -> dict[str, Any]:
        """Return what the text says; nothing where it is not TOML."""
        return table_of(self.text)


def opened(slug: str, typed: str | None = None) -> Manuscript:
    """Return a draft of this course.

    Parameters
    ----------
    typed
        Text that takes the place of the stored ``assignment.toml``.

    Raises
    ------
    NotFoundError
        If there is no such draft, or the visitor is not an instructor of the course.
    """
    here = backend()
    with here.database.read() as session:
        draft = drafts.get(session, g.course.id, slug, current_user.id)
    contents = drafts.contents(here.store, draft)
    if typed is not None:
        contents[SPEC_FILE] = typed.encode()
    text = contents[SPEC_FILE].decode(errors="replace")
    loaded, problems = checked(slug, contents)
    return Manuscript(draft, contents, text, loaded, problems)


def checked(
    slug: str, contents: Mapping[str, bytes]
) -> tuple[files.Assignment | None, tuple[Problem, ...]]:
    """Load an assignment and return it, or every problem with its line.

    Nothing of the files is executed: the loader reads them as text.
    """
    try:
        loaded = files.load_files(contents)
    except AssignmentError as error:
        return None, tuple(map(_problem, error.problems))
    except UnicodeDecodeError:
        return None, (Problem(0, _UNREADABLE),)
    if loaded.spec.slug != slug:
        sentence = (
            f"{SPEC_FILE}: slug: is {loaded.spec.slug!r}, but this draft is {slug!r}. "
            "It is the address of the assignment and stays as it is"
        )
        return None, (Problem(_line_of_slug(contents), sentence),)
    return loaded, ()


def table_of(text: str) -> dict[str, Any]:
    """Return what a text says; nothing where it is not TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def tables(table: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the ``[[name]]`` tables, as far as they are tables."""
    found = table.get(name)
    if not isinstance(found, list):
        return []
    return [one for one in found if isinstance(one, dict)]


def _problem(sentence: str) -> Problem:
    found = _LINE.search(sentence)
    line = next((int(one) for one in found.groups() if one), 0) if found else 0
    return Problem(line, sentence)


def _line_of_slug(contents: Mapping[str, bytes]) -> int:
    lines = contents[SPEC_FILE].decode().splitlines()
    at = (n for n, line in enumerate(lines, start=1) if line.startswith("slug"))
    return next(at, 0)
