"""What one direct check costs, against the numerical checks that courses use.

All of them check the same gradients of the same code on the same inputs. The direct
check asks through the jail, with everything that it computes itself: the right answer,
three more for the scale, and the comparison. The others run in this process.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from grader.checks import calls
from grader.checks.compare import compare, reference_answer
from grader.checks.component import Component
from grader.config import Settings
from grader.contract.jail import JailSession
from grader.contract.limits import Limits
from grader.contract.messages import Array, Bundle, Call, Case
from reference.operations import Family, Operation
from tests.sweeps import speed_students

Arrays = Mapping[str, Array]
SOURCE = Path(speed_students.__file__)
STEP = 1e-5
# Asked in one case, so that starting the process counts little.
REPEATS = 40
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Contest:
    """One component at the size of homework.

    Parameters
    ----------
    loops
        Whether the student's code has Python loops over examples and places.
    """

    what: str
    component: Component
    arrays: Arrays
    loops: bool = False

    @property
    def operation(self) -> Operation:
        """Return what says which answer is right."""
        return self.component.reference()

    @property
    def call(self) -> Call:
        """Return the request for every output and gradient."""
        make = calls.loss if self.operation.family is Family.LOSS else calls.layer
        return make(self.component, self.operation, self.arrays, backward=True)

    def student(self, arrays: Arrays) -> Any:
        """Return a fresh object of the student's class on these very arrays."""
        thing = getattr(speed_students, self.component.name)(
            *self.component.arguments(self.operation.sizes(arrays))
        )
        for name in self.operation.parameters:
            thing.params[name] = arrays[name]
        return thing

    def value(self, thing: Any, arrays: Arrays) -> float:
        """Return the weighted sum of the student's output, or the loss."""
        found = thing.forward(*(arrays[name] for name in self.operation.arguments))
        if self.operation.family is Family.LOSS:
            return float(found)
        return float(np.sum(found * arrays["grad_out"]))

    def gradients(self, arrays: Arrays) -> dict[str, Array]:
        """Return what the student's backward answers, by input."""
        operation, thing = self.operation, self.student(arrays)
        thing.forward(*(arrays[name] for name in operation.arguments))
        is_loss = operation.family is Family.LOSS
        returned = thing.backward() if is_loss else thing.backward(arrays["grad_out"])
        values = iter(returned if isinstance(returned, tuple) else (returned,))
        held = operation.parameters
        return {
            name: thing.grads[name] if name in held else next(values)
            for name in operation.differentiable
        }


def contests() -> Iterator[Contest]:
    """Yield the components of the table, in the sizes of real assignments."""
    rng = np.random.default_rng(11)

    def arrays(**shapes: tuple[int, ...]) -> dict[str, Array]:
        return {name: rng.normal(size=shape) for name, shape in shapes.items()}

    yield Contest(
        "affine 10x120 to 11",
        Component("Affine", "linear", ("in_features", "out_features")),
        arrays(x=(10, 120), weight=(120, 11), bias=(11,), grad_out=(10, 11)),
    )
    yield Contest(
        "softmax cross-entropy 13x10",
        Component("SoftmaxCrossEntropy", "softmax_cross_entropy"),
        {**arrays(logits=(13, 10)), "labels": rng.integers(0, 10, 13)},
    )
    moments = {"running_mean": rng.normal(size=23), "running_var": rng.random(23)}
    yield Contest(
        "batch norm 32x23",
        Component("BatchNorm", "batch_norm", ("num_features",)),
        arrays(x=(32, 23), gamma=(23,), beta=(23,), grad_out=(32, 23)) | moments,
    )
    kernel = {"kernel": 3, "stride": 1, "padding": 0}
    sizes = ("in_channels", "out_channels", "kernel_height", "kernel_width")
    yield Contest(
        "conv 4x3x9x7, 5 of 3x3, loops",
        Component("LoopingConv", "conv2d", sizes, kernel),
        arrays(x=(4, 3, 9, 7), weight=(5, 3, 3, 3), bias=(5,), grad_out=(4, 5, 7, 5)),
        loops=True,
    )
    yield Contest(
        "max-pool 2x2, 4x4x10x10, loops",
        Component("LoopingMaxPool", "max_pool2d", (), {"kernel": 2, "stride": 2}),
        arrays(x=(4, 4, 10, 10), grad_out=(4, 4, 5, 5)),
        loops=True,
    )
    yield Contest(
        "RNN 3x4x5 to 6",
        Component("RNN", "rnn", ("in_features", "hidden_features")),
        arrays(
            x=(3, 4, 5), h0=(3, 6), weight_x=(5, 6), weight_h=(6, 6), bias=(6,),
            grad_out=(3, 4, 6),
        ),
    )  # fmt: skip
    yield _lenet(rng)


