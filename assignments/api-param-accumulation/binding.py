"""Ask layers whose parameters are objects with a value and a grad that adds up."""

import numpy as np
from binding_tools import array, call, method, number, phase, put, read, unpack

NAMES = {"W": "weight", "B": "bias"}


def linear(student, x, weight, bias, grad_out=None, *, options):
    layer, parameters = dense(student, weight, bias, options["construct"])
    forward = method(layer, "forward", "FullyConnectedLayer")
    phase("forward")
    out = forward(x.copy())
    yield {"out": out}
    if grad_out is None:
        return
    backward = method(layer, "backward", "FullyConnectedLayer")
    phase("backward")
    grad_x = backward(grad_out.copy())
    if options["component"] != "FullyConnectedLayer":
        # The gradients of the first pass are still there.
        if options["component"] == "called_after_clearing":
            clear(parameters)
        forward(x.copy())
        grad_x = backward(grad_out.copy())
    yield {"grad_x": grad_x}
    for key, name in NAMES.items():
        subject = f'params()["{key}"]'
        gradient = read(parameters[key], "grad", subject)
        yield {f"grad_{name}": array(gradient, f"{subject}.grad after backward")}


def dense(student, weight, bias, sizes):
    """Return a layer with these values, and its parameters by name."""
    phase("construct")
    layer = call(student.FullyConnectedLayer, *(int(size) for size in sizes))
    found = method(layer, "params", "FullyConnectedLayer")()
    parameters = {key: read(found, key, "params()") for key in NAMES}
    for key, value in zip(NAMES, (weight, bias), strict=True):
        put(parameters[key], "value", value, f'params()["{key}"]')
    return layer, parameters


def clear(parameters):
    """Do what a training loop does before a step."""
    for parameter in parameters.values():
        parameter.grad = np.zeros_like(parameter.value)


def relu(student, x, grad_out=None):
    phase("construct")
    layer = call(student.ReLULayer)
    forward = method(layer, "forward", "ReLULayer")
    phase("forward")
    yield {"out": forward(x)}
    if grad_out is not None:
        backward = method(layer, "backward", "ReLULayer")
        phase("backward")
        yield {"grad_x": backward(grad_out)}


def softmax_cross_entropy(student, logits, labels):
    phase("forward")
    returned = student.softmax_with_cross_entropy(logits, labels)
    names = "loss, dprediction"
    loss, gradient = unpack(returned, names, "softmax_with_cross_entropy")
    yield {"loss": loss}
    yield {"grad_logits": gradient}


def l2_penalty(student, weight_0, bias_0, weight_1, bias_1, *, options):
    """Ask about the two matrices one after the other; nobody penalises the biases."""
    (strength,) = options["construct"]
    total, gradients = 0.0, {}
    phase("forward")
    for name, weight in {"weight_0": weight_0, "weight_1": weight_1}.items():
        returned = student.l2_regularization(weight, strength)
        loss, gradient = unpack(returned, "loss, grad", "l2_regularization")
        total += number(loss, "loss from l2_regularization")
        gradients[f"grad_{name}"] = gradient
    yield {"loss": total}
    yield gradients


def momentum(student, weight, bias, grad_weight, grad_bias, *, options):
    """One object for each parameter; update returns the new array."""
    lr, mu = options["construct"]
    return {
        "weight": path(student, weight, grad_weight, lr, mu),
        "bias": path(student, bias, grad_bias, lr, mu),
    }


def path(student, value, gradients, lr, mu):
    phase("construct")
    optimizer = call(student.MomentumSGD, mu)
    update = method(optimizer, "update", "MomentumSGD")
    phase("step")
    rows = []
    for gradient in gradients:
        value = update(value, gradient, lr)
        subject = f"After step {len(rows) + 1}, w from MomentumSGD.update"
        rows.append(array(value, subject, gradient.shape))
    return np.stack(rows)
