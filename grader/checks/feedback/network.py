"""Sentences of the kind ``network``."""

from grader.report import Diagnosis

TOGETHER_RIGHT = (
    "Put together, your layers and your loss give the right loss and the right "
    "gradients, for two batches one after the other."
)
ALONE_RIGHT = "Each of your layers is right alone; together they are not."
ADVICE = (
    "Look for whatever belongs to a class or to the whole file and not to self: do "
    "two objects share an array or a dict?"
)
SECOND_BATCH = "This was the second batch through the same objects; the first is right."
COUNTED_ONCE = (
    "The layers that are right alone stay right together, so this is not counted a "
    "second time."
)

SHARED_CACHE = Diagnosis(
    "M28",
    "backward uses what another forward remembered",
    "Between forward and backward a layer has to remember something. Print it right "
    "before backward uses it: is it what this object saw, and in this batch?",
)
SHARED_PARAMETERS = Diagnosis(
    "shared-parameters",
    "two layers use the same parameters",
    "Create two layers, change a weight of the first, and print that weight of the "
    "second. Which line creates the array, and how often does it run?",
)
SHARED_GRADIENTS = Diagnosis(
    "shared-gradients",
    "two layers keep their gradients in the same place",
    "After a whole backward pass, print grads of two layers of the same class. Are "
    "they different objects? Which line creates each of them?",
)
ADDED_UP = Diagnosis(
    "gradients-add-up",
    "gradients of earlier steps are added to the new ones",
    "What is in grads when the second step begins, and who takes it out?",
)
CHANGED = Diagnosis(
    "M29",
    "array of a neighbour changed in place",
    "Look for +=, *= and [...] = on an array that was handed to you. Is anyone else "
    "still holding that array?",
)


def layer(number: int, name: str) -> str:
    """Name a layer by its place and its class."""
    return f"layer {number} ({name})"


def in_place(part: str, message: str) -> str:
    """Say that a part was tested by itself, in front of what was found."""
    return (
        f"{capital(part)} was tested by itself, at its place in a network that is "
        f"right. {message}"
    )


def right_in_place(part: str) -> str:
    """Say that a part is right by itself at its place."""
    return f"{capital(part)} is right at its place in the network."


def first_forward(part: str) -> str:
    """Name the layer whose output is the first that is wrong."""
    return (
        f"Seen from the input, the first wrong layer is {part}: everything after it "
        "receives its wrong output."
    )


def first_backward(part: str, *, hands_back: bool, is_first: bool) -> str:
    """Name the layer that is the first to go wrong on the way back.

    Parameters
    ----------
    hands_back
        Whether what it hands back is wrong, and not its own gradients alone.
    is_first
        Whether there is no layer before it.
    """
    text = f"Seen from the loss, the first wrong layer is {part}"
    if is_first:
        return f"{text}."
    if hands_back:
        return f"{text}: everything before it receives its wrong gradient."
    return f"{text}. What it hands back is right; its own gradients are not."


def loss_wrong(name: str, *, value: bool) -> str:
    """Say that all layers gave the right output and the loss goes wrong."""
    if value:
        return f"All layers give the right output, but the loss ({name}) does not."
    return (
        f"The outputs and the loss are right, but the gradient that {name} hands "
        "back is not: every layer receives it."
    )


def of_part(spoken: str, part: str) -> str:
    """Name a quantity of one layer, as the beginning of a sentence."""
    return f"{spoken} of {part}"


def of_equal_shapes(sentence: str) -> str:
    """Say that a sentence is about a network that was run to find the cause."""
    return (
        "The network was run once more with layers that all have one shape, to find "
        f"the cause: {small(sentence)}"
    )


def stopped(part: str, reason: str) -> str:
    """Say at which layer the network stopped, and why."""
    return f"The network stopped at {part}. {reason}"


def used_another(part: str, other: str) -> str:
    """Say whose forward a backward pass used."""
    return f"The numbers fit what {other} received, as if {part} had received that."


def used_earlier(part: str) -> str:
    """Say that a backward pass used the batch before."""
    return f"The numbers fit the batch before: that is what {part} used."


def same_parameters(part: str, other: str) -> str:
    """Say whose parameters a layer used."""
    return f"The numbers fit the parameters of {other}, in place of those of {part}."


def same_gradients(part: str, other: str) -> str:
    """Say whose gradients a layer holds."""
    return f"After backward, grads in {part} hold what belongs to {other}."


def added_up(part: str) -> str:
    """Say that gradients of two batches were added."""
    return f"In {part}, grads hold the sum over both batches."


def changed_input(changer: str, owner: str) -> str:
    """Say which layer wrote into the output of the one before it."""
    return (
        f"While the network ran, {changer} changed the array that {owner} had handed "
        "to it."
    )


def changed_upstream(changer: str, owner: str) -> str:
    """Say which layer wrote into the gradient that it was given."""
    return (
        f"While the network ran backward, {changer} changed the array that {owner} "
        "had handed to it."
    )


def small(text: str) -> str:
    """Continue a sentence."""
    return f"{text[:1].lower()}{text[1:]}"


def capital(text: str) -> str:
    """Begin a sentence."""
    return f"{text[:1].upper()}{text[1:]}"
