"""Ask a layer that updates itself; all else is asked of the classes themselves."""

import numpy as np
from binding_tools import array, call, layer_classes, method, phase, put, read

# Where weights and directions are, and which sign they have, says assignment.toml.
linear = sigmoid = tanh = relu = softmax_cross_entropy = layer_classes


def momentum(student, weight, bias, grad_weight, grad_bias, *, options):
    """Let a layer update itself; what it is given points downhill."""
    phase("construct")
    layer = call(student.Layer, *weight.shape)
    put(layer, "w", weight, "Layer")
    put(layer, "b", bias[np.newaxis], "Layer")
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
