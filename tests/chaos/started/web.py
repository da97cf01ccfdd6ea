"""The pages, in a process that dies at one step of taking a submission."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from grader import dispatch
from grader.services import audit, queueing
from grader.storage import BlobStore
from grader.web import create_app as real_create_app
from tests.chaos.started import faults

# Each step with what it is done by; the process dies before or after the call.
STEPS: dict[str, tuple[Any, str, bool]] = {
    "before-the-first-byte": (BlobStore, "put", False),
    "after-a-blob": (BlobStore, "put", True),
    "before-the-run": (queueing, "enqueue", False),
    "before-the-note": (audit, "add", False),
    "before-the-commit": (Session, "commit", False),
    "after-the-commit": (dispatch, "ring", False),
    "after-the-bell": (dispatch, "ring", True),
}


def create_app() -> Flask:
    step = os.environ.get(faults.DIES_AT)
    if step:
        owner, name, afterwards = STEPS[step]
        setattr(owner, name, _deadly(getattr(owner, name), afterwards=afterwards))
    return real_create_app()


def _deadly(call: Callable[..., Any], *, afterwards: bool) -> Callable[..., Any]:
    """Kill this process around a call, once the file is there that arms it."""
    armed = Path(os.environ[faults.ARMED])

    def deadly(*arguments: Any, **options: Any) -> Any:
        if afterwards:
            outcome = call(*arguments, **options)
            _die(armed)
            return outcome
        _die(armed)
        return call(*arguments, **options)

    return deadly


def _die(armed: Path) -> None:
    if armed.exists():
        armed.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
