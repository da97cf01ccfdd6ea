"""How far two right float64 answers may lie apart, from the roundings in each.

``u`` is the rounding of one operation. Each bound is stated for one answer, to first
order in ``u``, and doubled because both PyTorch and the reference are rounded. An
elementary function (exp, log, tanh) is allowed 4 ulp, the ceiling that NumPy states for
its vector code; that is a relative error of ``F = 8 u``.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from reference.operations import Arrays, create

U = 2.0**-53
F = 8 * U


def bounds(
    name: str, conventions: Mapping[str, Any], arrays: Arrays, answer: Arrays
) -> Arrays:
    """Return the largest difference allowed for each quantity of ``answer``."""
    single = _BOUNDS[name](conventions, arrays, answer)
    return {quantity: 2 * np.asarray(bound) for quantity, bound in single.items()}


def _linear(conventions, arrays, answer):
    """Bound sums of n products by n roundings of the sum of their magnitudes."""
    magnitudes = {key: np.abs(value) for key, value in arrays.items()}
    scale = create("linear").answer(magnitudes)
    count, features = arrays["x"].shape
    units = len(arrays["bias"])
    terms = {
        "out": features + 1,
        "grad_x": units,
        "grad_weight": count,
        "grad_bias": count,
    }
    return {quantity: (n + 1) * U * scale[quantity] for quantity, n in terms.items()}


def _relu(conventions, arrays, answer):
    """Nothing is rounded."""
    return {"out": 0.0, "grad_x": 0.0}


def _sigmoid(conventions, arrays, answer):
    """Bound ``1/(1+e)`` by F + 2u, and ``y (1-y) d`` with that error in each y."""
    out = answer["out"]
    value = F + 2 * U
    slope = (2 * value + 3 * U) * out
    return {"out": value * out, "grad_x": slope * np.abs(arrays["grad_out"])}


def _tanh(conventions, arrays, answer):
    """Bound ``1 - y*y`` by the error 2F + u of the square and one more rounding."""
    slope = 2 * F + 3 * U
    return {"out": F * np.abs(answer["out"]), "grad_x": slope * abs(arrays["grad_out"])}


def _softmax_cross_entropy(conventions, arrays, answer):
    """Follow the largest shifted logit r through exp, the sum of C, log and division.

    A shifted logit is off by r u, so an exponential by r u + F, their sum by C u more,
    and the logarithm by that plus F log C; the loss subtracts a shifted logit again.
    """
    logits = arrays["logits"]
    count, classes = logits.shape
    divisor = count if conventions.get("reduction", "mean") == "mean" else 1
    r = np.max(logits.max(axis=1) - logits.min(axis=1))
    largest = r + np.log(classes)
    exponential = r * U + F
    normaliser = exponential + classes * U
    row = normaliser + F * np.log(classes) + r * U + U * largest
    loss = count * (row + (count + 1) * U * largest) / divisor
    gradient = (exponential + normaliser + 3 * U) / divisor
    return {"loss": loss, "grad_logits": np.full(logits.shape, gradient)}


def _mean_squared_error(conventions, arrays, answer):
    """Bound the sum of n squares by n + 2 roundings, and the scaling by 3 more."""
    n = arrays["predictions"].size
    gradient = np.abs(answer["grad_predictions"])
    return {"loss": (n + 5) * U * answer["loss"], "grad_predictions": 4 * U * gradient}


def _path(arrays, answer, lr, momentum):
    """Bound velocities by 3 roundings per step so far, each position by one more."""
    bound = {}
    for name in ("weight", "bias"):
        velocity, error, errors = 0.0, 0.0, []
        for step, gradient in enumerate(arrays[f"grad_{name}"]):
            velocity = momentum * velocity + lr * np.abs(gradient)
            error = error + 3 * (step + 1) * U * velocity
            error = error + U * np.abs(answer[name][step])
            errors.append(error)
        bound[name] = np.array(errors)
    return bound


def _sgd(conventions, arrays, answer):
    return _path(arrays, answer, conventions.get("lr", 0.1), 0.0)


def _momentum(conventions, arrays, answer):
    lr, momentum = conventions.get("lr", 0.1), conventions.get("momentum", 0.8)
    return _path(arrays, answer, lr, momentum)


_BOUNDS = {
    "linear": _linear,
    "relu": _relu,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "softmax_cross_entropy": _softmax_cross_entropy,
    "mean_squared_error": _mean_squared_error,
    "sgd": _sgd,
    "momentum": _momentum,
}
