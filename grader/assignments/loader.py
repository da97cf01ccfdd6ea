"""Read an assignment from its files, or refuse with every problem at once."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from grader.assignments import binding_source
from grader.assignments.components import read_components
from grader.assignments.locate import line_of, show
from grader.assignments.spec import (
    BUILT_INS,
    AssignmentFrame,
    AssignmentSpec,
)
from grader.checks import Check, CheckOutline, CheckParams, Component, kind_of, kinds
from grader.checks.base import KeyPath, Problem
from grader.checks.visibility import VISIBLE, covers
from grader.checks.ways import Way
from grader.contract.limits import Limits
from grader.errors import AssignmentError, RefusedError
from grader.scoring import max_score

SPEC_FILE = "assignment.toml"
HANDOUT_FILE = "handout.md"
STARTER_FOLDER = "starter"
# Files that help the author and do not decide a grade or reach a student.
AUTHOR_FOLDERS = ("samples", "solution")
UNREAD_ATTRIBUTES = (
    "the function {operation} of binding.py says where values are, so these have no "
    "effect. Leave them out, or write {operation} = layer_classes there"
)
SHIPPED = Path(__file__).parents[2] / "assignments"


@dataclass(frozen=True)
class Assignment:
    """A valid assignment, frozen: the same digest always grades the same way.

    Parameters
    ----------
    files
        Name with forward slashes to bytes; samples and solution are not among them.
    """

    spec: AssignmentSpec
    files: Mapping[str, bytes]
    checks: tuple[Check, ...] = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 over all names and contents, in the order of names."""
        return digest_of(self.files)

    @property
    def check_list(self) -> tuple[CheckOutline, ...]:
        """Return what can be shown of each check before it runs."""
        return tuple(check.outline for check in self.checks)

    @property
    def max_score(self) -> float:
        """Return what a right submission earns."""
        return max_score(outline.max_points for outline in self.check_list)

    @property
    def handout(self) -> str:
        """Return the Markdown text that students read; empty if there is none."""
        return self.files.get(HANDOUT_FILE, b"").decode()

    @property
    def starter(self) -> Mapping[str, bytes]:
        """Return the files that students start from, names without the folder."""
        prefix = f"{STARTER_FOLDER}/"
        return {
            name.removeprefix(prefix): content
            for name, content in self.files.items()
            if name.startswith(prefix)
        }

    @property
    def binding_source(self) -> bytes | None:
        """Return the assignment's own binding, ``None`` if it is a built-in one."""
        name = self.spec.binding.file
        return self.files[name] if name else None

    @property
    def limits(self) -> Limits:
        """Return what each of the student's processes may use."""
        return self.spec.limits.to_limits()


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over sorted names and contents, lengths included."""
    total = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return total.hexdigest()


def find(name: str) -> Path:
    """Return the folder of an assignment: a path, or the name of a shipped one.

    Raises
    ------
    RefusedError
        If there is neither.
    """
    path = Path(name)
    return path if path.is_dir() else shipped(name)


def shipped(name: str) -> Path:
    """Return the folder of an assignment that comes with the grader.

    Raises
    ------
    RefusedError
        If there is none of that name; the message lists those that exist.
    """
    known = sorted(path.parent.name for path in SHIPPED.glob(f"*/{SPEC_FILE}"))
    if name not in known:
        listed = ", ".join(known) or "none"
        raise RefusedError(
            f"There is no assignment folder {name!r}. Shipped assignments: {listed}.",
            code="unknown-assignment",
        )
    return SHIPPED / name


def load_folder(path: Path) -> Assignment:
    """Read an assignment from a folder; links and hidden files are left out.

    Raises
    ------
    AssignmentError
        With one sentence for each problem.
    """
    files = {
        found.relative_to(path).as_posix(): found.read_bytes()
        for found in sorted(path.rglob("*"))
        if found.is_file() and not found.is_symlink()
    }
    return load_files(files)


def load_files(files: Mapping[str, bytes]) -> Assignment:
    """Read an assignment from names and contents.

    Raises
    ------
    AssignmentError
        With one sentence for each problem.
    """
    kept = {name: content for name, content in files.items() if _decides(name)}
    if SPEC_FILE not in kept:
        raise AssignmentError([f"{SPEC_FILE}: there is no such file"])
    try:
        text = kept[SPEC_FILE].decode()
        table = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AssignmentError([f"{SPEC_FILE}: is not valid TOML: {error}"]) from None
    reader = _Reader(table, kept)
    assignment = reader.read()
    if assignment is None:
        raise AssignmentError([_sentence(text, problem) for problem in reader.problems])
    return assignment


def _decides(name: str) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
    return bool(parts) and not hidden and parts[0] not in AUTHOR_FOLDERS


def _sentence(text: str, problem: Problem) -> str:
    path, reason = problem
    line = line_of(text, path)
    place = f"{SPEC_FILE}, line {line}" if line else SPEC_FILE
    return f"{place}: {show(path)}: {reason}" if path else f"{place}: {reason}"


class _Reader:
    """Reads one parsed file and collects what is wrong with it."""

    def __init__(self, table: dict[str, Any], files: Mapping[str, bytes]) -> None:
        self.table = table
        self.files = files
        self.problems: list[Problem] = []

    def read(self) -> Assignment | None:
        """Return the assignment, or ``None`` if there were problems."""
        frame = self._frame()
        components, problems = read_components(
            () if frame is None else frame.components
        )
        self.problems += problems
        params = self._params()
        checks = self._checks(params, components if frame is not None else None)
        self._needs()
        self._built_in_binding(frame, params)
        self._own_binding(frame, checks, components)
        if self.problems or frame is None:
            return None
        spec = AssignmentSpec(
            **{name: getattr(frame, name) for name in AssignmentFrame.model_fields},
            checks=tuple(check.params for check in checks),
        )
        return Assignment(spec, dict(self.files), tuple(checks))

    def _frame(self) -> AssignmentFrame | None:
        table = {key: value for key, value in self.table.items() if key != "check"}
        try:
            frame = AssignmentFrame.model_validate(table)
        except ValidationError as error:
            self.problems += _problems(error, ())
            return None
        binding = frame.binding
        if binding.file and binding.file not in self.files:
            self._say(("binding", "file"), f"there is no file {binding.file!r}")
        if binding.use and binding.use not in BUILT_INS:
            known = ", ".join(BUILT_INS)
            self._say(("binding", "use"), f"unknown binding; known are: {known}")
        return frame

    def _built_in_binding(
        self,
        frame: AssignmentFrame | None,
        found: Iterable[tuple[int, type[Check], CheckParams]],
    ) -> None:
        """Require that a built-in binding understands every kind of check."""
        use = "" if frame is None else frame.binding.use
        for index, check, params in found:
            if use in BUILT_INS and use not in check.bindings:
                usable = (" or ".join(check.bindings), "an own binding.py")
                others = ", or ".join(filter(None, usable))
                reason = (
                    f"{params.kind!r} cannot be asked through the binding {use!r}; "
                    f"use {others}"
                )
                self._say(("check", index, "kind"), reason)

    def _own_binding(
        self,
        frame: AssignmentFrame | None,
        checks: Sequence[Check],
        components: Mapping[str, Component],
    ) -> None:
        """Read ``binding.py`` without running it: the checks will call it."""
        source = None if frame is None else self.files.get(frame.binding.file)
        if source is None:
            return
        ways = binding_source.ways(source)
        tables = self.table.get("check") or []
        places = {one["id"]: at for at, one in enumerate(tables) if "id" in one}
        for check in checks:
            for path, reason in check.unasked(ways):
                self._say(("check", places[check.params.id], *path), reason)
        for at, spec in enumerate(frame.components if frame else ()):
            part = components.get(spec.name)
            if part and part.attributes and ways.get(part.operation) is not Way.CLASSES:
                reason = UNREAD_ATTRIBUTES.format(operation=part.operation)
                self._say(("component", at, "attributes"), reason)
        actions = [action for check in checks for action in check.actions]
        parts = [part for check in checks for part in check.parts]
        for reason in binding_source.problems(source, actions, parts):
            self._say(("binding", "file"), reason)

    def _params(self) -> list[tuple[int, type[Check], CheckParams]]:
        raw = self.table.get("check")
        if not isinstance(raw, list) or not raw:
            self._say(("check",), "there must be at least one [[check]]")
            return []
        found = []
        for index, table in enumerate(raw):
            path: KeyPath = ("check", index)
            kind = table.get("kind") if isinstance(table, dict) else None
            check = kind_of(kind) if isinstance(kind, str) else None
            if check is None:
                known = ", ".join(sorted(kinds()))
                reason = f"unknown kind {kind!r}; known are: {known}"
                self._say((*path, "kind"), reason)
                continue
            try:
                found.append((index, check, check.Params.model_validate(table)))
            except ValidationError as error:
                self.problems += _problems(error, path)
        return found

    def _checks(
        self,
        found: Iterable[tuple[int, type[Check], CheckParams]],
        components: dict[str, Component] | None,
    ) -> list[Check]:
        if components is None:
            return []
        checks = []
        for index, check, params in found:
            problems = check.problems(params, components)
            for path, reason in problems:
                self._say(("check", index, *path), reason)
            if not problems:
                checks.append(check(params, components))
        return checks

    def _needs(self) -> None:
        """Require unique ids, and that a check needs only checks before it."""
        tables = [t for t in self.table.get("check") or [] if isinstance(t, dict)]
        every = {str(table.get("id")) for table in tables}
        before: set[str] = set()
        for index, table in enumerate(tables):
            path: KeyPath = ("check", index)
            if "id" in table and str(table["id"]) in before:
                self._say((*path, "id"), f"{table['id']!r} is already used")
            needs = table.get("needs", ())
            for needed in needs if isinstance(needs, list) else ():
                if needed not in every:
                    self._say((*path, "needs"), f"there is no check {needed!r}")
                elif needed not in before:
                    reason = f"{needed!r} must come before this check"
                    self._say((*path, "needs"), reason)
            before.add(str(table.get("id")))
        self._visibility(tables)

    def _visibility(self, tables: list[dict[str, Any]]) -> None:
        """Require that no sentence about a check names one that is shown later."""
        levels = {str(t.get("id")): str(t.get("visibility", VISIBLE)) for t in tables}
        if tables and levels[str(tables[0].get("id"))] != VISIBLE:
            self._say(
                ("check", 0, "visibility"),
                "the first check must be visible: where a file cannot be loaded, it is "
                "the one that says why",
            )
        for index, table in enumerate(tables):
            level = str(table.get("visibility", VISIBLE))
            needs = table.get("needs", ())
            for needed in needs if isinstance(needs, list) else ():
                if needed in levels and not covers(level, levels[needed]):
                    self._say(
                        ("check", index, "needs"),
                        f"{needed!r} is not shown whenever this check is, and a "
                        "student would read its title here",
                    )

    def _say(self, path: KeyPath, reason: str) -> None:
        self.problems.append((path, reason))


def _problems(error: ValidationError, prefix: KeyPath) -> list[Problem]:
    return [
        # A plain number of points is kept under an empty key.
        ((*prefix, *(part for part in detail["loc"] if part != "")), _reason(detail))
        for detail in error.errors()
    ]


def _reason(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "missing":
        return "is required"
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    return f"{message}, got {detail['input']!r}"
