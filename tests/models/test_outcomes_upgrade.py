"""Runs that were graded before there were summaries get theirs."""

import json
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from grader.db import migrate, to_json
from grader.report import Diagnosis
from grader.services import outcomes
from tests.models.test_upgrade import first_version
from tests.services.world import result

RESULTS = (
    result("linear", 1.0, 1.0),
    replace(result("linear", 0.5, 2.0), diagnosis=Diagnosis("M1", "A mistake", "?")),
    result("relu", 3.0, 3.0),
)


def test_an_old_run_has_the_summary_that_a_new_one_would_have(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/db"
    database = first_version(url)
    with database.write() as session:
        for place, check in enumerate(("linear", "relu"), start=1):
            own = [one.to_json() for one in RESULTS if one.check == check]
            session.execute(
                text("INSERT INTO run_result VALUES (:run, :place, :check, :results)"),
                {
                    "run": "1" * 32,
                    "place": place,
                    "check": check,
                    "results": to_json(own),
                },
            )

    migrate(url)

    with database.read() as session:
        stored = session.scalar(text("SELECT outcomes FROM grading_run"))
    database.dispose()
    assert json.loads(stored) == outcomes.summary(RESULTS)
