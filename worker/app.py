"""The Celery application: ``celery -A worker.app worker -Q grade``."""

import logging
import mmap
import os
import socket
import uuid
from typing import Any

from celery import Celery
from celery.signals import (
    setup_logging,
    worker_init,
    worker_ready,
    worker_shutting_down,
)

from grader import dispatch, logs
from grader.config import Settings
from grader.db import Database
from grader.errors import ClockSkewError, StorageError
from grader.services import health
from worker import heartbeat
from worker.celery_settings import celery_settings
from worker.clock import require_right_clock
from worker.janitor import Janitor

log = logging.getLogger(__name__)

EXIT_WRONG_CLOCK = 3

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


def _set_up_logs(**_: Any) -> None:
    """Write lines like every other process; Celery leaves its own form aside then."""
    logs.configure(settings.log_format)


def _refuse_wrong_clock(**_: Any) -> None:
    """End before anything is forked; a signal lets no other exception through."""
    heartbeat.touch(settings)
    database = Database(settings.database_url, pooled=False, busy_seconds=2)
    try:
        require_right_clock(database)
    except ClockSkewError as error:
        log.critical("%s", error)
        raise SystemExit(EXIT_WRONG_CLOCK) from error
    finally:
        database.dispose()


def _show_life(sender: Any, **_: Any) -> None:
    """Beat and sweep from now on, and ring once: work may have been waiting.

    Runs on the worker's own timer, in the one thread of the parent, so that nothing
    of the database is open whenever it forks; hence also no pool.
    """
    database = Database(settings.database_url, pooled=False, busy_seconds=2)
    janitor = Janitor(database, settings)

    def beat() -> None:
        heartbeat.touch(settings)
        try:
            with database.write() as session:
                health.worker_beat(
                    session,
                    NODE,
                    host=socket.gethostname(),
                    pid=os.getpid(),
                    slots=sender.controller.concurrency,
                )
        except StorageError as error:
            log.warning("no sign of life: %s", error)

    beat()
    sender.timer.call_repeatedly(settings.heartbeat_seconds, beat)
    # The janitor does this more often; here it is for the case that it fell silent.
    sender.timer.call_repeatedly(settings.lease_seconds, janitor.tidy)
    dispatch.ring(settings)


setup_logging.connect(_set_up_logs, weak=False)
worker_init.connect(_refuse_wrong_clock, weak=False)
worker_shutting_down.connect(_ask_children_to_stop, weak=False)
worker_ready.connect(_show_life, weak=False)
