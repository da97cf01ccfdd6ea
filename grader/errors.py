"""Refusals and failures, named by what the caller can do about them.

A fault in a student's code is never an exception of ours: it is an ``Outcome`` and a
``Verdict``. What is raised here is either a refusal that the user can act on, or our
own failure, which is retried and costs nobody a point.
"""

from collections.abc import Sequence


class GraderError(Exception):
    """Root of everything this package raises on purpose."""


class RefusedError(GraderError):
    """Say no to a user's request with one sentence; nothing was changed.

    Parameters
    ----------
    message
        One full sentence for the person who asked.
    code
        Short stable word for programs and tests, such as ``"empty-file"``.
    detail
        Optional preformatted text, for example the line and caret of a syntax error.
    """

    def __init__(self, message: str, *, code: str, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.detail = detail


class NotFoundError(GraderError):
    """There is no such row, or this viewer must not know that there is."""


class ForbiddenError(GraderError):
    """The viewer is known and may not do this."""


class AssignmentError(GraderError):
    """The assignment's own files are wrong: names file, key and reason.

    Parameters
    ----------
    problems
        One sentence each, ``assignment.toml: check[2].points: must be positive``.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SandboxUnavailableError(GraderError):
    """No jail could be started or verified. Our fault: try again elsewhere."""


class JailNotLockedError(SandboxUnavailableError):
    """A jail ran that was not locked as it must be; no student's byte was in it.

    Something is wrong with this machine or somebody has tampered with it: nothing more
    is graded here until a person has looked.

    Parameters
    ----------
    problems
        What was unexpected, one fact each, such as ``"Seccomp is 0"``.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(
            f"The jail is not locked as it should be: {', '.join(problems)}."
        )
        self.problems = tuple(problems)


class LeaseLostError(GraderError):
    """Another worker owns this run now: stop grading and write nothing."""


class StorageError(GraderError):
    """The disk or the database refused to store something."""


class BlobDamagedError(StorageError):
    """A stored file is missing or is not what was stored; names its hash."""


class ClockSkewError(GraderError):
    """The clock of this machine differs too much from the database's."""


class ConfigurationError(GraderError):
    """A setting is missing or makes no sense; names the setting."""
