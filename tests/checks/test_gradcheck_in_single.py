"""The numerical check on code in single precision: it decides, and decides rightly."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from grader.contract.messages import Array, Bundle, Call, Reply
from grader.report import Verdict
from reference.misconceptions import for_operation
from reference.operations import create
from tests.checks.every_operation import graded
from tests.variants import harness
from tests.variants.harness import Student, student, styles

OTHERS = ("forward", "backward", "stability", "loss")
# Right code of these was left open while noise was only bounded and not measured.
HARD = [
    ("conv2d", 1),
    ("conv2d", 3),
    ("conv_transpose2d", 0),
    ("max_pool2d", 0),
    ("max_pool2d", 3),
    ("multi_head_attention", 1),
    ("lenet", 1),
]


def conventions(name: str, number: int) -> Mapping[str, Any]:
    return type(create(name)).example_conventions[number]


@pytest.mark.parametrize(("name", "number"), HARD)
@pytest.mark.parametrize("seed", [1, 4])
def test_right_code_is_decided_about(name: str, number: int, seed: int) -> None:
    asked = conventions(name, number)
    style = next(iter(styles(name, asked)))

    report = graded(name, asked, student(name, asked, style, single=True), seed, OTHERS)

    assert [result.verdict for result in report.results] == [Verdict.PASSED]


class _Mistaken(harness._Session):
    """A right forward in single precision, with gradients that are made otherwise."""

    def __init__(self, who: Student, bundle: Bundle, spoiled: "Spoiled") -> None:
        super().__init__(who, bundle)
        self.spoiled = spoiled

    def _asked(self, call: Call) -> Reply:
        reply = super()._asked(call)
        wrong = self.spoiled.gradients(call, reply.arrays)
        kept = {name: wrong[name] for name in wrong if name in reply.arrays}
        found = {name: value.astype(np.float32) for name, value in kept.items()}
        return replace(reply, arrays={**reply.arrays, **found})


@dataclass(frozen=True)
class Spoiled:
    """A jail in which one known mistake, or a small error, is in all gradients."""

    who: Student
    mistake: str = ""
    share: float = 0.0

    def open(self, bundle: Bundle) -> _Mistaken:
        return _Mistaken(self.who, bundle, self)

    def gradients(self, call: Call, arrays: Mapping[str, Array]) -> dict[str, Array]:
        given = {n: v for n, v in arrays.items() if n.startswith("grad")}
        if not self.mistake:
            return {name: value * (1 + self.share) for name, value in given.items()}
        if not given:
            return {}
        operation = create(self.who.operation, **self.who.conventions)
        entries = for_operation(self.who.operation)
        entry = next(one for one in entries if one.id == self.mistake)
        return entry.wrong(operation, call.arrays)


@pytest.mark.parametrize(
    ("name", "number", "mistake"),
    [
        ("conv2d", 1, "M102"),
        ("conv_transpose2d", 0, "M15"),
        ("max_pool2d", 0, "M291"),
        ("multi_head_attention", 1, "M09"),
        ("lenet", 1, "M27"),
        ("batch_norm", 0, "M68"),
        ("lstm", 0, "M111"),
    ],
)
def test_a_known_mistake_fails(name: str, number: int, mistake: str) -> None:
    asked = conventions(name, number)
    who = Student(name, asked, next(iter(styles(name, asked))), single=True)

    report = graded(name, asked, Spoiled(who, mistake), 2, OTHERS)

    assert [result.verdict for result in report.results] == [Verdict.FAILED]


@pytest.mark.parametrize("name", ["tanh", "linear", "softmax_cross_entropy", "conv2d"])
@pytest.mark.parametrize("share", [0.01, -0.01])
def test_an_error_of_one_percent_fails(name: str, share: float) -> None:
    who = Student(name, {}, next(iter(styles(name, {}))), single=True)

    report = graded(name, {}, Spoiled(who, share=share), 2, OTHERS)

    assert [result.verdict for result in report.results] == [Verdict.FAILED]
