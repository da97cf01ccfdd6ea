"""The words that cross the wall: a bundle and cases go in, observations come out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np

from grader.contract.limits import Limits

# Not by way of numpy.typing, which every jail would have to import.
Array = np.ndarray[Any, np.dtype[Any]]

# Kind of a fault for which the assignment's own ``binding.py`` is to blame. A student's
# process can say this too: it earns nothing and brings a person to look at it.
BINDING_FAULT: Final = "Binding"
# Kind of the fault of a process that was killed by a signal of its own making, such as
# a stack that ran over, and not for anything that it asked the system for.
CRASHED: Final = "Crashed"
# Kind of the fault of a process that used up its processor time before any deadline.
TOO_MUCH_CPU: Final = "TooMuchCpu"

# Note that lists the stubs that were imported, a comma between them. No name in Python
# has a hyphen, so no component's note can be mistaken for it.
USED_STUBS: Final = "used-stubs"


class Outcome(StrEnum):
    """How the student's process ended; says nothing about right or wrong."""

    COMPLETED = "completed"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    KILLED = "killed"
    NO_REPLY = "no_reply"
    BAD_OUTPUT = "bad_output"


class Phase(StrEnum):
    """What was being done when a fault happened."""

    LOAD = "load"
    CONSTRUCT = "construct"
    FORWARD = "forward"
    BACKWARD = "backward"
    STEP = "step"
    TRAIN = "train"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything of one submission that enters the jail; holds no secret.

    Parameters
    ----------
    files
        The student's files, name to bytes. Notebooks are already plain source.
    entry
        Name of the file that is imported, a key of ``files``.
    binding
        Name of a built-in binding, such as ``"layer_classes"``.
    binding_source
        Source of the assignment's own ``binding.py``; if given it is used instead.
    stubs
        Modules that may be imported although they are not there, and do nothing.
    """

    files: Mapping[str, bytes]
    entry: str
    binding: str = "layer_classes"
    binding_source: bytes | None = None
    stubs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the student's code through the binding.

    Parameters
    ----------
    action
        Name of the operation, such as ``"linear"``; a foreign ``binding.py`` defines
        a function of this name.
    arrays
        Named inputs of the operation.
    options
        JSON values that say which of the student's names to use; see
        ``worker/runner/bindings/__init__.py`` for the keys. Never a secret.
    seed
        Seeds ``random`` and ``numpy.random`` before the call.
    """

    action: str
    arrays: Mapping[str, Array] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """Calls that run one after the other in one fresh process of the jail.

    They are one request: hostile code can look at all of them before it answers the
    first. What must not be seen together belongs to several cases.

    Parameters
    ----------
    one_by_one
        Each call is a request of its own, sent when the answer before it is there. Only
        then is it sure which call took how long.
    """

    calls: tuple[Call, ...]
    limits: Limits = field(default_factory=Limits)
    one_by_one: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What the student's code raised, or why its answer could not be read.

    Parameters
    ----------
    kind
        Name of the exception class, or ``"BadOutput"``.
    message
        Text of the exception, control characters removed.
    phase
        What was being done.
    file, line
        Innermost place in the student's own files; empty and 0 if there is none.
    traceback
        Frames in the student's files only, as text; paths of the host removed.
    """

    kind: str
    message: str
    phase: Phase
    file: str = ""
    line: int = 0
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer to one call: named arrays as far as the code got, and the fault if any.

    Parameters
    ----------
    arrays
        Only base ndarrays of the closed dtype list; owned by the caller.
    notes
        Short texts, for example ``{"modified": "x"}`` when an input was changed in
        place. Untrusted.
    seconds
        Wall clock from the end of the answer before, or of the request, to the end of
        this one, as seen from outside of the jail. A process that is read late seems to
        have taken longer for one answer and less for the next.
    cpu_seconds
        Processor time of the process between the same moments, as the kernel says;
        ``None`` where it does not.
    """

    outcome: Outcome
    arrays: Mapping[str, Array] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    seconds: float = 0.0
    cpu_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What one case cost; measured from outside the jail."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of one case.

    Parameters
    ----------
    outcome
        Completed only if every call completed; else the first that did not.
    replies
        One for each call that was answered or attempted, in order. After a process
        ended there are fewer replies than calls.
    log
        What the code printed, cut, control characters made visible.
    blocked_call
        Name of the system call the process was killed for, for staff only;
        ``"unknown"`` if the process did not say which, empty if it was none.
    """

    outcome: Outcome
    replies: tuple[Reply, ...]
    usage: Usage = field(default_factory=Usage)
    log: str = ""
    log_was_cut: bool = False
    blocked_call: str = ""

    @property
    def fault(self) -> Fault | None:
        """Return the first fault, or ``None``."""
        return next((r.fault for r in self.replies if r.fault is not None), None)


ALLOWED_DTYPES: tuple[np.dtype[Any], ...] = tuple(
    np.dtype(code) for code in ("<f8", "<f4", "<f2", "<i8", "<i4", "|u1", "|b1", "<c16")
)
