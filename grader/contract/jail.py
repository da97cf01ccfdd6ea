"""What the grading engine needs from a jail; ``worker.jail`` provides it."""

from collections.abc import Mapping
from types import TracebackType
from typing import Protocol

from grader.contract.messages import Bundle, Case, Observation


class JailSession(Protocol):
    """A started and verified jail that holds exactly one submission.

    Leaving the ``with`` block kills every process of it.
    """

    @property
    def tier(self) -> str:
        """Return the name of the tier that holds, such as ``"T1"``."""
        ...

    @property
    def facts(self) -> Mapping[str, str]:
        """Return what decided on this machine which tier holds, for the record."""
        ...

    def observe(self, case: Case) -> Observation:
        """Run a case in a fresh process and say what was seen.

        Raises
        ------
        SandboxUnavailableError
            If the jail itself failed. The student's faults are in the observation.
        """
        ...

    def __enter__(self) -> "JailSession": ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Jail(Protocol):
    """Starts sessions."""

    def open(self, bundle: Bundle) -> JailSession:
        """Start a jail for one submission.

        Raises
        ------
        SandboxUnavailableError
            If no tier that the settings allow holds on this machine.
        """
        ...


class StandingJail(Jail, Protocol):
    """A jail that a worker keeps between submissions, with others ready in advance."""

    @property
    def tier(self) -> str:
        """Return the name of the tier that holds."""
        ...

    def close(self) -> None:
        """Kill whatever was started in advance. It can be used again."""
        ...