def _lenet(rng: np.random.Generator) -> Contest:
    shapes = {
        "conv1_weight": (3, 1, 3, 3), "conv1_bias": (3,),
        "conv2_weight": (5, 3, 3, 3), "conv2_bias": (5,),
        "linear1_weight": (20, 11), "linear1_bias": (11,),
        "linear2_weight": (11, 7), "linear2_bias": (7,),
    }  # fmt: skip
    arrays = {name: 0.5 * rng.normal(size=shape) for name, shape in shapes.items()}
    arrays["x"] = rng.normal(size=(7, 1, 8, 8))
    arrays["grad_out"] = rng.normal(size=(7, 7))
    part = Component("LeNet", "lenet", ("side", "classes", "maps", "hidden"))
    return Contest("LeNet, 7 images of 8x8", part, arrays)


def numerical(contest: Contest) -> dict[str, Array]:
    """Return the gradients by a central difference for each entry, as courses do."""
    found = {}
    moved = {key: np.array(value) for key, value in contest.arrays.items()}
    thing = contest.student(moved)
    for name in contest.operation.differentiable:
        slope = np.zeros_like(moved[name])
        for index in np.ndindex(slope.shape):
            before = moved[name][index]
            moved[name][index] = before + STEP
            ahead = contest.value(thing, moved)
            moved[name][index] = before - STEP
            slope[index] = (ahead - contest.value(thing, moved)) / (2 * STEP)
            moved[name][index] = before
        found[name] = slope
    return found


def judged(contest: Contest, got: Arrays) -> None:
    """Do our own part of a direct check.

    Raises
    ------
    ValueError
        If the student's code, which is right, does not pass: nothing was measured.
    """
    rng = np.random.default_rng(5)
    expected = reference_answer(contest.operation, contest.arrays, rng)
    for name, right in expected.items():
        if not compare(right, got[name]).is_right:
            raise ValueError(f"{contest.what}: {name} did not pass")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; seconds, and times the direct check."""

    what: str
    entries: int
    direct_seconds: float
    numerical: float
    slow: float | None = None
    fast: float | None = None


def rows(session: JailSession, rounds: int = ROUNDS) -> Iterator[Row]:
    """Measure each contest.

    Parameters
    ----------
    session
        A jail that holds ``SOURCE``.
    """
    torch_runs = _torch_runs()
    for contest in contests():
        got = session.observe(Case((contest.call,))).replies[0].arrays
        judged(contest, got)
        runs: list[Callable[[], Any]] = [partial(numerical, contest)]
        runs += [partial(run, contest) for run in torch_runs]
        direct, others = [], []
        for _ in range(rounds):
            direct.append(_round_trip(session, contest) + _own(contest, got))
            others.append([_seconds(run) / direct[-1] for run in runs])
        medians = [statistics.median(column) for column in zip(*others, strict=True)]
        yield Row(
            contest.what,
            sum(contest.arrays[n].size for n in contest.operation.differentiable),
            statistics.median(direct),
            *medians,
        )


def bundle() -> Bundle:
    """Return the students' code as a submission."""
    return Bundle({SOURCE.name: SOURCE.read_bytes()}, SOURCE.name)


def settings() -> Settings:
    """Return the settings of the environment."""
    return Settings.from_environment()


def _seconds(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _own(contest: Contest, got: Arrays) -> float:
    return _seconds(lambda: [judged(contest, got) for _ in range(10)]) / 10


def _round_trip(session: JailSession, contest: Contest) -> float:
    """Return the time of one call more in a case, both ways through the pipes."""

    def case(repeats: int) -> Case:
        return Case((contest.call,) * repeats, Limits())

    few, many = 1, REPEATS + 1
    short = _seconds(lambda: session.observe(case(few)))
    return (_seconds(lambda: session.observe(case(many))) - short) / REPEATS


def _torch_runs() -> Sequence[Callable[[Contest], Any]]:
    """Return slow and fast ``gradcheck``, or nothing where PyTorch is missing."""
    try:
        import torch
    except ImportError:
        return ()
    torch.set_num_threads(1)
    return tuple(partial(_gradcheck, torch, fast=fast) for fast in (False, True))


def _gradcheck(torch: Any, contest: Contest, *, fast: bool) -> None:
    operation = contest.operation
    names = operation.differentiable

    class Wrapped(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, *tensors: Any) -> Any:
            arrays = dict(contest.arrays)
            arrays |= {n: t.numpy() for n, t in zip(names, tensors, strict=True)}
            ctx.arrays = arrays
            thing = contest.student(arrays)
            out = thing.forward(*(arrays[name] for name in operation.arguments))
            return torch.as_tensor(np.asarray(out))

        @staticmethod
        def backward(ctx: Any, upstream: Any) -> Any:
            arrays = {**ctx.arrays, "grad_out": upstream.numpy()}
            found = contest.gradients(arrays)
            scale = upstream if operation.family is Family.LOSS else 1.0
            return tuple(torch.as_tensor(found[name]) * scale for name in names)

    tensors = [torch.tensor(contest.arrays[n], requires_grad=True) for n in names]
    torch.autograd.gradcheck(Wrapped.apply, tensors, fast_mode=fast)
