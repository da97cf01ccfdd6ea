"""Adding a check of any kind, or a component of any operation, by a form."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grader.assignments import catalogue, manuscript
from grader.assignments.catalogue import Field
from grader.assignments.loader import SPEC_FILE
from grader.errors import AssignmentError, RefusedError
from grader.web.access import Access, requires
from grader.web.editor.editing import save_files, version_of
from grader.web.editor.manuscripts import Manuscript, checked, opened, tables

blueprint = Blueprint("adding", __name__)
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@blueprint.get("/courses/<course>/drafts/<draft>/add-check")
@requires(Access.INSTRUCTOR)
def check(course: str, draft: str) -> str:
    """Show the kinds of checks, or the form of the one that was chosen."""
    return _check_page(opened(draft), request.args.get("kind", ""))


@blueprint.post("/courses/<course>/drafts/<draft>/add-check")
@requires(Access.INSTRUCTOR)
def add_check(course: str, draft: str) -> Response | tuple[str, int]:
    """Write one more check behind the others."""
    read = opened(draft)
    kind = request.form.get("kind", "")
    fields = catalogue.check_fields(kind)
    problems: dict[str, str] = {}
    name = request.form.get("id", "").strip()
    if not _ID.fullmatch(name):
        problems["id"] = "Use small letters, digits, hyphens and underscores."
    if not fields:
        problems["kind"] = "There is no such kind of check."
    table = {"id": name, "kind": kind, **_values(fields, problems)}
    return _added(read, "check", table, problems) or (
        _check_page(read, kind, problems),
        422,
    )


@blueprint.get("/courses/<course>/drafts/<draft>/add-component")
@requires(Access.INSTRUCTOR)
def component(course: str, draft: str) -> str:
    """Show the operations of the reference, or what the chosen one can be."""
    return _component_page(opened(draft), request.args.get("operation", ""))


@blueprint.post("/courses/<course>/drafts/<draft>/add-component")
@requires(Access.INSTRUCTOR)
def add_component(course: str, draft: str) -> Response | tuple[str, int]:
    """Write one more component behind the others."""
    read = opened(draft)
    entry = _operation(request.form.get("operation", ""))
    problems: dict[str, str] = {}
    name = request.form.get("name", "").strip()
    if not _NAME.fullmatch(name):
        problems["name"] = "Give the name of the class or function, such as Linear."
    table: dict[str, Any] = {"name": name}
    if entry is None:
        problems["operation"] = "There is no such operation."
    else:
        table["operation"] = entry.name
        table |= _values((_CONSTRUCT,), problems)
        stated = _values(entry.fields, problems)
        changed = {
            field.name: stated[field.name]
            for field in entry.fields
            if field.name in stated and field.shown(stated[field.name]) != field.default
        }
        table |= {"convention": changed} if changed else {}
    return _added(read, "component", table, problems) or (
        _component_page(read, request.form.get("operation", ""), problems),
        422,
    )


_CONSTRUCT = Field(
    "construct",
    catalogue.Sort.TOML,
    about="Constructor arguments: names of sizes or settings, or numbers, such as "
    '["in_features", "out_features"].',
)


def _values(fields: tuple[Field, ...], problems: dict[str, str]) -> dict[str, Any]:
    """Return what was typed, without what was left empty or at its default."""
    found = {}
    for field in fields:
        typed = request.form.get(field.name, "").strip()
        if field.is_required and not typed:
            problems[field.name] = "This is required."
        if typed == field.default:
            continue
        try:
            value = field.parsed(typed)
        except ValueError as error:
            sentence = str(error)
            problems[field.name] = f"{sentence[:1].upper()}{sentence[1:]}."
            continue
        if value is not None:
            found[field.name] = value
    return found


def _added(
    read: Manuscript, name: str, table: Mapping[str, Any], problems: dict[str, str]
) -> Response | None:
    """Save the text with one more table; ``None`` if something is wrong with it."""
    if problems:
        return None
    try:
        text = manuscript.with_table(read.text, name, table)
        new = _new_problems(read, text)
        if new:
            problems["form"] = " ".join(new)
            return None
        save_files(read.draft.slug, version_of(read), {SPEC_FILE: text.encode()})
    except (AssignmentError, RefusedError) as refusal:
        problems["form"] = str(refusal)
        return None
    flash(f"The {name} was added.", "success")
    number = len(tables(read.table, name))
    address = url_for("editor.edit", course=g.course.slug, draft=read.draft.slug)
    return redirect(f"{address}#{name}-{number}", 303)


def _new_problems(read: Manuscript, text: str) -> list[str]:
    """Return what is wrong with a text and was not wrong before."""
    _, found = checked(read.draft.slug, {**read.contents, SPEC_FILE: text.encode()})
    before = {_without_line(one.sentence) for one in read.problems}
    return [
        f"{one.sentence}." for one in found if _without_line(one.sentence) not in before
    ]


def _without_line(sentence: str) -> str:
    return re.sub(r", line \d+", "", sentence)


def _operation(name: str) -> catalogue.OperationEntry | None:
    entries = catalogue.operation_entries()
    return next((one for one in entries if one.name == name), None)


def _check_page(
    read: Manuscript, kind: str, problems: Mapping[str, str] | None = None
) -> str:
    kinds = catalogue.check_kinds()
    chosen = next((one for one in kinds if one.name == kind), None)
    return _page("editor/add_check.html", read, problems, kinds=kinds, chosen=chosen)


def _component_page(
    read: Manuscript, operation: str, problems: Mapping[str, str] | None = None
) -> str:
    return _page(
        "editor/add_component.html",
        read,
        problems,
        operations=catalogue.operation_entries(),
        chosen=_operation(operation),
        construct=_CONSTRUCT,
    )


def _page(
    template: str, read: Manuscript, problems: Mapping[str, str] | None, **facts: Any
) -> str:
    return render_template(
        template,
        course=g.course,
        role=g.role,
        draft=read.draft,
        read=read,
        names=[one.get("name") for one in tables(read.table, "component")],
        problems=problems or {},
        typed=request.form if problems else {},
        **facts,
    )
