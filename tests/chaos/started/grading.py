"""The worker of every started program, with an engine that obeys submissions."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.assignments import Assignment
from grader.report import Report
from grader.services import runs
from tests.chaos.started import faults
from tests.worker.grading import NoJail, grade
from worker import loop

# As all times here: a twentieth and less of what the service has.
AVOID_SECONDS = 0.5
REST_SECONDS = 1.0


def obeying(
    assignment: Assignment, files: dict[str, bytes], entry: str, **rest: Any
) -> Report:
    """Do what the submission's first line says, in the second check.

    ``wait PATH`` adds this process's id to ``PATH.begun`` and sleeps until the file
    exists, ``sleep SECONDS`` sleeps, ``crash`` kills this process.
    """
    if faults.is_sick():
        raise RuntimeError("this machine is sick")
    line = files[entry].decode().partition("\n")[0]
    command, _, argument = line.lstrip("# ").partition(" ")
    does = {"wait": _wait, "sleep": _sleep, "crash": _crash}.get(command, _nothing)

    def act(index: int) -> None:
        if index == 2:
            does(argument)

    return grade(assignment, files, entry, before_check=act, **rest)


def worker_for(*arguments: Any, **options: Any) -> loop.Worker:
    """Return the worker that the service would, but for jail, engine and patience."""
    runs.AVOID_SECONDS = AVOID_SECONDS
    worker = _real_worker_for(*arguments, **options)
    worker.jail_factory = NoJail
    worker.grade = obeying
    worker._fitness._rest_seconds = REST_SECONDS
    return worker


_real_worker_for: Callable[..., loop.Worker] = loop.worker_for


def _wait(path: str) -> None:
    with open(f"{path}.begun", "a", encoding="ascii") as begun:
        begun.write(f"{os.getpid()}\n")
    while not Path(path).exists():
        time.sleep(0.02)


def _sleep(seconds: str) -> None:
    time.sleep(float(seconds))


def _crash(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _nothing(_: str) -> None:
    pass
