"""``grader bench reference``: forward and backward against PyTorch, one thread each."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import click
import numpy as np

from grader.cli.bench_lenet import epoch, naive_convolution
from grader.cli.bench_timing import Run, ratio
from reference.layers.batch_norm import BatchNorm
from reference.layers.conv2d import Conv2d
from reference.layers.linear import Linear
from reference.layers.lstm import LSTM
from reference.layers.max_pool2d import MaxPool2d
from reference.protocols import Array

PRECISIONS = ("float64", "float32")


@dataclass(frozen=True, slots=True)
class Contest:
    """The same computation twice.

    Parameters
    ----------
    bar
        Largest share of PyTorch's time promised in float64.
    layer
        Makes the reference's layer.
    torch_forward
        Given PyTorch and the parameters and input as tensors, returns the output.
    shape
        Of the input.
    """

    what: str
    bar: float | None
    layer: Callable[[np.random.Generator], Any]
    torch_forward: Callable[..., Any]
    shape: tuple[int, ...]


def contests() -> Iterator[Contest]:
    """Yield every layer that is measured, in the shapes of homework."""
    for count, size, units in ((64, 784, 256), (128, 256, 128)):
        yield Contest(
            f"affine {count}x{size} to {units}",
            None,
            partial(Linear, size, units),
            lambda torch, p, x: x @ p["weight"] + p["bias"],
            (count, size),
        )
    for n, channels, side, maps, kernel in (
        (32, 1, 28, 6, 5),
        (32, 6, 14, 16, 5),
        (32, 3, 32, 32, 3),
        (16, 32, 16, 32, 3),
        (32, 6, 4, 12, 3),
    ):
        yield Contest(
            f"conv2d {n}x{channels}x{side}x{side}, {maps} of {kernel}x{kernel}",
            1.2,
            partial(_conv2d, channels, maps, kernel),
            lambda torch, p, x: torch.nn.functional.conv2d(x, p["weight"], p["bias"]),
            (n, channels, side, side),
        )
    for shape in ((32, 6, 24, 24), (16, 32, 32, 32)):
        yield Contest(
            f"max-pool 2x2, {'x'.join(map(str, shape))}",
            1.0,
            _max_pool,
            lambda torch, p, x: torch.nn.functional.max_pool2d(x, 2),
            shape,
        )
    for count, width in ((64, 128), (1024, 256)):
        yield Contest(
            f"batch norm {count}x{width}",
            2.0,
            partial(_batch_norm, width),
            lambda torch, p, x: torch.nn.functional.batch_norm(
                x, None, None, p["gamma"], p["beta"], training=True
            ),
            (count, width),
        )
    for count, steps, width in ((32, 16, 64), (32, 32, 256)):
        yield Contest(
            f"LSTM {count}x{steps}x{width}",
            1.0,
            partial(_LSTM, width),
            _torch_lstm,
            (count, steps, width),
        )


def _conv2d(channels: int, maps: int, kernel: int, rng: np.random.Generator) -> Conv2d:
    return Conv2d(channels, maps, kernel, rng=rng)


def _max_pool(rng: np.random.Generator) -> MaxPool2d:
    return MaxPool2d(2, stride=2)


def _batch_norm(width: int, rng: np.random.Generator) -> BatchNorm:
    return BatchNorm(width)


class _LSTM:
    """A sequence from the zero state, in PyTorch's order of gates."""

    def __init__(self, width: int, rng: np.random.Generator) -> None:
        self._layer = LSTM(width, width, rng, gate_order="ifgo")
        self.params = self._layer.params

    def forward(self, x: Array) -> Array:
        start = np.zeros((len(x), x.shape[2]), dtype=x.dtype)
        self._layer.params = self.params
        return self._layer.forward(x, start)

    def backward(self, grad_out: Array) -> Array:
        return self._layer.backward(grad_out)[0]


def _torch_lstm(torch: Any, parameters: dict[str, Any], x: Any) -> Any:
    width = parameters["weight_h"].shape[0]
    start = torch.zeros((1, len(x), width), dtype=x.dtype)
    weights = [parameters["weight_x"].T, parameters["weight_h"].T]
    biases = [parameters["bias"], torch.zeros_like(parameters["bias"])]
    out, _, _ = torch.lstm(
        x, (start, start), [*weights, *biases], True, 1, 0.0, True, False, True
    )
    return out


def measured(contest: Contest, torch: Any, precision: str, rounds: int) -> float:
    """Return the median of our time over PyTorch's."""
    ours, theirs = _pair(contest, torch, precision)
    return ratio(ours, theirs, rounds)


def _pair(contest: Contest, torch: Any, precision: str) -> tuple[Run, Run]:
    """Return one forward and backward of each side, on the same numbers."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=contest.shape).astype(precision)
    layer = contest.layer(rng)
    layer.params = {name: p.astype(precision) for name, p in layer.params.items()}
    upstream = rng.normal(size=layer.forward(x).shape).astype(precision)
    tensors = {
        name: torch.tensor(value, requires_grad=True)
        for name, value in layer.params.items()
    }
    tensor = torch.tensor(x, requires_grad=True)
    leaves = [tensor, *tensors.values()]
    weights = torch.tensor(upstream)

    def ours() -> Any:
        layer.forward(x)
        return layer.backward(upstream)

    def theirs() -> Any:
        out = contest.torch_forward(torch, tensors, tensor)
        return torch.autograd.grad(out, leaves, weights)

    _require_same(ours(), theirs()[0].numpy(), contest.what)
    return ours, theirs


def _require_same(mine: Any, its: Any, what: str) -> None:
    """Refuse to measure two computations that do not give the same gradient."""
    scale = np.max(np.abs(its))
    if np.max(np.abs(mine - its)) > 1e-3 * scale:
        raise click.ClickException(f"{what}: the two sides do not compute the same")


def torch_on_one_thread() -> Any:
    """Return PyTorch, held to one thread.

    Raises
    ------
    ClickException
        If it is not installed: the service does not need it.
    """
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        raise click.ClickException(
            "this bench compares with PyTorch; install it beside the grader with "
            "'pip install torch==2.13.0' and run this again"
        ) from None
    torch.set_num_threads(1)
    return torch


def table(rounds: int, precisions: Sequence[str] = PRECISIONS) -> Iterator[str]:
    """Yield a Markdown table, one line as soon as it is measured."""
    torch = torch_on_one_thread()
    yield f"| forward + backward, over PyTorch | {' | '.join(precisions)} | bar |"
    yield f"| --- |{' --- |' * len(precisions)} --- |"
    for contest in contests():
        found = [measured(contest, torch, one, rounds) for one in precisions]
        bar = "" if contest.bar is None else f"<= {contest.bar:g} in float64"
        yield _line(contest.what, found, bar)
    found = [ratio(*epoch(torch, one), rounds) for one in precisions]
    yield _line("LeNet, one epoch on digits", found, "<= 0.8")
    loops, ours = reversed(naive_convolution())
    share = ratio(loops, ours, max(3, rounds // 3))
    yield ""
    yield f"Plain loops over the reference, conv2d: {share:.0f} times (bar: >= 100)"


def _line(what: str, found: Sequence[float], bar: str) -> str:
    return f"| {what} | {' | '.join(f'{one:.2f}' for one in found)} | {bar} |"
