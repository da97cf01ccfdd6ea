"""Reads a roster from a table that another program wrote."""

import csv
import io
import re
from dataclasses import dataclass

from grader.errors import RefusedError
from grader.models import CourseRole

MOST_ROWS = 5000
MOST_BYTES = 200_000
_LONGEST = {"name": 200, "email": 255, "student_number": 80, "section": 80}
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
# What the columns are called elsewhere, without case, blanks and signs.
_COLUMNS = {
    "name": ("name", "fullname", "studentname", "student"),
    "first": ("firstname", "first", "givenname", "preferredname"),
    "last": ("lastname", "last", "surname", "familyname"),
    "email": ("email", "emailaddress", "mail", "schoolemail"),
    "student_number": ("sid", "studentid", "studentnumber", "id", "matriculation"),
    "section": ("section", "sections", "sectionname", "lecture"),
    "role": ("role", "courserole"),
}
_ROLES = {
    "": None,
    "student": CourseRole.STUDENT,
    "ta": CourseRole.TA,
    "teachingassistant": CourseRole.TA,
    "assistant": CourseRole.TA,
    "courseassistant": CourseRole.TA,
    "grader": CourseRole.TA,
    "instructor": CourseRole.INSTRUCTOR,
    "teacher": CourseRole.INSTRUCTOR,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a roster; what the table does not say is ``None``."""

    line: int
    email: str
    name: str = ""
    student_number: str | None = None
    section: str | None = None
    role: CourseRole | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What could be read, and one sentence for each line that could not."""

    rows: list[Row]
    problems: list[str]


def decoded(content: bytes) -> str:
    """Return the text of a file, whatever program wrote it.

    Raises
    ------
    RefusedError
        ``too-large``.
    """
    if len(content) > MOST_BYTES:
        raise RefusedError(
            f"This table is larger than {MOST_BYTES // 1000} KB. Leave out the columns "
            "that are not needed.",
            code="too-large",
        )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What spreadsheets of western systems write if nobody asks for UTF-8.
        return content.decode("cp1252", "replace")


def read(text: str) -> Table:
    """Return the people of a table with a line of headings.

    Raises
    ------
    RefusedError
        ``empty-table``, ``no-email-column`` or ``too-many-rows``.
    """
    lines = _cells(text)
    if not lines:
        raise RefusedError("There is nothing in this table.", code="empty-table")
    places = _places(lines[0][1])
    if "email" not in places:
        raise RefusedError(
            "The first line must name the columns, and one of them must be called "
            "email.",
            code="no-email-column",
        )
    if len(lines) - 1 > MOST_ROWS:
        raise RefusedError(
            f"At most {MOST_ROWS} people can be read at once.", code="too-many-rows"
        )
    rows: list[Row] = []
    problems: list[str] = []
    seen: dict[str, int] = {}
    for number, cells in lines[1:]:
        row = _row(number, {n: _cell(cells, at) for n, at in places.items()}, problems)
        if row is None:
            continue
        if row.email in seen:
            problems.append(
                f"Line {number}: {row.email} stands in line {seen[row.email]} already."
            )
            continue
        seen[row.email] = number
        rows.append(row)
    return Table(rows, problems)


def read_groups(text: str) -> list[tuple[str, str]]:
    """Return group and student of each line of a table with such columns.

    Raises
    ------
    RefusedError
        ``empty-table`` or ``no-group-column``.
    """
    lines = _cells(text)
    heads = [_key(cell) for cell in lines[0][1]] if lines else []
    student = next((h for h in ("email", "sid", "student", "name") if h in heads), "")
    group = next((h for h in ("group", "groupname", "team") if h in heads), "")
    if not student or not group:
        raise RefusedError(
            "The first line must name two columns: group, and email or sid.",
            code="no-group-column",
        )
    at = heads.index(group), heads.index(student)
    pairs = [(_cell(cells, at[0]), _cell(cells, at[1])) for _, cells in lines[1:]]
    return [pair for pair in pairs if any(pair)]


def _cells(text: str) -> list[tuple[int, list[str]]]:
    """Return each line that is not empty, with its number."""
    text = text.replace("\0", "")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        found = [(reader.line_num, cells) for cells in reader]
    except csv.Error:
        raise RefusedError(
            f"Line {reader.line_num} of this table cannot be read.", code="bad-table"
        ) from None
    return [line for line in found if any(cell.strip() for cell in line[1])]


def _places(heads: list[str]) -> dict[str, int]:
    """Return where each known column stands; the more usual name wins."""
    keys = [_key(head) for head in heads]
    return {
        column: keys.index(name)
        for column, names in _COLUMNS.items()
        for name in reversed(names)
        if name in keys
    }


def _key(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.casefold())


def _cell(cells: list[str], at: int) -> str:
    return " ".join(cells[at].split()) if at < len(cells) else ""


def _row(number: int, cells: dict[str, str], problems: list[str]) -> Row | None:
    email = cells["email"].lower()
    if not _ADDRESS.fullmatch(email):
        shown = f"“{email[:60]}” is no e-mail address" if email else "no e-mail address"
        problems.append(f"Line {number}: {shown}.")
        return None
    both = f"{cells.get('first', '')} {cells.get('last', '')}".strip()
    name = cells.get("name", "") or both
    role = _key(cells.get("role", ""))
    if role not in _ROLES:
        problems.append(
            f"Line {number}: “{cells['role'][:40]}” is no role; write student, ta or "
            "instructor."
        )
        return None
    texts = {"name": name, "email": email, **_known(cells)}
    for column, text in texts.items():
        if len(text) > _LONGEST[column]:
            problems.append(f"Line {number}: the {column} is too long.")
            return None
    return Row(number, email, name, **_known(cells), role=_ROLES[role])


def _known(cells: dict[str, str]) -> dict[str, str]:
    return {
        name: cells[name] for name in ("student_number", "section") if name in cells
    }
