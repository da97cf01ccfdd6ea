"""Hypotheses beyond the library: layouts, partial sums, constants and terms."""

import numpy as np
import pytest

from grader.checks.diagnosis import diagnose
from grader.checks.hypotheses import factors
from reference.operations import create
from tests.checks.sighted import named, seen


@pytest.mark.parametrize(
    ("change", "title"),
    [
        (
            lambda g, a: g.transpose(0, 2, 3, 1),
            "right numbers, axes in the order (0, 2, 3, 1)",
        ),
        (
            lambda g, a: g.transpose(3, 2, 1, 0),
            "right numbers, axes in the order (3, 2, 1, 0)",
        ),
        (lambda g, a: g[:, :, :, ::-1], "right numbers, reversed along axis 3"),
        (lambda g, a: g[::-1, :, ::-1], "right numbers, reversed along the axes 0, 2"),
        (
            lambda g, a: np.roll(g, 1, axis=3),
            "right numbers, one place later along axis 3",
        ),
        (
            lambda g, a: np.pad(g, ((0, 0), (0, 1), (0, 0), (0, 0)))[:, 1:],
            "right numbers, one place earlier along axis 1",
        ),
        (lambda g, a: g.reshape(len(g), -1), "right numbers in another shape"),
        (lambda g, a: np.zeros_like(g), "all entries are zero"),
    ],
)
def test_right_numbers_elsewhere_are_named(change, title: str) -> None:
    found = named("conv2d", "out", change)

    assert found is not None
    assert found.title == title
    assert found.hint


def weight_from(part):
    """Return the gradient of a weight to which only a part of the upstream counts."""

    def change(gradient, arrays):
        upstream = np.zeros_like(arrays["grad_out"])
        upstream[part] = arrays["grad_out"][part]
        return create("rnn").answer({**arrays, "grad_out": upstream})["grad_weight_x"]

    return change


@pytest.mark.parametrize(
    ("part", "title"),
    [
        (np.s_[:1], "only the first example of the batch is counted"),
        (np.s_[-1:], "only the last example of the batch is counted"),
        (np.s_[1:], "the first example of the batch is not counted"),
        (np.s_[:-1], "the last example of the batch is not counted"),
        (np.s_[:, :1], "only the first step in time is counted"),
        (np.s_[:, 1:], "the first step in time is not counted"),
        (np.s_[:, :-1], "the last step in time is not counted"),
    ],
)
def test_a_sum_over_a_part_is_named(part, title: str) -> None:
    found = named("rnn", "grad_weight_x", weight_from(part))

    assert found is not None
    assert (found.id, found.title) == ("partial-sum", title)


def test_a_loss_of_the_last_example_is_named() -> None:
    def change(loss, arrays):
        last = {name: value[-1:] for name, value in arrays.items()}
        return create("softmax_cross_entropy").answer(last)["loss"]

    found = named("softmax_cross_entropy", "loss", change)

    assert found is not None
    assert found.title == "only the last example of the batch is counted"


def test_a_batch_that_is_not_on_the_first_axis_is_not_cut() -> None:
    def change(loss, arrays):
        shorter = {**arrays, "logits": arrays["logits"][:-1]}
        shorter["input_lengths"] = np.minimum(arrays["input_lengths"], 6)
        return create("ctc").answer(shorter)["loss"]

    assert named("ctc", "loss", change) is None


def test_an_optimizer_has_no_batch_to_count() -> None:
    def answer(operation, arrays):
        right = operation.answer(arrays)["weight"]
        return {"weight": right + np.arange(right.size).reshape(right.shape)}

    sightings = seen(create("sgd"), answer)

    assert diagnose(sightings, "weight", factors=False) is None


