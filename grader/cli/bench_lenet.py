"""One epoch of LeNet on the digits, here and in PyTorch, and a naive convolution."""

from typing import Any

import numpy as np

from grader.cli.bench_timing import Run
from reference.datasets import digits
from reference.layers.conv2d import Conv2d
from reference.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from reference.networks.lenet import LeNet
from reference.optimizers.sgd import SGD
from reference.protocols import Array
from reference.training import minibatches, train

EXAMPLES = 1408
BATCH = 32
RATE = 0.05
NAIVE_SHAPE = (4, 3, 12, 14)
NAIVE_MAPS, NAIVE_KERNEL = 5, 3


def epoch(torch: Any, precision: str) -> tuple[Run, Run]:
    """Return an epoch of 44 steps of 32 on either side, from the same weights."""
    rng = np.random.default_rng(1)
    data = digits()
    images = data.images[:EXAMPLES].reshape(-1, 1, 8, 8).astype(precision)
    labels = data.labels[:EXAMPLES]
    batches = minibatches(rng, EXAMPLES, BATCH, 1)
    network = LeNet(rng)
    for layer in network.layers:
        layer.params = {n: p.astype(precision) for n, p in layer.params.items()}
    twin = _twin(torch, network)
    descent = torch.optim.SGD(twin.parameters(), lr=RATE)
    tensors, targets = torch.tensor(images), torch.tensor(labels)
    chosen = [torch.tensor(batch) for batch in batches]
    loss, optimizer = SoftmaxCrossEntropy(), SGD(network.layers, RATE)

    def ours() -> Any:
        return train(network.layers, loss, optimizer, images, labels, batches)

    def theirs() -> Any:
        losses = []
        for batch in chosen:
            descent.zero_grad()
            out = twin(tensors[batch])
            value = torch.nn.functional.cross_entropy(out, targets[batch])
            value.backward()
            descent.step()
            losses.append(float(value))
        return losses

    return ours, theirs


def _twin(torch: Any, network: LeNet) -> Any:
    """Return the same network in PyTorch, with the same weights."""
    nn = torch.nn
    twin = nn.Sequential(
        *(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(48, 32), nn.ReLU(), nn.Linear(32, 10)),
    )
    for mine, its in zip(network.layers, twin, strict=True):
        if "weight" in mine.params:
            weight = mine.params["weight"]
            its.weight.data = torch.tensor(weight.T if weight.ndim == 2 else weight)
            its.bias.data = torch.tensor(mine.params["bias"])
    return twin


def naive_convolution() -> tuple[Run, Run]:
    """Return a convolution of the reference and one of plain loops, as students do."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=NAIVE_SHAPE)
    layer = Conv2d(NAIVE_SHAPE[1], NAIVE_MAPS, NAIVE_KERNEL, rng=rng)
    upstream = rng.normal(size=layer.forward(x).shape)

    def ours() -> Any:
        layer.forward(x)
        return layer.backward(upstream)

    def loops() -> Any:
        return _loops(x, layer.params["weight"], layer.params["bias"], upstream)

    return ours, loops


def _loops(x: Array, weight: Array, bias: Array, upstream: Array) -> Array:
    grad_x, grad_weight = np.zeros_like(x), np.zeros_like(weight)
    out = np.zeros_like(upstream)
    for n, f, i, j in np.ndindex(*upstream.shape):
        out[n, f, i, j] = bias[f]
        for c, a, b in np.ndindex(*weight.shape[1:]):
            out[n, f, i, j] += weight[f, c, a, b] * x[n, c, i + a, j + b]
            grad_x[n, c, i + a, j + b] += weight[f, c, a, b] * upstream[n, f, i, j]
            grad_weight[f, c, a, b] += x[n, c, i + a, j + b] * upstream[n, f, i, j]
    return grad_x
