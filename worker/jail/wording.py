"""Text from the jail made harmless, and our own sentences about how a process ended."""

import re
import signal
from collections.abc import Iterable
from typing import Final

from grader.contract.limits import Limits
from grader.contract.messages import Phase

_LONGEST_TEXT: Final = 16 << 10
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]")

_SUBJECT: Final = {
    Phase.LOAD: "Your file",
    Phase.CONSTRUCT: "The constructor",
    Phase.FORWARD: "forward",
    Phase.BACKWARD: "backward",
    Phase.STEP: "step",
    Phase.TRAIN: "Training",
    Phase.CALL: "Your code",
}
_WHERE: Final = {
    Phase.LOAD: "while your file was loading",
    Phase.CONSTRUCT: "in the constructor",
    Phase.FORWARD: "in forward",
    Phase.BACKWARD: "in backward",
    Phase.STEP: "in step",
    Phase.TRAIN: "during training",
    Phase.CALL: "while it was running",
}


def clean(text: str, limit: int = _LONGEST_TEXT) -> str:
    """Remove control characters and cut a text to a length."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:limit]


def visible_log(raw: bytes, host_paths: Iterable[str]) -> str:
    """Return what was printed, with control characters made visible.

    Parameters
    ----------
    host_paths
        Folders of this machine that are replaced.
    """
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    for path in host_paths:
        text = text.replace(path, "...")
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _where_first(phase: Phase) -> str:
    where = _WHERE[phase]
    return f"{where[0].upper()}{where[1:]}"


def too_slow(phase: Phase, limits: Limits) -> str:
    """Return the sentence for a deadline that passed."""
    if phase is Phase.LOAD:
        return (
            f"Your file did not finish loading within {limits.load_seconds:g} s. "
            "Is there a loop without end, or work outside of any function?"
        )
    verb = "finish" if phase is Phase.TRAIN else "return"
    return (
        f"{_SUBJECT[phase]} did not {verb} within {limits.wall_seconds:g} s. "
        "Is there a loop without end?"
    )


def too_much_cpu(phase: Phase, limits: Limits) -> str:
    """Return the sentence for the processor limit."""
    return (
        f"Your code used more than {limits.cpu_seconds} s of processor time, "
        f"and was ended {_WHERE[phase]}."
    )


def too_much_printed(phase: Phase, limits: Limits) -> str:
    """Return the sentence for a flood of output."""
    return (
        f"Your code printed more than {limits.log_bytes_fatal >> 20} MB "
        f"{_WHERE[phase]}, and was ended. Is there a print inside of a loop?"
    )


def too_much_memory(phase: Phase, limits: Limits) -> str:
    """Return the sentence for memory that ran out."""
    return (
        f"Your code needed more than {limits.memory_bytes >> 20} MB of memory "
        f"{_WHERE[phase]}."
    )


def blocked(phase: Phase) -> str:
    """Return the sentence for a system call on the evidence list."""
    return (
        f"Your code used a system call that is never allowed here {_WHERE[phase]}, "
        "and was ended. Course staff can see which one."
    )


def crashed(number: int, phase: Phase) -> str:
    """Return the sentence for any other signal."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = str(number)
    return (
        f"The Python interpreter crashed {_WHERE[phase]} (signal {name}). "
        "Very deep recursion can do this."
    )


def ended(phase: Phase, status: int) -> str:
    """Return the sentence for a process that left without an answer."""
    return (
        f"Your code ended the process {_WHERE[phase]} (exit status {status}), "
        "so there is no answer. Is there a call of os._exit?"
    )


def unreadable(phase: Phase) -> str:
    """Return the sentence for bytes that are not what the runner would have sent."""
    return (
        f"{_where_first(phase)}, unexpected data arrived in place of an answer. Does "
        "your code use os.write, or a file that is opened by its number?"
    )


def closed(phase: Phase) -> str:
    """Return the sentence for a process that lives on and cannot answer."""
    return (
        f"{_where_first(phase)}, your code closed the channel on which answers are "
        "returned. Is there a call of os.close, os.closerange or os.dup2?"
    )


def too_large(detail: str) -> str:
    """Return the sentence for an answer of which too much was announced.

    Parameters
    ----------
    detail
        Which array it is, that it is too large, and its shape.
    """
    return f"{detail}. What shape is it on paper, for a batch of two or three?"
