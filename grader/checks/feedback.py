"""Every sentence that a check says to a student, in one place.

Each says what was run, both numbers where there are two, and one thing to look at
next. No blame, no internals. Hints about causes belong to a diagnosis, not here.
"""

from collections.abc import Sequence

from grader.checks.answers import Trouble
from grader.checks.compare import Comparison, Index, Match
from grader.contract.limits import Limits
from grader.contract.messages import Array, Fault, Outcome, Phase
from reference.operations.base import Family, Operation

NOT_LOADED = "Your file could not be loaded (see the first check)."
BROKEN = (
    "This check failed by a fault of ours, not of yours. Nothing is scored; the "
    "people who run the grader can see it."
)
SINGLE_NOTICE = (
    "Computed in single precision: the answer is right to about seven digits. Use "
    "float64 throughout to be safe."
)
SINGLE_REFUSED = (
    "is right to about seven digits only. This check asks for double precision: which "
    "of your arrays is float32?"
)
OWN_FORWARD_RIGHT = (
    "Your gradient is right for your own forward: it is the derivative of what your "
    "forward computes. Correct forward first, then run this again."
)
OWN_FORWARD_WRONG = (
    "Your forward gives another result than it should as well. Correct forward first."
)
PARTS_NOT_REAL = "must hold real numbers"

_DIGITS = 4
_MOST_DIGITS = 17
_SHORT = 300


def skipped(title: str) -> str:
    """Say why a check did not run."""
    return f"Not run, because this needs “{title}” to pass first."


# What is wrong with an answer


def spoken(quantity: str, operation: Operation) -> str:
    """Return what students call a quantity, as the beginning of a sentence."""
    if quantity in operation.outputs:
        return _spoken_output(quantity, operation)
    source = operation.gradients.get(quantity)
    if source in operation.parameters:
        return f'grads["{source}"]'
    returned = [
        name for name in operation.differentiable if name in operation.arguments
    ]
    if len(returned) > 1:
        return f"The gradient for {source} that backward returns"
    return "The gradient that backward returns" if source else quantity


def _spoken_output(quantity: str, operation: Operation) -> str:
    if quantity == "loss":
        return "The loss"
    if quantity in operation.states:
        return f"{quantity} after forward"
    if operation.family is Family.FUNCTION:
        return f"The result {quantity}" if len(operation.outputs) > 1 else "The result"
    returned = [name for name in operation.outputs if name not in operation.states]
    if len(returned) > 1:
        return f"{quantity}, which forward returns,"
    return "The output of forward"


def two_numbers(expected: float, got: float) -> tuple[str, str]:
    """Write two numbers with as few digits as tell them apart, at least four."""
    for digits in range(_DIGITS, _MOST_DIGITS + 1):
        texts = f"{expected:.{digits}g}", f"{got:.{digits}g}"
        if texts[0] != texts[1]:
            return texts
    return f"{expected:.{_DIGITS}g}", f"{got:.{_DIGITS}g}"


def place(index: Index) -> str:
    """Write an index as students write it: ``[1, 0]``."""
    return f"[{', '.join(str(part) for part in index)}]"


def right(subject: str) -> str:
    """Say that a quantity is right."""
    return f"{subject} is right."


def wrong(subject: str, found: Comparison) -> str:
    """Say what differs, with both numbers at the worst entry."""
    if found.match is Match.NOT_REAL:
        return f"{subject} {PARTS_NOT_REAL}, but is of type {found.got.dtype}."
    if found.match is Match.SHAPE:
        return (
            f"{subject} has shape {found.got.shape}, but must have shape "
            f"{found.expected.shape}."
        )
    if found.match is Match.SINGLE:
        return f"{subject} {SINGLE_REFUSED}"
    index = found.worst or ()
    expected, got = two_numbers(float(found.expected[index]), float(found.got[index]))
    if not index:
        return f"{subject} is {got}; right is {expected}."
    text = (
        f"{subject} has the right shape {found.got.shape}, but entry {place(index)} "
        f"is {got}; right is {expected}."
    )
    count, total = int(found.wrong.sum()), int(found.wrong.size)
    if total == 1:
        return text
    if count == total:
        return f"{text} All {total} entries are off."
    return f"{text} {count} of {total} entries are off."


