"""Where the files of a draft come from, and what they may be called."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader import assignments as files
from grader.assignments import manuscript
from grader.assignments.loader import SPEC_FILE
from grader.errors import AssignmentError, RefusedError
from grader.intake.archives import MAX_FILES, unpack_all
from grader.models import Assignment, AssignmentSnapshot
from grader.storage import BlobStore

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+ -]{0,99}")
_DEEPEST = 6
TEMPLATE = """\
format = 1
slug = {slug}
title = {title}

[submission]
entry = "network.py"

[[component]]
name = "Linear"
operation = "linear"
construct = ["in_features", "out_features"]

[[check]]
id = "interface"
kind = "interface"
title = "Everything is there"
points = 0

[[check]]
id = "linear-backward"
kind = "backward"
component = "Linear"
points = {{ grad_x = 1, grad_weight = 1, grad_bias = 1 }}
"""


def published_files(
    session: Session, store: BlobStore, course_id: int, slug: str
) -> dict[str, bytes]:
    """Return the files of what is published; nothing if nothing is."""
    manifest = session.scalars(
        select(AssignmentSnapshot.manifest)
        .join(Assignment)
        .where(Assignment.course_id == course_id, Assignment.slug == slug)
        .order_by(AssignmentSnapshot.id.desc())
        .limit(1)
    ).one_or_none()
    return {name: store.get(blob) for name, blob in (manifest or {}).items()}


def published(session: Session, course_id: int) -> list[tuple[str, str]]:
    """Return short name and title of what is published in a course."""
    rows = session.execute(
        select(Assignment.slug, Assignment.title)
        .where(Assignment.course_id == course_id)
        .order_by(Assignment.title)
    )
    return [(slug, title) for slug, title in rows]


def shipped_files(name: str) -> dict[str, bytes]:
    """Return the files of an assignment that comes with the grader.

    Raises
    ------
    RefusedError
        If there is none of that name.
    """
    folder = files.shipped(name)
    return {
        found.relative_to(folder).as_posix(): found.read_bytes()
        for found in sorted(folder.rglob("*"))
        if found.is_file() and "__pycache__" not in found.parts
    }


def template_files(slug: str, title: str) -> dict[str, bytes]:
    """Return the files of an assignment that has little more than a name."""
    typed = manuscript.typed_as
    text = TEMPLATE.format(slug=typed(slug), title=typed(title))
    return {SPEC_FILE: text.encode(), "handout.md": f"# {title}\n".encode()}


def unpacked(name: str, data: bytes, max_bytes: int) -> dict[str, bytes]:
    """Return the files of an uploaded zip.

    Raises
    ------
    RefusedError
        If it is no zip, holds too much or unsafe names, or no ``assignment.toml``.
    """
    found = unpack_all(name, data, max_bytes)
    if SPEC_FILE not in found:
        raise RefusedError(
            f"{name} holds no {SPEC_FILE} at its top, so it is no assignment.",
            code="no-spec",
        )
    return found


def renamed(content: Mapping[str, bytes], slug: str) -> dict[str, bytes]:
    """Return files whose ``assignment.toml`` has this slug, as far as it is readable.

    One that is not TOML stays as it is: the editor shows what is wrong with it.
    """
    try:
        text = content[SPEC_FILE].decode()
        text = manuscript.with_value(text, ("slug",), slug)
    except (UnicodeDecodeError, AssignmentError, RefusedError):
        return dict(content)
    return {**content, SPEC_FILE: text.encode()}


def require_slug(slug: str) -> None:
    """Refuse a name that cannot be part of an address.

    Raises
    ------
    RefusedError
        ``bad-slug``.
    """
    if not _SLUG.fullmatch(slug):
        raise RefusedError(
            "The short name may have small letters, digits and hyphens, and begins "
            "with a letter or a digit, such as two-layers.",
            code="bad-slug",
        )


def require_name(name: str) -> None:
    """Refuse a file name that is not plainly one below the folder of an assignment.

    Raises
    ------
    RefusedError
        ``bad-name``.
    """
    parts = PurePosixPath(name).parts
    is_plain = "/".join(parts) == name and 1 <= len(parts) <= _DEEPEST
    if not is_plain or not all(_PART.fullmatch(part) for part in parts):
        raise RefusedError(
            f"A file cannot be called {name!r}. Use letters, digits, points, hyphens "
            "and underscores, and / for folders, such as starter/network.py.",
            code="bad-name",
        )


def require_names(manifest: Mapping[str, str]) -> None:
    """Refuse the names of files that no assignment can have together.

    Raises
    ------
    RefusedError
        ``bad-name`` or ``too-many-files``.
    """
    if len(manifest) > MAX_FILES:
        raise RefusedError(
            f"An assignment may have {MAX_FILES} files.", code="too-many-files"
        )
    for name in manifest:
        require_name(name)
    folders = {
        str(parent) for name in manifest for parent in PurePosixPath(name).parents
    }
    for name in manifest:
        if name in folders:
            raise RefusedError(
                f"{name} cannot be both a file and a folder.", code="bad-name"
            )
