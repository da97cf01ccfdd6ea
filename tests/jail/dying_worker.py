"""A process that grades and is killed at each step, or stays at one until it is.

Run as ``python -m tests.jail.dying_worker TIER``; the word that marks its jails comes
in ``MARK``. With ``STEP`` it writes its pid to ``READY_FILE`` and waits there.
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from tests.jail.faulting import STEPS, Marked, Scene, at, submission
from worker.jail import JailSettings, create_jail
from worker.jail.selection import TieredJail


def die_at(step: str, jail: TieredJail) -> NoReturn:
    """Grade, and be killed in the middle of it as if memory had run out."""
    bundle, case = submission(step)
    with (
        at(step, lambda _: os.kill(os.getpid(), signal.SIGKILL)),
        jail.open(bundle) as session,
    ):
        session.observe(case)
    os._exit(3)


def stay_at(step: str, jail: TieredJail, ready: Path) -> None:
    """Grade until a step is reached, say so and wait to be ended."""

    def stay(_: Scene) -> None:
        ready.write_text(str(os.getpid()))
        time.sleep(300)

    bundle, case = submission(step)
    with at(step, stay), jail.open(bundle) as session:
        session.observe(case)


def main() -> None:
    """Be killed once for each step, each time in a process of its own."""
    jail = create_jail(JailSettings(tiers=(sys.argv[1],)))
    marked = Marked.of(jail, os.environ["MARK"]).jail
    if step := os.environ.get("STEP"):
        stay_at(step, marked, Path(os.environ["READY_FILE"]))
        return
    for step in STEPS:
        pid = os.fork()
        if pid == 0:
            die_at(step, marked)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{step} {os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    main()
