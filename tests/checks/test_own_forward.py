from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from grader.checks.answers import Answer, Trouble
from grader.checks.own_forward import Consistency, Doubt, Slope, slopes
from grader.contract.messages import Array, Call, Outcome

Forward = Callable[[Array], Array]
X = np.round(np.random.default_rng(1).normal(0, 1.5, (5, 7)) * 2**16) / 2**16
UPSTREAM = np.random.default_rng(2).normal(size=(5, 7))


def measured(forward: Forward, gradient: Array, seed: int = 3) -> Slope:
    def ask(calls: Sequence[Call]) -> list[Answer]:
        return [Answer({"out": forward(call.arrays["x"])}) for call in calls]

    def call(arrays: Mapping[str, Array]) -> Call:
        return Call("any", arrays)

    arrays = {"x": X, "grad_out": UPSTREAM}
    rng = np.random.default_rng(seed)
    return slopes(ask, call, arrays, {"x": gradient}, {"out": UPSTREAM}, rng)["x"]


@pytest.mark.parametrize("seed", range(20))
def test_a_right_gradient_is_consistent(seed: int) -> None:
    gradient = UPSTREAM * (1 - np.tanh(X) ** 2)

    assert measured(np.tanh, gradient, seed).consistency is Consistency.CONSISTENT


@pytest.mark.parametrize("seed", range(20))
def test_one_wrong_entry_among_many_is_seen(seed: int) -> None:
    gradient = UPSTREAM * (1 - np.tanh(X) ** 2)
    gradient[2, 3] *= 1.01

    assert measured(np.tanh, gradient, seed).consistency is Consistency.INCONSISTENT


@pytest.mark.parametrize("seed", range(20))
def test_a_kink_in_reach_never_fails_right_code(seed: int) -> None:
    def kinked(x: Array) -> Array:
        # Every entry sits within a step of a kink of its own.
        return np.abs(x - X - 2.0**-14)

    gradient = -UPSTREAM

    assert measured(kinked, gradient, seed).consistency is not Consistency.INCONSISTENT


def test_code_in_single_precision_is_measured_with_coarser_steps() -> None:
    def single(x: Array) -> Array:
        return np.tanh(x.astype(np.float32))

    gradient = UPSTREAM * (1 - np.tanh(X) ** 2)

    assert measured(single, gradient).consistency is Consistency.CONSISTENT
    assert measured(single, 1.1 * gradient).consistency is Consistency.INCONSISTENT


def test_few_digits_are_not_taken_for_an_ignored_input() -> None:
    def large(x: Array) -> Array:
        # Beside sums of this size single precision does not see a small change.
        return (x.astype(np.float32) + np.float32(30_000_000)).astype(np.float64)

    def cut(x: Array) -> Array:
        # Small changes show nowhere, large ones where an entry passes a border.
        return np.where(x > X + 2.0**-7, 1.0, 0.0) + UPSTREAM

    assert measured(large, UPSTREAM).doubt is Doubt.ROUGH
    assert measured(lambda x: UPSTREAM, UPSTREAM).doubt is Doubt.BLUNT
    assert measured(cut, UPSTREAM).doubt is Doubt.BLUNT


def test_a_forward_that_ignores_its_input_is_left_open() -> None:
    def constant(x: Array) -> Array:
        return np.ones_like(x)

    assert measured(constant, UPSTREAM).consistency is Consistency.INCONCLUSIVE


def test_a_forward_that_is_random_is_left_open() -> None:
    rng = np.random.default_rng(7)

    def noisy(x: Array) -> Array:
        return x + 1e-9 * rng.normal(size=x.shape)

    assert measured(noisy, UPSTREAM).consistency is Consistency.INCONCLUSIVE


@pytest.mark.parametrize(
    "broken",
    [
        lambda x: np.full_like(x, np.nan),
        lambda x: x[:, :-1],
        lambda x: x.astype(complex),
    ],
)
def test_answers_that_cannot_be_summed_are_left_open(broken: Forward) -> None:
    assert measured(broken, UPSTREAM).consistency is Consistency.INCONCLUSIVE


def test_a_forward_that_breaks_later_is_left_open() -> None:
    def ask(calls: Sequence[Call]) -> list[Answer]:
        return [Answer(trouble=Trouble(Outcome.RAISED)) for _ in calls]

    arrays = {"x": X, "grad_out": UPSTREAM}
    rng = np.random.default_rng(1)
    found = slopes(
        ask,
        lambda v: Call("any", v),
        arrays,
        {"x": X},
        {"out": UPSTREAM},
        rng,
        directions=1,
    )

    assert found["x"].consistency is Consistency.INCONCLUSIVE