DRAWN_NOT_FINITE = "The drawn weights must be finite real numbers."


def drawn_shape(got: Index, expected: Index) -> str:
    """Say that a draw has another shape than was asked for."""
    return f"The drawn weights have shape {got}, but must have shape {expected}."


def moment_wrong(moment: str, shape: Index, numbers: tuple[float, float]) -> str:
    """Say which moment of a draw is off, with both numbers."""
    expected, got = two_numbers(*numbers)
    return (
        f"The {moment} of weights of shape {shape} is {got}; right is {expected}. That "
        "is further off than chance can explain."
    )


def smallest(operation: Operation) -> str:
    """Say that only the smallest case failed."""
    if operation.family is Family.FUNCTION:
        return "This was the smallest case; larger ones are right."
    sizes = {1: "one", 2: "two"}
    size = sizes.get(operation.smallest_batch, str(operation.smallest_batch))
    return f"This was a batch of {size}; larger batches are right."


def support(place: str) -> str:
    """Say where the wrong entries sit."""
    return f"The entries that are off are exactly those {place}."


# What stopped the student's code


def trouble(found: Trouble, limits: Limits, component: str) -> str:
    """Say why there is no answer, with the line of the student's file if known."""
    fault = found.fault
    doing = _doing(found.phase, component)
    if fault is not None and fault.kind == "SystemExit":
        return f"{doing} ended the program. Remove the call of exit or quit."
    if found.outcome is Outcome.RAISED and fault is not None:
        return _raised(fault, doing)
    if found.outcome is Outcome.BAD_OUTPUT:
        return _bad_output(fault, doing)
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
            "asked the system for something that is not allowed here, such as files, "
            "network or new processes, and was ended."
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
    return f"{doing} gave an answer that cannot be read: {fault.message}."


def is_sentence(fault: Fault) -> bool:
    """Tell whether a fault comes from our binding, which writes whole sentences."""
    return not fault.file and fault.message.rstrip().endswith((".", "?"))


def _sentence(fault: Fault) -> str:
    """Return our binding's sentence; a name at its beginning stays as it is."""
    message = fault.message.strip()
    return f"A{message[1:]}" if message.startswith("after ") else message


# Checks of single kinds


def gradients_unreachable(reason: str) -> str:
    """Say that forward already failed, so that backward could not run."""
    return f"backward could not be run: {reason}"


def gradcheck_passed(names: Sequence[str]) -> str:
    """Say that every gradient is the derivative of the student's own forward."""
    return f"Your backward is the derivative of your own forward ({', '.join(names)})."


def gradcheck_failed(name: str, measured: float, claimed: float) -> str:
    """Say which gradient is not the slope of the student's own forward."""
    slope, claim = two_numbers(measured, claimed)
    return (
        f"{name} is not the derivative of your own forward: along a random direction "
        f"your forward changes at a rate of {slope}, your gradient says {claim}."
    )


def gradcheck_open(names: Sequence[str]) -> str:
    """Say that the numerical check cannot decide."""
    return (
        f"The numerical check could not decide about {', '.join(names)}: your forward "
        "is constant, noisy, computed in single precision, or has a kink nearby."
    )


def gradient_shape(name: str, got: tuple[int, ...], needed: tuple[int, ...]) -> str:
    """Say that a gradient cannot be checked because of its shape."""
    return f"{name} has shape {got}, but belongs to an array of shape {needed}."


STABLE = "Large logits give finite and right values."
STABLE_HINT = "What is the largest number that your code passes to exp?"


