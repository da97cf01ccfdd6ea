"""Whether a grading process may claim anything: it doubts itself before submissions."""

import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from grader.db import Database
from grader.errors import JailNotLockedError, StorageError
from grader.services import health
from worker import alarm

log = logging.getLogger(__name__)

# After so many failures of ours in a row this process may be the one that is sick.
FAILURES_IN_A_ROW = 2
FIRST_REST_SECONDS = 60.0
LONGEST_REST_SECONDS = 900.0


@dataclass
class Fitness:
    """What one grading process knows about itself, and what it tells staff.

    A process must prove itself before its first claim, after two failures of ours in
    a row, and after each rest. The proof is a submission with a known score. If that
    succeeds, the failures came from what was graded, and the limit on giving back ends
    them; if not, claiming would only spoil what another worker can grade.

    Parameters
    ----------
    is_sick
        Whether its last proof failed.
    """

    database: Database
    worker_id: str
    clock: Callable[[], float] = time.monotonic
    is_sick: bool = field(default=False, init=False)
    _failures: int = field(default=0, init=False)
    _reason: str = field(default="", init=False)
    _proven: bool = field(default=False, init=False)
    _rest_until: float = field(default=0.0, init=False)
    _rest_seconds: float = field(default=FIRST_REST_SECONDS, init=False)
    _said: str | None = field(default=None, init=False)

    @property
    def is_resting(self) -> bool:
        """Tell whether it is too early to try again."""
        return self.clock() < self._rest_until

    @property
    def must_prove(self) -> bool:
        """Tell whether a test run must succeed before anything is claimed."""
        return not self._proven

    def succeeded(self) -> None:
        """Note that a run was graded."""
        self._failures = 0

    def failed(self, reason: str) -> None:
        """Note a failure of ours; after the second in a row, demand a proof."""
        self._failures += 1
        self._reason = reason
        if self._failures >= FAILURES_IN_A_ROW:
            self._proven = False

    def prove(self, examine: Callable[[], str], tier: str) -> bool:
        """Do the test run; tell whether this process grades as it should.

        Parameters
        ----------
        examine
            Returns what is wrong, or nothing.

        Raises
        ------
        JailNotLockedError
            If its jail was not locked: an alarm of its own.
        """
        try:
            problem = examine()
        except JailNotLockedError:
            raise
        except Exception as error:
            log.exception("the test run failed")
            problem = f"{type(error).__name__}: {error}"
        if problem:
            self.fall_sick(
                f"it cannot grade a solution that is known to be right: {problem}", tier
            )
            return False
        if self._reason:
            log.warning(
                "grading failed %d times in a row, last with %s; "
                "a test run succeeds, so this worker goes on",
                self._failures,
                self._reason,
            )
        self._recover(tier)
        return True

    def fall_sick(self, problem: str, tier: str) -> None:
        """Rest, longer each time until a proof succeeds, and tell staff why."""
        seconds = self._rest_seconds
        self.rest(seconds)
        self._rest_seconds = min(seconds * 2, LONGEST_REST_SECONDS)
        self.is_sick = True
        log.error("set apart for %.0f s: %s", seconds, problem)
        after = f" after failing with {self._reason}" if self._reason else ""
        try:
            with self.database.write() as session:
                alarm.sick(self.worker_id, tier, problem + after)(session)
        except StorageError as error:
            log.warning("the alarm was not stored: %s", error)
        self.say(f"Set apart{after}: {problem}", tier)

    def rest(self, seconds: float) -> None:
        """Claim nothing for so long, and prove itself afterwards."""
        self._rest_until = self.clock() + seconds
        self._proven = False

    def say(self, problem: str, tier: str) -> None:
        """Tell staff how this worker is, when that has changed."""
        if problem == self._said:
            return
        with self.database.write() as session:
            health.worker_beat(
                session,
                self.worker_id,
                host=socket.gethostname(),
                pid=os.getpid(),
                answered=True,
                jail_tier=tier,
                problem=problem,
            )
        self._said = problem

    def _recover(self, tier: str) -> None:
        if self.is_sick:
            with self.database.write() as session:
                alarm.well(self.worker_id)(session)
        self.say("", tier)
        self.is_sick = False
        self._proven = True
        self._failures = 0
        self._reason = ""
        self._rest_seconds = FIRST_REST_SECONDS
