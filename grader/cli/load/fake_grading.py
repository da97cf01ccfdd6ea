"""Grading that only takes its time, for load tests of everything around it.

``celery --app grader.cli.load.fake_grading worker`` is the product's worker but for
the jail and the engine; ``python -m grader.cli.load.fake_grading`` polls. Every
submission gets full points, so nothing that is graded here may count for anybody.
"""

import re
import time
from typing import Any

from grader import logs
from grader.assignments import Assignment
from grader.config import Settings
from grader.contract.jail import JailSession
from grader.contract.messages import Bundle
from grader.engine import Progress, ProgressListener
from grader.errors import SandboxUnavailableError
from grader.report import CheckResult, Report, ReportStatus, Verdict
from worker import loop
from worker.janitor import stop_on_signals

_SECONDS = re.compile(rb"^# takes ([0-9.]+) s")


class NoJail:
    """Stands where a jail would; it cannot be opened."""

    tier = "none"

    def open(self, bundle: Bundle) -> JailSession:
        """Refuse: nothing is run here."""
        raise SandboxUnavailableError("a load test runs no code")

    def close(self) -> None:
        """Do nothing; there is nothing to close."""


def mark(seconds: float, name: str = "") -> str:
    """Return the first comment of a submission that takes so long here."""
    return f"takes {seconds:g} s {name}".rstrip()


def grade(
    assignment: Assignment,
    files: dict[str, bytes],
    entry: str,
    *,
    seed: int,
    on_progress: ProgressListener,
    **_: Any,
) -> Report:
    """Sleep as long as the submission's first line says; pass every check."""
    stated = _SECONDS.match(files.get(entry, b""))
    checks = assignment.check_list
    share = (float(stated.group(1)) if stated else 0.0) / len(checks)
    results = []
    for index, check in enumerate(checks, start=1):
        on_progress(Progress(index, len(checks), check, None))
        time.sleep(share)
        passed = CheckResult(
            check=check.id,
            title=check.title,
            component=check.component,
            quantity="out",
            verdict=Verdict.PASSED,
            points=check.max_points,
            max_points=check.max_points,
            message="",
        )
        results.append(passed)
        on_progress(Progress(index, len(checks), check, (passed,)))
    return Report(
        assignment=assignment.spec.slug,
        status=ReportStatus.GRADED,
        score=assignment.max_score,
        max_score=assignment.max_score,
        results=tuple(results),
        seed=seed,
        spec_digest=assignment.digest,
        versions={"grader": "load test"},
        jail_tier=NoJail.tier,
    )


def worker_for(*arguments: Any, **options: Any) -> loop.Worker:
    """Return the product's worker, with grading that only takes its time."""
    worker = loop.worker_for(*arguments, **options)
    worker.jail_factory = NoJail
    worker.grade = grade
    return worker


def __getattr__(name: str) -> Any:
    """Make the Celery application when somebody asks for it.

    Importing it reads the settings of the environment, which only a worker has.
    """
    if name != "app":
        raise AttributeError(name)
    from worker import tasks
    from worker.app import app

    tasks.worker_for = worker_for  # type: ignore[attr-defined]
    return app


def main() -> None:
    """Grade without a broker until SIGTERM."""
    settings = Settings.from_environment()
    logs.configure(settings.log_format)
    stop = stop_on_signals()
    name = f"load-{time.time_ns():x}"
    worker = worker_for(settings, name, should_stop=stop.is_set)
    loop.run_polling(settings, stop, worker=worker)


if __name__ == "__main__":
    main()