def unstable(text: str, largest: float) -> str:
    """Say that the loss breaks on inputs around ``largest``."""
    return f"With inputs around {largest:.0f} and -{largest:.0f}: {text} {STABLE_HINT}"


def trajectory_right(steps: int) -> str:
    """Say that all steps of an optimizer are right."""
    return f"All {steps} steps are right."


def trajectory_wrong(
    step: int, steps: int, name: str, index: Index, numbers: tuple[float, float]
) -> str:
    """Name the first step after which a parameter is wrong; steps count from 1."""
    expected, got = two_numbers(*numbers)
    before = "" if step == 1 else f" {_before(step - 1, 'step', 'steps')}"
    at = f"entry {place(index)} of " if index else ""
    return (
        f"After step {step} of {steps}, {at}{name} is {got}; right is "
        f"{expected}.{before} Take this step by hand for one number."
    )


def _before(count: int, one: str, many: str) -> str:
    if count == 1:
        return f"The {one} before that is right."
    return f"The {count} {many} before that are right."


def interface_complete(names: Sequence[str]) -> str:
    """Say that everything that will be called is there."""
    return f"Found everything that will be called: {', '.join(names)}."


def interface_gaps(gaps: Sequence[str], found: str) -> str:
    """List what is missing, and what the file defines instead."""
    defined = f" It defines: {found}." if found else ""
    return f"Your file lacks {'; '.join(gaps)}.{defined} Check the spelling."


def losses_right(steps: int) -> str:
    """Say that every compared loss is right."""
    return f"The losses of all {steps} steps are right."


def losses_wrong(step: int, steps: int, numbers: tuple[float, float]) -> str:
    """Name the first loss that differs; steps count from 1."""
    expected, got = two_numbers(*numbers)
    text = f"The loss before step {step} of {steps} is {got}; right is {expected}."
    if step == 1:
        return f"{text} No step was taken yet: look at forward and at the loss."
    return f"{text} {_before(step - 1, 'loss', 'losses')}"


def losses_shape(function: str, got: Array, steps: int) -> str:
    """Say that the number of losses is wrong."""
    return (
        f"{function} must return one loss for each of the {steps} batches, a list of "
        f"{steps} numbers; it returned {got.dtype} of shape {got.shape}. The last "
        "batch of an epoch is shorter than the others and counts too."
    )


PARTS_ARE_RIGHT = (
    "A plain loop over your own layers, loss and optimizer gives the right losses, so "
    "look at your loop: which batch, which order, and when does the optimizer step?"
)
LOOP_COUNTS = "The points for the loop are yours: one mistake is counted once."
NOT_COUNTED_AGAIN = (
    "Your loop is right and the reason is known, so this is not counted a second time."
)
NO_WEIGHTS = "There are no trained weights to judge (see the losses)."
WEIGHTS_UNUSABLE = (
    "After training the parameters are not finite numbers of the shape they started "
    "with. Print the loss of the first ten steps: does it grow?"
)


def loop_is_right(suspect: str) -> str:
    """Say that the loop is right and which part to repair first."""
    text = "Your loop does the same as a plain loop over your own parts, so it is right"
    if suspect:
        return f"{text}. Repair {suspect} first."
    return f"{text}; one of the layers, the loss or the optimizer is not."


def may_come_from(suspect: str) -> str:
    """Point from a training that broke to a part that is known to be wrong."""
    return f"This may come from {suspect}: repair that first."


def accuracy(
    share: float, floor: float, before: float, after: float, *, good: bool
) -> str:
    """Say what the trained weights reach on images that were held out."""
    text = (
        f"The trained weights get {share:.1%} of the held-out images right; needed are "
        f"{floor:.1%}."
    )
    if good:
        return text
    low, high = two_numbers(before, after)
    if after < before:
        return f"{text} The loss fell from {low} to {high}."
    return (
        f"{text} The loss on the training images went from {low} to {high}: it must "
        "fall. In which direction do the weights move?"
    )
