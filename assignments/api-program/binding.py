"""Ask the classes of a program, and run the whole of it with files in memory."""

import numpy as np
from binding_tools import call, method, phase, put, read, run_program, unpack

ZEROS = 2


def linear(student, x, weight, grad_out=None, *, options):
    phase("construct")
    sizes = (int(size) for size in options["construct"])
    layer = call(student.Linear, *sizes, np.zeros, 0.1)
    put(layer, "w", weight, "Linear")
    yield from passed(layer, "Linear", x, grad_out)
    if grad_out is not None:
        yield {"grad_weight": read(layer, "dw", "Linear")}


def sigmoid(student, x, grad_out=None):
    phase("construct")
    yield from passed(call(student.Sigmoid), "Sigmoid", x, grad_out)


def passed(layer, name, x, grad_out):
    """Go forward, and back if that is asked for."""
    phase("forward")
    yield {"out": method(layer, "forward", name)(x)}
    if grad_out is not None:
        phase("backward")
        yield {"grad_x": method(layer, "backward", name)(grad_out)}


def softmax_cross_entropy(student, logits, labels, *, options):
    name, label = "SoftMaxCrossEntropy", int(labels)
    phase("construct")
    layer = call(student.SoftMaxCrossEntropy)
    phase("forward")
    returned = method(layer, "forward", name)(logits, label)
    y_hat, loss = unpack(returned, "y_hat, loss", f"{name}.forward")
    yield {"loss": loss}
    if not options.get("forward_only"):
        phase("backward")
        yield {"grad_logits": method(layer, "backward", name)(label, y_hat)}


def program(student, train_X, train_y, valid_X, valid_y, *, options, **weights):
    """Run the program from zeros; the start weights that are given are zeros."""
    outputs = ["train_out.txt", "valid_out.txt", "metrics.txt"]
    (rate,) = options["construct"]
    (hidden,) = options["hidden"]
    numbers = [options["epochs"], hidden, ZEROS, rate]
    files = {"train.csv": table(train_X, train_y), "valid.csv": table(valid_X, valid_y)}
    phase("call")
    ran = run_program(student, [*files, *outputs, *numbers], files)
    for prefix, name in zip(("train", "valid"), outputs[:2], strict=True):
        yield {f"{prefix}_predictions": ran.table(name, "{}")[:, 0]}
    for prefix, spoken in {"train": "train", "valid": "validation"}.items():
        epochs = ran.table(outputs[2], f"epoch={{}} crossentropy({spoken}): {{}}")
        errors = ran.table(outputs[2], f"error({spoken}): {{}}")
        yield {f"{prefix}_losses": epochs[:, 1], f"{prefix}_error": errors[-1, 0]}


def table(X, y):
    """Write examples as lines of a label and its features."""
    rows = zip(y.tolist(), X.tolist(), strict=True)
    return "".join(f"{','.join(map(repr, [label, *row]))}\n" for label, row in rows)
