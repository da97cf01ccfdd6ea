"""Tables of Canvas and Moodle, uploaded by staff and given back with our scores.

Both systems find students by identities that only they know, so the cells that hold
them are copied from what they exported themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import RefusedError
from grader.services.cells import copied, number
from grader.services.columns import Column
from grader.services.exports.matching import Roster, places
from grader.services.exports.tables import Uploaded, written
from grader.services.gradebook import Book, Line

CANVAS_IDENTITY = ("student", "id", "sis user id", "sis login id", "section")
POINTS_POSSIBLE = "points possible"


@dataclass(frozen=True, slots=True)
class Filled:
    """A table with scores, and what became of its rows.

    Parameters
    ----------
    matched
        How many rows are students of this course.
    unknown
        The names in rows that are nobody here; they stay without a score.
    absent
        Students of this course who are in no row.
    notes
        Sentences on what was worked out.
    """

    text: str
    matched: int
    unknown: tuple[str, ...]
    absent: tuple[str, ...]
    notes: tuple[str, ...] = ()


def canvas(book: Book, uploaded: Uploaded) -> Filled:
    """Fill a Canvas gradebook: its identity cells, our assignments, points possible.

    Raises
    ------
    RefusedError
        ``table-not-canvas`` if the columns that identify students are not there.
    """
    at = places(uploaded.heading)
    identity = [at[name] for name in CANVAS_IDENTITY if name in at]
    if not {"student", "id"} <= at.keys():
        raise RefusedError(
            "This is no gradebook of Canvas: the columns Student and ID are missing.",
            code="table-not-canvas",
        )
    keys = [at[n] for n in ("sis login id", "sis user id") if n in at]
    titles = assignment_titles(book.columns)
    heading = [uploaded.heading[place] for place in identity]
    possible = [""] * len(identity)
    possible[identity.index(at["student"])] = "    Points Possible"
    table = [
        [*heading, *titles],
        [*possible, *(number(column.max_score) for column in book.columns)],
    ]
    roster, seen, unknown = Roster(book.lines), set(), []
    for row in uploaded.rows:
        name = row[at["student"]].strip()
        if name.casefold() == POINTS_POSSIBLE or not row[at["id"]].strip():
            continue
        line = roster.find(row[key] for key in keys)
        if line is None:
            unknown.append(name)
        else:
            seen.add(line.student_id)
        scores = [_score(line, column) for column in book.columns]
        table.append([*(copied(row[place]) for place in identity), *scores])
    return Filled(written(table), len(seen), tuple(unknown), _absent(book, seen))


def moodle(book: Book, column: Column, uploaded: Uploaded) -> Filled:
    """Fill the grades of a Moodle worksheet; every other cell stays as it is.

    The heading is given back exactly. Where Moodle's maximum is another one than ours,
    points are scaled to it.

    Raises
    ------
    RefusedError
        ``table-not-moodle`` if there is no column for the grade or the address.
    """
    at = places(uploaded.heading)
    keys = [at[n] for n in ("email address", "id number", "username") if n in at]
    if "grade" not in at or not keys:
        raise RefusedError(
            "This is no grading worksheet of Moodle: it needs the column Grade, and "
            "Email address or ID number.",
            code="table-not-moodle",
        )
    most = at.get("maximum grade")
    name = at.get("full name", keys[0])
    roster, seen, unknown, scaled = Roster(book.lines), set(), [], False
    table: list[Sequence[str]] = [uploaded.heading]
    for row in uploaded.rows:
        cells = [copied(cell) for cell in row]
        line = roster.find(row[key] for key in keys)
        if line is None:
            unknown.append(row[name].strip())
        else:
            seen.add(line.student_id)
            factor = _factor(row[most] if most is not None else "", column.max_score)
            score = line.cells[column.id].score
            if score is not None:
                cells[at["grade"]] = number(score * factor)
                scaled = scaled or factor != 1.0
        table.append(cells)
    notes = ("Points were scaled to the maximum grade of the worksheet.",)
    return Filled(
        written(table, uploaded.delimiter),
        len(seen),
        tuple(unknown),
        _absent(book, seen),
        notes if scaled else (),
    )


def assignment_titles(columns: Sequence[Column]) -> list[str]:
    """Return a heading for each assignment; no two are the same."""
    titles = [column.title for column in columns]
    return [
        copied(
            one.title if titles.count(one.title) == 1 else f"{one.title} ({one.slug})"
        )
        for one in columns
    ]


def _score(line: Line | None, column: Column) -> str:
    return "" if line is None else number(line.cells[column.id].score)


def _factor(most: str, ours: float) -> float:
    """Return what to multiply points with; a comma may stand for the point."""
    try:
        wanted = float(most.replace(",", "."))
    except ValueError:
        return 1.0
    return wanted / ours if wanted > 0 and ours > 0 else 1.0


def _absent(book: Book, seen: set[int]) -> tuple[str, ...]:
    return tuple(line.name for line in book.lines if line.student_id not in seen)
