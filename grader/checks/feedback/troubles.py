"""Why there is no answer: what stopped the student's code."""

from collections.abc import Mapping

from grader.checks.answers import Trouble
from grader.contract.limits import Limits
from grader.contract.messages import (
    CRASHED,
    TOO_MUCH_CPU,
    Fault,
    Outcome,
    Phase,
)

_SHORT = 300
_CRASHED = (
    "crashed the Python interpreter, so there is no answer. Does something call itself "
    "without end?"
)


def trouble(
    found: Trouble,
    limits: Limits,
    component: str,
    names: Mapping[str, str] | None = None,
) -> str:
    """Say why there is no answer, with the line of the student's file if known.

    Parameters
    ----------
    names
        What the student calls a phase, see ``Component.names``.
    """
    fault = found.fault
    doing = (names or {}).get(found.phase or "") or _doing(found.phase, component)
    if fault is not None and fault.kind == "SystemExit":
        return f"{doing} ended the program. Remove the call of exit or quit."
    if found.outcome is Outcome.RAISED and fault is not None:
        return _raised(fault, doing)
    if found.outcome is Outcome.BAD_OUTPUT:
        return _bad_output(fault, doing)
    if fault is not None and fault.kind == CRASHED:
        return f"{doing} {_CRASHED}"
    if fault is not None and fault.kind == TOO_MUCH_CPU:
        return (
            f"{doing} had used {limits.cpu_seconds} s of processor time and was ended. "
            "Does every loop end?"
        )
    return f"{doing} {_ending(found, limits)}"


def _ending(found: Trouble, limits: Limits) -> str:
    gibibytes = limits.memory_bytes / 2**30
    seconds = limits.load_seconds if found.at_load else limits.wall_seconds
    loop = (
        "Is there a loop or a training run outside of every function?"
        if found.at_load
        else "Does every loop end?"
    )
    return {
        Outcome.TIMED_OUT: f"did not return within {seconds:g} s. {loop}",
        Outcome.OUT_OF_MEMORY: (
            f"needed more than {gibibytes:.3g} GiB of memory. Which array is larger "
            "than you meant it to be?"
        ),
        Outcome.KILLED: (
            "asked the system for something that is not allowed here, and was ended. "
            "Only the missing answer counts; course staff can see what was asked for."
        ),
        Outcome.NO_REPLY: (
            "ended the program without an answer. Is there a call of exit?"
        ),
    }.get(found.outcome, "gave no answer.")


def _doing(phase: Phase | None, component: str) -> str:
    name = component or "Your code"
    method = {
        Phase.LOAD: "Importing your file",
        Phase.CONSTRUCT: f"Creating {name}" if component else name,
        Phase.TRAIN: "train",
    }
    if phase in (Phase.FORWARD, Phase.BACKWARD, Phase.STEP):
        return f"{name}.{phase}" if component else f"{phase}"
    return method.get(phase, name) if phase is not None else name


def _raised(fault: Fault, doing: str) -> str:
    if is_sentence(fault):
        return _sentence(fault)
    where = f" ({fault.file}, line {fault.line})" if fault.file else ""
    message = fault.message.strip()
    if not message:
        return f"{doing} raised {fault.kind}{where}."
    if len(message) > _SHORT:
        message = f"{message[:_SHORT]}..."
    end = "" if message.endswith((".", "?", "!")) else "."
    return f"{doing} raised {fault.kind}{where}: {message}{end}"


def _bad_output(fault: Fault | None, doing: str) -> str:
    if fault is None:
        return f"{doing} did not give an answer that can be read as arrays of numbers."
    if is_sentence(fault):
        return _sentence(fault)
    message = fault.message.rstrip(". ")
    return f"{doing} gave an answer that cannot be read: {message}."


def is_sentence(fault: Fault) -> bool:
    """Tell whether a fault comes from our binding, which writes whole sentences."""
    return not fault.file and fault.message.rstrip().endswith((".", "?"))


def _sentence(fault: Fault) -> str:
    """Return our binding's sentence; a name at its beginning stays as it is."""
    message = fault.message.strip()
    return f"A{message[1:]}" if message.startswith("after ") else message
