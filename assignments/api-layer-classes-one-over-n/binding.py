"""Ask layers with gradients in attributes; backward of an activation is a slope."""

from types import SimpleNamespace

import numpy as np
from binding_tools import array, call, method, number, phase, put, read


def linear(student, x, weight, bias, grad_out=None, *, options):
    phase("construct")
    layer = call(student.Linear, *(int(size) for size in options["construct"]))
    put(layer, "W", weight, "Linear")
    put(layer, "b", bias, "Linear")
    phase("forward")
    yield {"out": method(layer, "forward", "Linear")(x)}
    if grad_out is not None:
        phase("backward")
        yield {"grad_x": method(layer, "backward", "Linear")(grad_out)}
        yield {"grad_weight": read(layer, "dLdW", "Linear")}
        yield {"grad_bias": read(layer, "dLdb", "Linear")}


def sigmoid(student, x, grad_out=None, *, options):
    """Serve all three activations: backward takes nothing and returns slopes."""
    name = options["component"]
    phase("construct")
    layer = call(getattr(student, name))
    phase("forward")
    yield {"out": method(layer, "forward", name)(x)}
    if grad_out is not None:
        phase("backward")
        slopes = method(layer, "backward", name)()
        # As the network does that the students are given.
        yield {"grad_x": grad_out * array(slopes, f"{name}.backward()", x.shape)}


tanh = relu = sigmoid


def mean_squared_error(student, predictions, targets, *, options):
    yield from loss(student, "MSELoss", (predictions, targets), options)


def softmax_cross_entropy(student, logits, labels, *, options):
    yield from loss(student, "CrossEntropyLoss", (logits, labels), options)


def loss(student, name, given, options):
    phase("construct")
    layer = call(getattr(student, name))
    phase("forward")
    returned = method(layer, "forward", name)(*given)
    yield {"loss": number(returned, f"The result of {name}.forward")}
    if not options.get("forward_only"):
        gradient = "grad_predictions" if name == "MSELoss" else "grad_logits"
        phase("backward")
        yield {gradient: method(layer, "backward", name)()}


def momentum(student, weight, bias, grad_weight, grad_bias, *, options):
    layer = SimpleNamespace(W=weight, b=bias, dLdW=None, dLdb=None)
    phase("construct")
    model = SimpleNamespace(layers=[layer])
    optimizer = call(student.SGD, model, *options["construct"])
    step = method(optimizer, "step", "SGD")
    rows = {"W": [], "b": []}
    phase("step")
    for layer.dLdW, layer.dLdb in zip(grad_weight, grad_bias, strict=True):
        step()
        for name, row in rows.items():
            after = f"After step {len(row) + 1}, {name} of the layer"
            shape = {"W": weight, "b": bias}[name].shape
            row.append(array(read(layer, name, "The layer"), after, shape))
    return {"weight": np.stack(rows["W"]), "bias": np.stack(rows["b"])}
