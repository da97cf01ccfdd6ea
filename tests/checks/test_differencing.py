"""A measured slope is told from right code and from other small errors."""

from collections.abc import Callable

import numpy as np
import pytest

from grader.checks.compare import Expected, reference_answer
from grader.checks.differencing import measured
from grader.checks.feedback.comparing import MEASURED
from grader.contract.messages import Array
from reference.operations import Operation, create
from tests.checks.grading import graded, result
from tests.checks.students import PLAIN, changed

NAMES = ("linear", "sigmoid", "softmax_cross_entropy", "batch_norm", "conv2d")
Answers = dict[str, Array]
Seen = tuple[dict[str, Expected], Answers]


def seen(
    operation: Operation, change: Callable[[dict[str, Array], Answers], Answers]
) -> list[Seen]:
    found = []
    for variant in (0, 1):
        rng = np.random.default_rng(variant)
        arrays = operation.draw(rng, variant=variant)
        right = reference_answer(operation, arrays, rng)
        found.append((right, change(arrays, operation.answer(arrays))))
    return found


def told(
    operation: Operation, change: Callable[[dict[str, Array], Answers], Answers]
) -> list[str]:
    return measured(
        seen(operation, change), operation.outputs, list(operation.gradients)
    )


def central(operation: Operation, step: float) -> Callable[..., Answers]:
    """Replace each gradient by central differences of the operation's own forward."""

    def total(arrays: dict[str, Array]) -> float:
        out = operation.answer(arrays)
        weights = operation.upstreams(arrays) or {operation.output: np.ones(())}
        return float(sum((w * out[name]).sum() for name, w in weights.items()))

    def change(arrays: dict[str, Array], answer: Answers) -> Answers:
        changed = dict(answer)
        for name, source in operation.gradients.items():
            slopes = np.empty(arrays[source].shape)
            for index in np.ndindex(slopes.shape):
                up, down = arrays[source].copy(), arrays[source].copy()
                up[index] += step
                down[index] -= step
                difference = total({**arrays, source: up}) - total(
                    {**arrays, source: down}
                )
                slopes[index] = difference / (2 * step)
            changed[name] = slopes
        return changed

    return change


@pytest.mark.parametrize("step", [1e-5, 1e-6])
@pytest.mark.parametrize("name", ["linear", "sigmoid", "softmax_cross_entropy"])
def test_central_differences_are_told_for_some_gradient(name: str, step: float) -> None:
    operation = create(name)

    assert told(operation, central(operation, step))


@pytest.mark.parametrize("name", NAMES)
def test_right_answers_are_not(name: str) -> None:
    assert told(create(name), lambda arrays, answer: answer) == []


def in_single(arrays: dict[str, Array], answer: Answers) -> Answers:
    return {n: v.astype(np.float32).astype(np.float64) for n, v in answer.items()}


def backward_in_single(arrays: dict[str, Array], answer: Answers) -> Answers:
    return {
        n: v.astype(np.float32).astype(np.float64) if n.startswith("grad") else v
        for n, v in answer.items()
    }


def with_epsilon(arrays: dict[str, Array], answer: Answers) -> Answers:
    return {
        n: v / (1 + 1e-10) if n.startswith("grad") else v for n, v in answer.items()
    }


def wrong(arrays: dict[str, Array], answer: Answers) -> Answers:
    return {n: 2 * v if n.startswith("grad") else v for n, v in answer.items()}


def noisy_everywhere(arrays: dict[str, Array], answer: Answers) -> Answers:
    rng = np.random.default_rng(3)
    return {n: v * (1 + 1e-10 * rng.normal(size=v.shape)) for n, v in answer.items()}


@pytest.mark.parametrize(
    "change", [in_single, backward_in_single, with_epsilon, wrong, noisy_everywhere]
)
@pytest.mark.parametrize("name", NAMES)
def test_other_errors_are_not(
    name: str, change: Callable[[dict[str, Array], Answers], Answers]
) -> None:
    assert told(create(name), change) == []


def test_nothing_is_told_from_one_shape_or_from_no_answer() -> None:
    operation = create("linear")
    first, second = seen(operation, central(operation, 1e-5))
    second[1].clear()

    assert measured([first, second], ("out",), list(operation.gradients)) == []
    assert measured([], ("out",), list(operation.gradients)) == []


def test_the_report_asks_about_a_gradient_that_looks_measured() -> None:
    measured_slope = "(np.tanh(self.x + 1e-6) - np.tanh(self.x - 1e-6)) / 2e-6"
    source = changed(
        PLAIN,
        ("self.t = np.tanh(x)", "self.x, self.t = x, np.tanh(x)"),
        ("grad_out * (1 - self.t**2)", f"grad_out * {measured_slope}"),
    )

    for seed in range(5):
        found = result(graded(source, "tanh-backward", seed=seed), "grad_x")
        assert found.evidence["notice"] == MEASURED
        assert found.message.endswith(MEASURED)