@pytest.mark.parametrize(
    ("operation", "quantity", "factor", "name"),
    [
        ("dropout", "out", lambda a: 1 / 0.3, "1/p"),
        ("dropout", "grad_x", lambda a: 0.3, "p"),
        (
            "scaled_dot_product_attention",
            "grad_value",
            lambda a: 1 / a["query"].shape[1],
            "1/T",
        ),
        ("conv2d", "grad_weight", lambda a: 12, "kh*kw"),
        ("conv1d", "grad_weight", lambda a: 9, "k^2"),
        ("conv2d", "grad_bias", lambda a: 1 / np.prod(a["x"].shape[2:]), "1/(H*W)"),
        ("conv2d", "grad_x", lambda a: len(a["weight"]), "F"),
        ("multiclass_hinge", "grad_scores", lambda a: a["scores"].shape[1], "C"),
        ("softmax", "grad_x", lambda a: -1 / a["x"].shape[1], "-1/D"),
        ("linear", "grad_x", lambda a: a["grad_out"].shape[1], "M"),
    ],
)
def test_a_constant_of_the_component_has_its_name(
    operation, quantity, factor, name
) -> None:
    found = named(operation, quantity, lambda g, a: factor(a) * g)

    assert found is not None
    assert found.title == f"right up to the factor {name}"
    assert found.hint == factors.hint_for(name)


def test_sizes_that_agree_are_both_named() -> None:
    # Every drawn signal has two channels and two positions in its output.
    found = named("conv1d", "grad_bias", lambda g, a: g / a["grad_out"][0, 0].size / 5)

    assert found is None

    found = named("conv1d", "grad_bias", lambda g, a: -g / a["grad_out"][0, 0].size)

    assert found is not None
    assert found.title == "right up to the factor -1/C or -1/P"


def test_each_kind_of_constant_has_its_own_question() -> None:
    hints = [factors.hint_for(n) for n in ("-1", "2", "N", "1/T", "1-p", "kh*kw", "D")]

    assert len(set(hints)) == len(hints)
    assert factors.hint_for("1/(N*D)") == factors.hint_for("D")


def norm_terms(weights):
    """Return ``grad_x`` of a layer as a sum of its terms with other weights."""

    def change(gradient, arrays):
        terms = create("layer_norm").terms(arrays)["grad_x"]
        return sum(w * term for w, term in zip(weights, terms.values(), strict=True))

    return change


@pytest.mark.parametrize(
    ("weights", "title"),
    [
        ((1, 1, -1), "the path through the variance has the wrong sign"),
        ((1, 2, 1), "the path through the mean is there twice"),
        ((1, 0.5, 1), "the path through the mean has the factor 1/2"),
        ((0, 1, 1), "the direct path from out to x is missing"),
        (
            (1, -1, 2),
            "the path through the mean has the wrong sign and "
            "the path through the variance is there twice",
        ),
    ],
)
def test_a_term_with_a_wrong_weight_is_named(weights, title: str) -> None:
    found = named("layer_norm", "grad_x", norm_terms(weights))

    assert found is not None
    assert (found.id, found.title) == ("terms", title)


@pytest.mark.parametrize("weights", [(1, 1, 0.77), (2, -1, 0.5), (1, 1.0001, -1)])
def test_weights_without_a_name_or_too_many_are_not_claimed(weights) -> None:
    assert named("layer_norm", "grad_x", norm_terms(weights)) is None


@pytest.mark.parametrize("bias", [lambda w: 0 * w, lambda w: w])
def test_terms_that_vanish_or_are_the_same_say_nothing(bias) -> None:
    operation = create("linear")

    def odd(one, arrays):
        return {"out": arrays["x"] @ arrays["weight"] + 3.0}

    sightings = seen(operation, odd)
    for sighting in sightings:
        sighting.arrays["x"][:] = 1.0
        sighting.arrays["bias"][:] = bias(sighting.arrays["weight"].sum(axis=0))

    assert diagnose(sightings, "out") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda g, a: g * 1.37,
        lambda g, a: np.sort(g, axis=1),
        lambda g, a: np.roll(g, 2, axis=0) + 1e-3,
        lambda g, a: np.where(g > 0, g, 2 * g),
        lambda g, a: np.full_like(g, np.inf),
        lambda g, a: g.sum(axis=0),
    ],
)
@pytest.mark.parametrize("name", ["softmax", "layer_norm", "batch_norm", "log_softmax"])
def test_what_nothing_reproduces_gets_no_name(name: str, change) -> None:
    assert named(name, "grad_x", change) is None
