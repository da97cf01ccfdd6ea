"""Ask optimizers in four shapes; the gradients of all steps are given."""

from types import SimpleNamespace

import numpy as np
from binding_tools import array, call, method, phase, read, unpack

NAMES = ("weight", "bias")


class Parameter:
    """An array with its gradient."""

    def __init__(self, value):
        self.data = value
        self.grad = np.zeros_like(value)


def momentum(student, weight, bias, grad_weight, grad_bias, *, options):
    """A function of one array: (w, dw, config) to (w, config)."""
    lr, mu = options["construct"]
    configs = [{"learning_rate": lr, "momentum": mu} for _ in NAMES]
    values = [weight, bias]
    rows = ([], [])
    phase("step")
    for gradients in zip(grad_weight, grad_bias, strict=False):
        for at, gradient in enumerate(gradients):
            returned = student.sgd_momentum(values[at], gradient, configs[at])
            values[at], configs[at] = unpack(returned, "w, config", "sgd_momentum")
            keep(rows[at], values[at], "w from sgd_momentum", gradient.shape)
    return stacked(rows)


def rmsprop(student, weight, bias, grad_weight, grad_bias, *, options):
    """A class that is given a model, and finds the arrays in its layers."""
    layer = SimpleNamespace(W=weight, b=bias, dW=None, db=None)
    phase("construct")
    model = SimpleNamespace(layers=[layer])
    optimizer = call(student.RMSProp, model, *options["construct"])
    step = method(optimizer, "step", "RMSProp")
    rows = ([], [])
    phase("step")
    for layer.dW, layer.db in zip(grad_weight, grad_bias, strict=False):
        step()
        keep(rows[0], read(layer, "W", "The layer"), "layer.W", weight.shape)
        keep(rows[1], read(layer, "b", "The layer"), "layer.b", bias.shape)
    return stacked(rows)


def adagrad(student, weight, bias, grad_weight, grad_bias, *, options):
    """A class that is given a list of parameters with data and grad."""
    parameters = [Parameter(weight), Parameter(bias)]
    phase("construct")
    optimizer = call(student.Adagrad, parameters, *options["construct"])
    step = method(optimizer, "step", "Adagrad")
    rows = ([], [])
    phase("step")
    for gradients in zip(grad_weight, grad_bias, strict=False):
        for parameter, gradient in zip(parameters, gradients, strict=False):
            parameter.grad = gradient
        step()
        for row, parameter, gradient in zip(rows, parameters, gradients, strict=False):
            keep(row, parameter.data, "data of a parameter", gradient.shape)
    return stacked(rows)


def adam(student, weight, bias, grad_weight, grad_bias, *, options):
    """A function of dicts; the memory v and s goes in and comes out."""
    name = "update_parameters_with_adam"
    lr, beta1, beta2, eps = options["construct"]
    settings = {"learning_rate": lr, "beta1": beta1, "beta2": beta2, "epsilon": eps}
    parameters = {"W1": weight, "b1": bias}
    phase("construct")
    v, s = unpack(student.initialize_adam(parameters), "v, s", "initialize_adam")
    rows = ([], [])
    phase("step")
    for t, (dW, db) in enumerate(zip(grad_weight, grad_bias, strict=False), start=1):
        grads = {"dW1": dW, "db1": db}
        returned = student.update_parameters_with_adam(
            parameters, grads, v, s, t, **settings
        )
        parameters, v, s = unpack(returned, "parameters, v, s", name)
        W, b = (
            read(parameters, "W1", "parameters"),
            read(parameters, "b1", "parameters"),
        )
        keep(rows[0], W, 'parameters["W1"]', weight.shape)
        keep(rows[1], b, 'parameters["b1"]', bias.shape)
    return stacked(rows)


def keep(row, value, subject, shape):
    """Append a copy: what is changed in place later must not change it."""
    row.append(array(value, f"After step {len(row) + 1}, {subject}", shape))


def stacked(rows):
    return {name: np.stack(row) for name, row in zip(NAMES, rows, strict=False)}
