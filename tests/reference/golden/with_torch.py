"""The operations as PyTorch has them, in float64; needs PyTorch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from reference.operations import Array, Arrays, create


def answer(
    name: str, conventions: Mapping[str, Any], arrays: Arrays
) -> dict[str, Array]:
    """Return what PyTorch says to drawn inputs, under the names of the operation."""
    if name in ("sgd", "momentum"):
        return _path(arrays, name=name, **conventions)
    operation = create(name, **conventions)
    tensors = {key: torch.tensor(value) for key, value in arrays.items()}
    for source in operation.gradients.values():
        tensors[source].requires_grad_()
    out = _FORWARD[name](tensors, **conventions)
    out.backward(tensors.get("grad_out"))
    gradients = {
        gradient: tensors[source].grad.numpy()
        for gradient, source in operation.gradients.items()
    }
    return {operation.output: out.detach().numpy(), **gradients}


def _linear(tensors):
    return functional.linear(tensors["x"], tensors["weight"].T, tensors["bias"])


def _softmax_cross_entropy(tensors, reduction="mean"):
    return functional.cross_entropy(
        tensors["logits"], tensors["labels"], reduction=reduction
    )


def _mean_squared_error(tensors, scaling="mean"):
    predictions, targets = tensors["predictions"], tensors["targets"]
    average = scaling.removeprefix("half_")
    reduction = "mean" if average == "mean" else "sum"
    loss = functional.mse_loss(predictions, targets, reduction=reduction)
    if average == "example_mean":
        loss = loss / len(predictions)
    return loss / 2 if scaling.startswith("half_") else loss


_FORWARD = {
    "linear": _linear,
    "relu": lambda tensors, **_: torch.relu(tensors["x"]),
    "sigmoid": lambda tensors: torch.sigmoid(tensors["x"]),
    "tanh": lambda tensors: torch.tanh(tensors["x"]),
    "softmax_cross_entropy": _softmax_cross_entropy,
    "mean_squared_error": _mean_squared_error,
}


def _path(arrays, *, name, lr=0.1, momentum=0.8, form="accumulated"):
    parameters = {
        key: torch.nn.Parameter(torch.tensor(arrays[key])) for key in ("weight", "bias")
    }
    optimizer = torch.optim.SGD(
        parameters.values(), lr=lr, momentum=momentum if name == "momentum" else 0.0
    )
    path: dict[str, list[Array]] = {key: [] for key in parameters}
    for step in range(len(arrays["grad_weight"])):
        for key, parameter in parameters.items():
            parameter.grad = torch.tensor(arrays[f"grad_{key}"][step])
        optimizer.step()
        for key, parameter in parameters.items():
            path[key].append(parameter.detach().numpy().copy())
    return {key: np.array(values) for key, values in path.items()}
