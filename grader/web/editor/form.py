"""The form beside the text: what it shows, and how what was typed changes the text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.assignments import catalogue, manuscript
from grader.assignments.catalogue import Field, Sort
from grader.errors import AssignmentError, RefusedError
from grader.web.editor.manuscripts import table_of, tables

_TITLE = Field("title", Sort.TEXT, is_required=True, about="What people read.")
_ENTRY = Field(
    "entry",
    Sort.TEXT,
    default="submission.py",
    about="The file that is imported; a single upload of any name is loaded as it.",
)
_CONSTRUCT = Field(
    "construct",
    Sort.TOML,
    about="Constructor arguments: names of sizes or settings, or numbers.",
)
_CONVENTION = Field(
    "convention",
    Sort.TOML,
    about='How this course does the mathematics, such as { reduction = "sum" }.',
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of the form.

    Parameters
    ----------
    name
        Of the input.
    path
        Of the key in the file.
    shown
        What the field holds when the page is opened.
    """

    name: str
    path: tuple[str | int, ...]
    field: Field
    shown: str


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together: a section, a component or a check.

    Parameters
    ----------
    key
        What buttons and links call it, such as ``check-3``.
    """

    key: str
    title: str
    kind: str
    entries: tuple[Entry, ...]


def groups(text: str) -> list[Group]:
    """Return the form for a text; what is not TOML has none."""
    table = table_of(text)
    if not table:
        return []
    return [
        _general(table),
        _section(table, "hints", "Hints"),
        _section(table, "limits", "Limits of each process"),
        *_components(table),
        *_checks(table),
    ]


def applied(
    base: str, typed: str, form: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Return the typed text with what was changed in the form, and what is wrong.

    Only fields whose content differs from what the form showed for ``base`` count, so
    that a change in the text and one in the form go together.

    Parameters
    ----------
    base
        The text that the form was made from.
    """
    problems: dict[str, str] = {}
    for entry in (one for group in groups(base) for one in group.entries):
        now = form.get(entry.name)
        if now is None or _plain(now) == _plain(entry.shown):
            continue
        try:
            value = entry.field.parsed(now)
            path = _moved(base, typed, entry.path)
            typed = manuscript.with_value(typed, path, value)
        except (AssignmentError, RefusedError) as refusal:
            problems[entry.name] = str(refusal)
        except ValueError as error:
            sentence = str(error)
            problems[entry.name] = f"{sentence[:1].upper()}{sentence[1:]}."
    return typed, problems


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _moved(base: str, typed: str, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return where a check or component stands now that the text was changed too."""
    if len(path) < 2 or not isinstance(path[1], int):
        return path
    name, index = str(path[0]), path[1]
    key = "id" if name == "check" else "name"
    wanted = tables(table_of(base), name)[index].get(key)
    now = [one.get(key) for one in tables(table_of(typed), name)]
    if wanted not in now:
        raise RefusedError(
            f"{wanted} is not in the text any more.", code="no-such-table"
        )
    return (name, now.index(wanted), *path[2:])


def _general(table: Mapping[str, Any]) -> Group:
    submission = table.get("submission")
    entry = submission.get("entry") if isinstance(submission, dict) else None
    entries = (
        Entry("a.title", ("title",), _TITLE, _TITLE.shown(table.get("title"))),
        Entry("a.entry", ("submission", "entry"), _ENTRY, _ENTRY.shown(entry)),
    )
    return Group("general", "Assignment", "", entries)


def _section(table: Mapping[str, Any], name: str, title: str) -> Group:
    stated = table.get(name)
    stated = stated if isinstance(stated, dict) else {}
    fields = catalogue.section_fields(name)
    return Group(name, title, "", tuple(_entries((name,), fields, stated)))


def _components(table: Mapping[str, Any]) -> Iterator[Group]:
    for index, stated in enumerate(tables(table, "component")):
        yield Group(
            f"component-{index}",
            str(stated.get("name", "")),
            str(stated.get("operation", "")),
            tuple(_entries(("component", index), (_CONSTRUCT, _CONVENTION), stated)),
        )


def _checks(table: Mapping[str, Any]) -> Iterator[Group]:
    for index, stated in enumerate(tables(table, "check")):
        kind = str(stated.get("kind", ""))
        yield Group(
            f"check-{index}",
            str(stated.get("title") or stated.get("id", "")),
            kind,
            tuple(_entries(("check", index), catalogue.check_fields(kind), stated)),
        )


def _entries(
    path: tuple[str | int, ...],
    fields: tuple[Field, ...],
    stated: Mapping[str, Any],
) -> Iterator[Entry]:
    name = ".".join(str(part) for part in path)
    for field in fields:
        shown = field.shown(stated.get(field.name))
        yield Entry(f"{name}.{field.name}", (*path, field.name), field, shown)
