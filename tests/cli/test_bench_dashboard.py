"""The benchmark of the pages fills a course that is whole, and measures its pages."""

import re
from pathlib import Path

from sqlalchemy import func, select

from grader.cli import bench_dashboard
from grader.cli.load.classroom import Size, fill
from grader.db import Database
from grader.models import RunResult, Standing
from grader.services import standings
from grader.storage import BlobStore


def test_a_filled_course_has_the_standings_that_it_should_have(
    database: Database, tmp_path: Path
) -> None:
    room = fill(database, BlobStore(tmp_path / "blobs"), Size(3, 2, 4, 5))
    with database.read() as session:
        wanted = standings.expected(session, room.assignment_id)
        rows = session.scalars(
            select(Standing).filter_by(assignment_id=room.assignment_id)
        ).all()
        results = session.scalar(select(func.count()).select_from(RunResult))
    stored = {(row.submission_id, row.final, row.counts) for row in rows}
    assert stored == {(r["submission_id"], r["final"], r["counts"]) for r in wanted}
    assert (len(rows), results) == (12, 120)


def test_pages_are_measured_as_their_visitors_see_them() -> None:
    said: list[str] = []
    bench_dashboard.run(Size(3, 1, 2, 2), "sqlite", 1, "gradebook", said.append)
    table = "\n".join(said)
    assert re.search(r"gradebook\.matrix \| instructor \| 200 \|", table)
    assert re.search(r"gradebook\.one_csv \(file\) \| instructor \| 200", table)
    assert "| health.alive | student | 200 |" in table
