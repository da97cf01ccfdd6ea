"""Ask functions without a cache, and training functions that return nothing."""

import numpy as np
from binding_tools import number, phase, unpack


def linear(student, x, weight, bias, grad_out=None):
    phase("forward")
    yield {"out": student.affine_forward(x, weight, bias)}
    if grad_out is not None:
        phase("backward")
        returned = student.affine_backward(grad_out, x, weight)
        names = "grad_x, grad_w, grad_b"
        grad_x, grad_w, grad_b = unpack(returned, names, "affine_backward")
        yield {"grad_x": grad_x, "grad_weight": grad_w, "grad_bias": grad_b}


def relu(student, x, grad_out=None):
    phase("forward")
    yield {"out": student.relu_forward(x)}
    if grad_out is not None:
        phase("backward")
        yield {"grad_x": student.relu_backward(grad_out, x)}


def softmax_cross_entropy(student, logits, labels):
    phase("forward")
    yield {"loss": student.softmax_loss(logits, labels)}


def train(student, X, y, batches, *, options, **weights):
    """Train by whole epochs, and see the loss before each of their steps.

    The functions return nothing, so each epoch is asked for several times: its first
    k batches show the weights after k steps. The rows are put in the order of the
    batches, which are slices of them then.
    """
    names = sorted(weights)
    current = [weights[name] for name in names]
    (lr,) = options["optimizer"]["construct"]
    epoch = getattr(student, options["function"])
    phase("train")
    losses = []
    for rows in _epochs(batches):
        for count, batch in enumerate(rows):
            after = _trained(epoch, current, (X, y), rows[:count], lr)
            scores = _scores(X[batch], *after)
            loss = student.softmax_loss(scores, y[batch])
            losses.append(number(loss, "The result of softmax_loss"))
        current = _trained(epoch, current, (X, y), rows, lr)
    yield {"losses": np.array(losses)}
    yield dict(zip(names, current, strict=False))


def _epochs(batches):
    """Return a list of batches for each epoch; a short batch ends one."""
    found = [[]]
    for row in batches:
        found[-1].append(row[row >= 0])
        if len(found[-1][-1]) < len(row):
            found.append([])
    return [rows for rows in found if rows]


def _trained(epoch, weights, examples, rows, lr):
    """Return copies of the weights after one call of the student's function."""
    copies = [weight.copy() for weight in weights]
    if rows:
        X, y = examples
        order = np.concatenate(rows)
        epoch(X[order], y[order], *copies, lr, len(rows[0]))
    return copies


def _scores(X, first, second=None):
    return X @ first if second is None else np.maximum(X @ first, 0) @ second
