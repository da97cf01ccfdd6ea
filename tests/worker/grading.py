"""Stand-ins for the jail and the engine: grading without a sandbox."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from grader.assignments import Assignment
from grader.contract.jail import JailSession
from grader.contract.messages import Bundle
from grader.engine import Progress, ProgressListener
from grader.report import Report
from tests.services.world import report, result
from worker import canary


class NoJail:
    """A jail that must not be opened: the stand-in for the engine asks it nothing."""

    tier = "T9"

    def open(self, bundle: Bundle) -> JailSession:
        raise AssertionError("nothing here opens a jail")

    def close(self) -> None:
        pass


def grade(
    assignment: Assignment,
    files: dict[str, bytes],
    entry: str,
    *,
    seed: int,
    on_progress: ProgressListener,
    before_check: Callable[[int], None] = lambda _: None,
    **_: Any,
) -> Report:
    """Call back as the engine does; every check passes."""
    checks = assignment.check_list
    for index, check in enumerate(checks, start=1):
        on_progress(Progress(index, len(checks), check, None))
        before_check(index)
        passed = (result(check.id, check.max_points, check.max_points),)
        on_progress(Progress(index, len(checks), check, passed))
    return replace(report(6.0), seed=seed)


def obeying(
    assignment: Assignment, files: dict[str, bytes], entry: str, **rest: Any
) -> Report:
    """Do what the submission says: its first line is a command for this process.

    ``wait PATH`` leaves a mark and sleeps in the second check until the file exists,
    ``crash`` kills the process.
    """
    command, _, argument = files[entry].decode().strip().lstrip("# ").partition(" ")

    def act(index: int) -> None:
        if index != 2:
            return
        if command == "wait":
            Path(f"{argument}.begun").touch()
            while not Path(argument).exists():
                time.sleep(0.02)
        if command == "crash":
            os.kill(os.getpid(), signal.SIGKILL)

    return grade(assignment, files, entry, before_check=act, **rest)


def failing(error: Exception) -> Callable[..., Report]:
    """An engine that raises for every submission, but grades the worker's test run."""

    def fail(*arguments: Any, **options: Any) -> Report:
        if arguments and arguments[0].spec.slug == canary.SLUG:
            return grade(*arguments, **options)
        raise error

    return fail


def broken(error: Exception) -> Callable[..., NoReturn]:
    """An engine that always raises: the machine is sick, not the submission."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail
