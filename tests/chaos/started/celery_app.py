"""The real Celery application with an engine that obeys."""

from tests.chaos.started import faults
from tests.chaos.started.grading import worker_for
from worker import tasks
from worker.app import app

__all__ = ["app"]

faults.take_parts_out()
tasks.worker_for = worker_for  # type: ignore[attr-defined]
