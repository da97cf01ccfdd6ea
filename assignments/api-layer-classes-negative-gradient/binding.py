"""Ask layers that are given delta, minus the gradient, and say where to go."""

import numpy as np
from binding_tools import array, call, method, number, phase, put, read


def linear(student, x, weight, bias, grad_out=None, *, options):
    layer = made(student, weight, bias)
    phase("forward")
    yield {"out": method(layer, "forward", "Layer")(x)}
    if grad_out is not None:
        phase("backward")
        # The scale of grad_out in assignment.toml has turned the sign already.
        yield {"grad_x": method(layer, "backward", "Layer")(grad_out)}
        yield {"grad_weight": read(layer, "d_w", "Layer")}
        yield {"grad_bias": read(layer, "d_b", "Layer")}


def made(student, weight, bias):
    phase("construct")
    layer = call(student.Layer, *weight.shape)
    put(layer, "w", weight, "Layer")
    put(layer, "b", bias, "Layer")
    return layer


def sigmoid(student, x, grad_out=None, *, options):
    """Serve all three activations."""
    name = options["component"]
    phase("construct")
    layer = call(getattr(student, name))
    phase("forward")
    yield {"out": method(layer, "forward", name)(x)}
    if grad_out is not None:
        phase("backward")
        yield {"grad_x": method(layer, "backward", name)(grad_out)}


tanh = relu = sigmoid


def softmax_cross_entropy(student, logits, labels, *, options):
    phase("construct")
    layer = call(student.SoftmaxLoss)
    phase("forward")
    returned = method(layer, "forward", "SoftmaxLoss")(logits, labels)
    yield {"loss": number(returned, "The result of SoftmaxLoss.forward")}
    if not options.get("forward_only"):
        phase("backward")
        yield {"grad_logits": method(layer, "backward", "SoftmaxLoss")()}


def momentum(student, weight, bias, grad_weight, grad_bias, *, options):
    """Let a layer update itself; what it is given points downhill."""
    layer = made(student, weight, bias[np.newaxis])
    update = method(layer, "update", "Layer")
    rows = {"w": [], "b": []}
    phase("step")
    for d_w, d_b in zip(-grad_weight, -grad_bias, strict=True):
        layer.d_w, layer.d_b = d_w, d_b[np.newaxis]
        update(*options["construct"])
        for name, row in rows.items():
            after = f"After update {len(row) + 1}, {name} of Layer"
            shape = {"w": weight.shape, "b": (1, len(bias))}[name]
            row.append(array(read(layer, name, "Layer"), after, shape))
    return {"weight": np.stack(rows["w"]), "bias": np.stack(rows["b"])[:, 0]}