def test_the_picture_shows_the_error_at_every_step_size() -> None:
    found = measured(np.tanh, UPSTREAM * (1 - np.tanh(X) ** 2))

    assert len(found.steps) == len(found.errors) == 6
    assert list(found.steps) == sorted(found.steps)
    assert max(found.errors) < 1e-4


def softmax(x: Array) -> Array:
    e = np.exp(x)
    return e / e.sum(axis=1, keepdims=True)


def shifted(claim: float) -> dict[str, Slope]:
    """Measure a forward which a number that is added to all inputs does not change."""

    def ask(calls: Sequence[Call]) -> list[Answer]:
        sums = [call.arrays["x"] + call.arrays["shift"] for call in calls]
        return [Answer({"out": softmax(one)}) for one in sums]

    arrays = {"x": X, "shift": np.array([0.75])}
    out = softmax(X)
    means = (out * UPSTREAM).sum(axis=1, keepdims=True)
    gradients = {"x": out * (UPSTREAM - means), "shift": np.array([claim])}
    upstreams, rng = {"out": UPSTREAM}, np.random.default_rng(3)
    return slopes(ask, lambda a: Call("any", a), arrays, gradients, upstreams, rng)


@pytest.mark.parametrize("claim", [0.0, 1e-16, -3e-16])
def test_a_gradient_that_is_zero_by_nature_is_consistent(claim: float) -> None:
    found = shifted(claim)

    assert {slope.consistency for slope in found.values()} == {Consistency.CONSISTENT}


@pytest.mark.parametrize("claim", [1e-6, -1.0])
def test_another_value_where_zero_is_right_is_inconsistent(claim: float) -> None:
    assert shifted(claim)["shift"].consistency is Consistency.INCONSISTENT


@pytest.mark.parametrize("seed", range(20))
def test_many_kinks_never_fail_right_code_in_single_precision(seed: int) -> None:
    def kinked(x: Array) -> Array:
        # Long steps cross some of these kinks, and short ones others.
        near = X + np.random.default_rng(5).normal(0, 0.05, X.shape)
        return np.abs((x - near).astype(np.float32))

    places = X - (X + np.random.default_rng(5).normal(0, 0.05, X.shape))
    gradient = UPSTREAM * np.sign(places)

    assert measured(kinked, gradient, seed).consistency is not Consistency.INCONSISTENT


def test_a_long_step_out_of_the_domain_leaves_the_shorter_ones() -> None:
    positive = np.abs(X) + 0.25

    def logarithm(x: Array) -> Array:
        return np.log(np.float32(1.0) * (x - X + positive).astype(np.float32))

    gradient = UPSTREAM / positive

    with np.errstate(invalid="ignore", divide="ignore"):
        found = measured(logarithm, gradient)
        wrong = measured(logarithm, 1.1 * gradient)

    assert found.consistency is Consistency.CONSISTENT
    assert wrong.consistency is Consistency.INCONSISTENT
    assert np.isfinite(found.errors).all()
    assert len(found.steps) == len(found.errors) < 12


def test_a_zero_by_nature_is_decided_in_single_precision() -> None:
    def ask(calls: Sequence[Call]) -> list[Answer]:
        sums = [call.arrays["x"] + call.arrays["shift"] for call in calls]
        return [Answer({"out": softmax(one.astype(np.float32))}) for one in sums]

    arrays = {"x": X, "shift": np.array([0.75])}
    out = softmax(X)
    means = (out * UPSTREAM).sum(axis=1, keepdims=True)

    def claimed(shift: float) -> Slope:
        gradients = {"x": out * (UPSTREAM - means), "shift": np.array([shift])}
        rng = np.random.default_rng(3)
        found = slopes(
            ask, lambda a: Call("any", a), arrays, gradients, {"out": UPSTREAM}, rng
        )
        return found["shift"]

    assert claimed(1e-8).consistency is Consistency.CONSISTENT
    assert claimed(0.1).consistency is Consistency.INCONSISTENT


def test_what_one_direction_denies_and_another_allows_is_left_open() -> None:
    asked = 0

    def ask(calls: Sequence[Call]) -> list[Answer]:
        nonlocal asked
        asked += 1
        # Single precision, and from the third question on another function.
        scale = 1.0 if asked < 3 else 1.1
        moved = (scale * (call.arrays["x"]).astype(np.float32) for call in calls)
        return [Answer({"out": one.astype(np.float32)}) for one in moved]

    found = slopes(
        ask,
        lambda a: Call("any", a),
        {"x": X},
        {"x": 1.1 * UPSTREAM},
        {"out": UPSTREAM},
        np.random.default_rng(3),
    )["x"]

    assert asked == 3
    assert found.consistency is Consistency.INCONCLUSIVE
    assert found.doubt is Doubt.ROUGH
