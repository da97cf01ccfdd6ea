"""Our own table of a course, and the two of Gradescope."""

from datetime import datetime, tzinfo

from grader.services.cells import harmless, number
from grader.services.columns import Column
from grader.services.exports.filled import assignment_titles
from grader.services.exports.tables import written
from grader.services.gradebook import Book, Cell, Line, Shown

_STATUS = {
    Shown.SCORE: "Graded",
    Shown.PENDING: "Ungraded",
    Shown.NO_SCORE: "Ungraded",
    Shown.MISSING: "Missing",
}


def own(book: Book) -> str:
    """Return everything that the gradebook shows, one row for each student."""
    heading = ["name", "email", "section", "student_number"]
    titles = assignment_titles(book.columns)
    rows = [[*heading, *titles, "total"]]
    most = [number(column.max_score) for column in book.columns]
    total = number(sum(column.max_score for column in book.columns))
    rows.append(["points possible", "", "", "", *most, total])
    for line in book.lines:
        person = (line.name, line.email, line.section, line.student_number)
        scores = [number(line.cells[column.id].score) for column in book.columns]
        rows.append([*map(harmless, person), *scores, number(line.total)])
    return written(rows)


def gradescope_assignment(book: Book, column: Column, timezone: tzinfo) -> str:
    """Return one assignment with the columns of Gradescope's own export."""
    rows = [
        [
            *("First Name", "Last Name", "SID", "Email", "Sections"),
            *("Total Score", "Max Points", "Status", "Submission ID"),
            *("Submission Time", "Lateness (H:M:S)", "View Count", "Submission Count"),
        ]
    ]
    for line in book.lines:
        cell = line.cells[column.id]
        rows.append(
            [
                *_person(line),
                number(cell.score),
                number(column.max_score),
                _STATUS[cell.shown],
                cell.submission_id,
                _time(cell.received_at, timezone),
                lateness(cell.late_seconds) if cell.shown is Shown.SCORE else "",
                "",
                str(cell.attempts),
            ]
        )
    return written(rows)


def gradescope_course(book: Book, timezone: tzinfo) -> str:
    """Return the course with the columns of Gradescope's own export."""
    heading = ["First Name", "Last Name", "SID", "Email", "Sections"]
    for title in assignment_titles(book.columns):
        heading += [title, f"{title} - Max Points", f"{title} - Submission Time"]
        heading.append(f"{title} - Lateness (H:M:S)")
    rows = [[*heading, "Total Lateness (H:M:S)"]]
    for line in book.lines:
        cells = [line.cells[column.id] for column in book.columns]
        row = _person(line)
        for column, cell in zip(book.columns, cells, strict=True):
            row += _of_course(column, cell, timezone)
        rows.append([*row, lateness(sum(cell.late_seconds for cell in cells))])
    return written(rows)


def lateness(seconds: float) -> str:
    """Write a length of time as hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


def _of_course(column: Column, cell: Cell, timezone: tzinfo) -> list[str]:
    late = lateness(cell.late_seconds) if cell.shown is Shown.SCORE else ""
    time = _time(cell.received_at, timezone)
    return [number(cell.score), number(column.max_score), time, late]


def _person(line: Line) -> list[str]:
    # What comes last is the family name, as far as a table can know.
    first, _, last = line.name.strip().rpartition(" ")
    cells = (first or last, last if first else "", line.student_number, line.email)
    return [harmless(cell) for cell in (*cells, line.section)]


def _time(moment: datetime | None, timezone: tzinfo) -> str:
    return (
        "" if moment is None else f"{moment.astimezone(timezone):%Y-%m-%d %H:%M:%S %z}"
    )
