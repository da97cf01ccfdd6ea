"""What the conventions of an operation are called in a sentence.

The words follow "right for" and "this assignment asks for"; what is not listed is
written as ``assignment.toml`` writes it.
"""

from typing import Final

Value = str | bool

SUBJECTS: Final = {
    "affine": "use of gamma and beta",
    "approximation": "formula of the function",
    "bias_correction": "treatment of the first steps",
    "decay": "form of weight decay",
    "divisor": "divisor at the border",
    "eps_inside": "place of eps",
    "eps_place": "place of eps",
    "factor": "constant in front",
    "form": "form of the rule",
    "gate_order": "order of the gates",
    "kind": "direction of the kernel",
    "mode": "mode (training or evaluation)",
    "momentum_weights": "meaning of the momentum",
    "per": "norm",
    "ragged": "treatment of the border",
    "reduction": "sum or mean",
    "running_variance": "divisor of the variance",
    "scale": "scaling",
    "scaling": "constant in front",
    "slope": "number of slopes",
    "ties": "treatment of ties",
    "update": "meaning of the update gate",
    "labels": "form of the labels",
}
"""What a convention is about, where its name does not say it."""

PHRASES: Final[dict[tuple[str, Value], str]] = {
    ("reduction", "mean"): "a mean",
    ("reduction", "example_mean"): "a sum over each example, averaged over examples",
    ("reduction", "sum"): "a sum",
    ("scaling", "mean"): "the mean of the squares",
    ("scaling", "half_mean"): "half the mean of the squares",
    ("scaling", "example_mean"): "the sum of squares per example, averaged",
    ("scaling", "half_example_mean"): "half the sum of squares per example, averaged",
    ("scaling", "sum"): "the sum of the squares",
    ("scaling", "half_sum"): "half the sum of the squares",
    ("scaling", "inverted"): "division by the keep rate while training",
    ("scaling", "test_scaled"): "multiplication by the keep rate at test time",
    ("scaling", "unscaled"): "no scaling at all",
    ("factor", "one"): "no constant in front",
    ("factor", "half"): "the constant 1/2 in front",
    ("factor", "half_over_n"): "the constant 1/(2N) in front",
    ("bias", "separate"): "a bias of its own",
    ("bias", "none"): "no bias",
    ("bias", "folded_first"): "the bias as first row of the weight",
    ("bias", "folded_last"): "the bias as last row of the weight",
    ("bias", True): "a bias",
    ("bias", False): "no bias",
    ("affine", True): "scaling with gamma and beta",
    ("affine", False): "plain normalised values, without gamma and beta",
    ("bias_correction", True): "averages corrected for their start at zero",
    ("bias_correction", False): "averages that are not corrected for their start",
    ("eps_inside", True): "eps inside the square root",
    ("eps_inside", False): "eps outside the square root",
    ("eps_place", "inside"): "eps inside the square root",
    ("eps_place", "outside"): "eps outside the square root",
    ("eps_place", "none"): "no eps",
    ("mode", "training"): "the mode used while training",
    ("mode", "evaluation"): "the mode used at test time",
    ("momentum_weights", "old"): "a momentum that is the weight of the old average",
    ("momentum_weights", "new"): "a momentum that is the weight of the new batch",
    ("running_variance", "biased"): "a running variance divided by N",
    ("running_variance", "unbiased"): "a running variance divided by N - 1",
    ("form", "velocity"): "a velocity that is added to the weights",
    ("form", "displacement"): "a velocity that is subtracted from the weights",
    ("form", "accumulated"): "a velocity without the learning rate",
    ("form", "average"): "a running average of the gradients",
    ("form", "two_term"): "a memory of one earlier gradient only",
    ("labels", "indices"): "labels that are class numbers",
    ("labels", "one_hot"): "labels that are one-hot rows",
    ("kind", "cross_correlation"): "a kernel that is not flipped",
    ("kind", "convolution"): "a kernel that is flipped",
    ("keepdims", True): "a result that keeps the summed axis",
    ("keepdims", False): "a result without the summed axis",
    ("divisor", "padded"): "means that count the padding",
    ("divisor", "unpadded"): "means that leave the padding out",
    ("divisor", "kernel"): "means divided by the size of the window",
    ("ragged", "drop"): "a last window that is left out where it does not fit",
    ("ragged", "keep"): "a last window that is kept where it does not fit",
    ("ties", "first"): "ties that go to the first maximum",
    ("ties", "split"): "ties that are shared out",
    ("ties", "all"): "ties that go to every maximum",
    ("per", "global"): "one norm over all parameters",
    ("per", "parameter"): "a norm for each parameter",
    ("scale", True): "scores divided by the root of their width",
    ("scale", False): "scores that are not divided",
    ("slope", "shared"): "one slope for all channels",
    ("slope", "per_channel"): "a slope for each channel",
    ("fill", "zeros"): "zeros in between",
    ("fill", "repeat"): "repeated entries",
    ("approximation", "none"): "the exact function",
    ("approximation", "tanh"): "the approximation with tanh",
    ("reset", "before"): "a reset before the product with the weights",
    ("reset", "after"): "a reset after the product with the weights",
    ("update", "keeps_old"): "an update gate that keeps the old state",
    ("update", "keeps_new"): "an update gate that lets the new state in",
}
"""A convention and one of its values, in words."""


def subject(name: str) -> str:
    """Return what a convention is about."""
    return SUBJECTS.get(name, name.replace("_", " "))


def choice(name: str, value: Value) -> str:
    """Return one value of a convention in words."""
    if (name, value) in PHRASES:
        return PHRASES[name, value]
    written = str(value).lower() if isinstance(value, bool) else value
    return f"{name} = {written}"


def right_for(spoken: str, asked: str) -> str:
    """Say for which convention an answer is right; goes on after "is"."""
    return f"right for {spoken}; this assignment asks for {asked}"


def which(subject: str) -> str:
    """Return the hint for another convention, which does not give a formula."""
    return (
        "Both conventions are in use. Find the place in the handout that says which "
        f"{subject} is meant, and the line of your code that decides it."
    )


def beside(sentence: str, hint: str) -> str:
    """Put the convention in front of the hint of a known mistake."""
    return f"These numbers would be {sentence}. {hint}"
