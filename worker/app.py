"""The Celery application: ``celery -A worker.app worker -Q grade``."""

import logging
import mmap
import os
import socket
import uuid
from typing import Any

from celery import Celery
from celery.signals import worker_ready, worker_shutting_down

from grader import dispatch
from grader.config import Settings
from grader.db import Database
from grader.errors import StorageError
from grader.services import health
from worker.celery_settings import celery_settings
from worker.janitor import Janitor

log = logging.getLogger(__name__)

settings = Settings.from_environment()
app = Celery("worker", include=["worker.tasks"])
app.conf.update(celery_settings(settings))

# Made once in the parent; its grading processes are forked and share all of it.
NODE = f"{socket.gethostname()}-{uuid.uuid4().hex[:12]}"
_stop_flag = mmap.mmap(-1, 1)


def is_stopping() -> bool:
    """Tell a grading process whether its parent was asked to stop."""
    return _stop_flag[0] != 0


def _ask_children_to_stop(**_: Any) -> None:
    _stop_flag[0] = 1


def _show_life(sender: Any, **_: Any) -> None:
    """Beat and sweep from now on, and ring once: work may have been waiting.

    Runs on the worker's own timer, in the one thread of the parent, so that nothing
    of the database is open whenever it forks; hence also no pool.
    """
    database = Database(settings.database_url, pooled=False, busy_seconds=2)
    janitor = Janitor(database, settings)

    def beat() -> None:
        try:
            with database.write() as session:
                health.worker_beat(
                    session, NODE, host=socket.gethostname(), pid=os.getpid()
                )
        except StorageError as error:
            log.warning("no sign of life: %s", error)

    beat()
    sender.timer.call_repeatedly(settings.heartbeat_seconds, beat)
    # The janitor does this more often; here it is for the case that it fell silent.
    sender.timer.call_repeatedly(settings.lease_seconds, janitor.tidy)
    dispatch.ring(settings)


worker_shutting_down.connect(_ask_children_to_stop, weak=False)
worker_ready.connect(_show_life, weak=False)
