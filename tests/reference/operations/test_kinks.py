"""Exactly at kinks: what is drawn there, and which answers are right."""

import numpy as np
import pytest

from reference.operations import Family, create, names
from reference.operations.draws import GRID
from reference.operations.relations import examples_apart
from reference.operations.subgradients import chosen_places, onto_shares
from reference.operations.ties import OUTSIDE, Ties, tied

RNG = np.random.default_rng
ALL = [
    (name, conventions)
    for name in names()
    for conventions in type(create(name)).example_conventions
]
CASES = [
    pytest.param(name, conventions, id=f"{name}-{number}")
    for number, (name, conventions) in enumerate(ALL)
    if create(name, **conventions).kinked(RNG(0)) is not None
]
POOLS = [case for case in CASES if case.values[0].startswith("max_pool")]
every_case = pytest.mark.parametrize(("name", "conventions"), CASES)
STEP = 2.0**-20


def kinked(name, conventions, seed=0, variant=0):
    operation = create(name, **conventions)
    arrays = operation.kinked(RNG(seed), variant=variant)
    for array in arrays.values():
        array.setflags(write=False)
    return operation, arrays


def span(operation, arrays, quantity, place):
    """Return the least and the largest right number at one entry."""
    right = operation.answer(arrays)[quantity]
    ends = []
    for far in (-1e6, 1e6):
        wished = np.array(operation.nearest(arrays, quantity, right))
        wished[place] = far
        ends.append(operation.nearest(arrays, quantity, wished)[place])
    return ends


def one_sided(operation, arrays, name, place):
    """Return the slopes of the weighted outputs to the left and to the right."""
    weights = operation.upstreams(arrays) or {operation.output: np.ones(())}

    def value(step):
        moved = arrays[name].copy()
        moved[place] += step
        found = operation.answer({**arrays, name: moved})
        return sum(np.sum(found[out] * weight) for out, weight in weights.items())

    start = value(0.0)
    return (start - value(-STEP)) / STEP, (value(STEP) - start) / STEP


@every_case
def test_kinked_inputs_have_the_names_and_shapes_of_drawn_ones(name, conventions):
    for variant in (0, 1):
        operation, arrays = kinked(name, conventions, variant=variant)
        drawn = operation.draw(RNG(0), variant=variant)
        assert {key: value.shape for key, value in arrays.items()} == {
            key: value.shape for key, value in drawn.items()
        }


@every_case
@pytest.mark.parametrize("seed", range(5))
def test_some_entries_lie_exactly_on_a_kink(name, conventions, seed):
    operation, arrays = kinked(name, conventions, seed)
    assert operation.margin(arrays) in (0.0, np.inf)
    assert operation.kink.startswith("where ")


@every_case
def test_the_generator_decides_what_is_drawn(name, conventions):
    _, one = kinked(name, conventions, seed=3)
    _, same = kinked(name, conventions, seed=3)
    for key, value in one.items():
        np.testing.assert_array_equal(value, same[key])


def test_an_operation_says_in_words_where_it_is_asked_about():
    found = {case.values[0] for case in CASES}
    worded = {name for name in names() if create(name).kink}
    assert found == worded


@every_case
def test_the_reference_is_right_by_its_own_measure(name, conventions):
    operation, arrays = kinked(name, conventions)
    for quantity, value in operation.answer(arrays).items():
        nearest = operation.nearest(arrays, quantity, value)
        # Only this declared convention is not a subgradient.
        if conventions.get("ties") == "all" and quantity == "grad_x":
            assert np.max(np.abs(nearest - value)) > 0.1
        else:
            np.testing.assert_allclose(nearest, value, rtol=0, atol=1e-14)


@every_case
@pytest.mark.parametrize("seed", range(3))
def test_what_is_nearest_is_right_itself(name, conventions, seed):
    operation, arrays = kinked(name, conventions, seed)
    rng = RNG(seed)
    for quantity, value in operation.answer(arrays).items():
        near = operation.nearest(arrays, quantity, value + rng.normal(size=value.shape))
        again = operation.nearest(arrays, quantity, near)
        np.testing.assert_allclose(again, near, rtol=0, atol=1e-13)


@every_case
def test_at_a_kink_everything_between_the_one_sided_slopes_is_right(name, conventions):
    operation, arrays = kinked(name, conventions)
    chosen = 0
    for gradient, source in operation.gradients.items():
        for place in np.ndindex(arrays[source].shape):
            low, high = span(operation, arrays, gradient, place)
            if low == high or chosen > 40:
                continue
            slopes = one_sided(operation, arrays, source, place)
            assert low == pytest.approx(min(slopes), abs=1e-5)
            assert high == pytest.approx(max(slopes), abs=1e-5)
            chosen += 1
    is_smooth = name == "huber" or conventions.get("alpha") == 1.0
    has_choice = bool(operation.gradients) and not is_smooth
    assert bool(chosen) == has_choice


@pytest.mark.parametrize("value", [0.0, 0.25, 1.0])
def test_a_threshold_may_answer_anything_from_0_to_1_at_0(value):
    operation, arrays = kinked("threshold", {"value_at_zero": value})
    out = operation.answer(arrays)["out"]
    np.testing.assert_array_equal(operation.nearest(arrays, "out", out), out)
    assert np.max(operation.nearest(arrays, "out", out + 2.0)) == 1.0


def test_the_label_of_a_hinge_loses_what_the_other_classes_get():
    operation, arrays = kinked("multiclass_hinge", {})
    right = operation.answer(arrays)["grad_scores"]
    found = operation.nearest(arrays, "grad_scores", right + 1.0)
    np.testing.assert_allclose(found.sum(axis=1), 0.0, atol=1e-15)
    assert np.any(found != right)


@pytest.mark.parametrize("clip", [0.0, 1e-12])
def test_a_bound_that_single_precision_cannot_hit_is_not_asked_about(clip):
    operation = create("binary_cross_entropy", clip=clip)
    arrays = operation.draw(RNG(0))
    right = operation.answer(arrays)["grad_probabilities"]
    assert operation.kinked(RNG(0)) is None
    np.testing.assert_array_equal(
        operation.nearest(arrays, "grad_probabilities", right + 1.0), right
    )


def test_operations_without_kinks_have_one_right_answer():
    operation = create("linear")
    arrays = operation.draw(RNG(0))
    right = operation.answer(arrays)["out"]
    assert operation.kinked(RNG(0)) is None
    np.testing.assert_array_equal(operation.nearest(arrays, "out", right + 1.0), right)


@pytest.mark.parametrize(("name", "conventions"), POOLS)
@pytest.mark.parametrize("seed", range(4))
def test_ties_share_no_entry_and_one_window_is_missed_by_little(
    name, conventions, seed
):
    operation, arrays = kinked(name, conventions, seed)
    x = arrays["x"]
    ties = Ties.of(operation.example.windows.on(x.shape[2:]), x)
    several = ties.winners & (ties.winners.sum(axis=-1, keepdims=True) > 1)
    images = x.reshape(len(several), -1)
    for marked in several:
        shared = ties.windows[marked]
        assert shared.size
        assert np.bincount(shared).max() == 1
    differences = np.abs(images[:, :, np.newaxis] - images[:, np.newaxis])
    assert np.any(differences == GRID)


@pytest.mark.parametrize(("name", "conventions"), POOLS)
def test_any_split_among_tied_entries_is_right_and_no_other(name, conventions):
    operation, arrays = kinked(name, conventions)
    first = create(name, **{**conventions, "ties": "first"}).answer(arrays)["grad_x"]
    split = create(name, **{**conventions, "ties": "split"}).answer(arrays)["grad_x"]
    mixed = 0.3 * first + 0.7 * split
    beyond = 1.5 * first - 0.5 * split
    np.testing.assert_allclose(
        operation.nearest(arrays, "grad_x", mixed), mixed, rtol=0, atol=1e-14
    )
    assert np.any(operation.nearest(arrays, "grad_x", beyond) != beyond)


def test_a_window_of_equal_entries_is_left_as_it_is():
    windows = np.array([[0, 1], [1, 2]])
    np.testing.assert_array_equal(tied(RNG(0), np.ones(3), windows), np.ones(3))


def test_what_lies_outside_an_image_never_wins():
    image = np.array([-5.0, -4.0])
    windows = np.array([[OUTSIDE, 0], [0, 1]])
    found = tied(RNG(0), image, windows)
    assert found[1] in (-4.0, -5.0)
    assert np.all(found < 0)


@pytest.mark.parametrize("seed", range(5))
def test_shares_are_the_nearest_ones_that_sum_to_one(seed):
    rng = RNG(seed)
    values = rng.normal(size=(6, 5))
    allowed = rng.random((6, 5)) < 0.5
    allowed[:, 2] = True

    shares = onto_shares(values, allowed)

    np.testing.assert_allclose(shares.sum(axis=-1), 1.0)
    assert np.all(shares >= 0)
    assert not np.any(shares[~allowed])
    # For the nearest point of a convex set no direction into the set goes nearer.
    for _ in range(50):
        other = onto_shares(rng.normal(size=values.shape), allowed)
        inward = np.sum((values - shares) * (other - shares) * allowed, axis=-1)
        assert np.all(inward <= 1e-12)


@pytest.mark.parametrize("shape", [(2,), (3, 5), (7,)])
def test_some_places_are_chosen_and_never_all(shape):
    for seed in range(20):
        chosen = chosen_places(RNG(seed), shape)
        assert 0 < chosen.sum() < chosen.size


def test_examples_that_are_kept_do_not_see_those_that_are_replaced():
    relation = examples_apart(("x", "grad_out"), ("out", "grad_x"))
    layer = create("tanh")
    assert layer.family is Family.LAYER
    arrays = layer.draw(RNG(0))
    asked = relation.questions(RNG(1), arrays)

    def gaps(answers):
        pairs = relation.pairs(asked, answers).values()
        return [np.max(np.abs(one - other)) for one, other in pairs]

    apart = [layer.answer(one) for one in asked]
    together = [
        {key: value - value.mean(axis=0) for key, value in answer.items()}
        for answer in apart
    ]
    assert max(gaps(apart)) == 0.0
    assert min(gaps(together)) > 0.01
    np.testing.assert_array_equal(asked[1]["x"][:3], arrays["x"][:3])
    assert np.all(asked[1]["x"][3:] != arrays["x"][3:])
