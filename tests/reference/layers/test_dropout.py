import numpy as np
import pytest

from reference.errors import CallOrderError, ConventionError, DtypeError, ShapeError
from reference.layers.dropout import Dropout
from reference.operations import create

RATE = 0.25  # dyadic, so that 1 - RATE is exact


def naive(x, mask, keep, scaling, mode):
    """Return the factor of each entry, one at a time, as the sources print them."""
    factor = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        if mode == "evaluation":
            factor[index] = keep if scaling == "test_scaled" else 1.0
        elif mask[index]:
            factor[index] = 1.0 / keep if scaling == "inverted" else 1.0
    return factor


@pytest.mark.parametrize("mode", Dropout.modes)
@pytest.mark.parametrize("scaling", Dropout.scalings)
@pytest.mark.parametrize(("rate_means", "keep"), [("drop", 0.75), ("keep", 0.25)])
def test_agrees_with_the_sources_entry_by_entry(mode, scaling, rate_means, keep):
    rng = np.random.default_rng(15)
    x, grad_out = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    layer = Dropout(RATE, rate_means=rate_means, scaling=scaling, mode=mode)
    layer.mask = rng.random((4, 5)) < 0.5
    factor = naive(x, layer.mask, keep, scaling, mode)
    np.testing.assert_array_equal(layer.forward(x), x * factor)
    np.testing.assert_array_equal(layer.backward(grad_out), grad_out * factor)


def test_the_two_readings_of_penn_agree_at_one_half_only():
    x, mask = np.full((2, 3), 6.0), np.ones((2, 3), dtype=bool)
    for rate, same in ((0.5, True), (0.25, False)):
        outs = []
        for meaning in Dropout.meanings:
            layer = Dropout(rate, rate_means=meaning)
            layer.mask = mask
            outs.append(layer.forward(x))
        assert np.array_equal(*outs) == same


@pytest.mark.parametrize(("rate_means", "keep"), [("drop", 0.7), ("keep", 0.3)])
def test_the_drawn_mask_keeps_the_right_share(rate_means, keep):
    layer = Dropout(0.3, np.random.default_rng(16), rate_means=rate_means)
    x = np.ones((200, 500))
    layer.forward(x)
    # The share of n independent entries deviates by sqrt(q * (1 - q) / n).
    deviation = np.sqrt(keep * (1 - keep) / x.size)
    assert abs(layer.mask.mean() - keep) < 6 * deviation
    assert np.all(np.abs(layer.mask.mean(axis=0) - keep) < 6 * deviation * 500**0.5)


def test_every_forward_draws_another_mask():
    layer = Dropout(0.3, np.random.default_rng(17))
    x = np.ones((200, 500))
    layer.forward(x)
    first = layer.mask
    layer.forward(x)
    both = np.mean(first & layer.mask)
    # Independent masks keep an entry twice with probability 0.49.
    assert abs(both - 0.49) < 6 * np.sqrt(0.49 * 0.51 / x.size)


def test_inverted_dropout_keeps_the_mean():
    layer = Dropout(0.3, np.random.default_rng(18))
    out = layer.forward(np.ones((200, 500)))
    # An entry is 0 or 1/q, with variance (1 - q) / q.
    assert abs(out.mean() - 1.0) < 6 * np.sqrt(0.3 / 0.7 / out.size)


def test_the_mask_can_be_read_and_backward_uses_the_same():
    layer = Dropout(0.5, np.random.default_rng(19), scaling="unscaled")
    out = layer.forward(np.ones((5, 7)))
    np.testing.assert_array_equal(out, layer.mask)
    mask = layer.mask.copy()
    layer.mask[...] = True
    gradient = layer.backward(np.full((5, 7), 3.0))
    np.testing.assert_array_equal(gradient, 3.0 * mask)


def test_evaluation_draws_nothing():
    rng = np.random.default_rng(20)
    layer = Dropout(0.5, rng, mode="evaluation")
    layer.forward(np.ones((5, 7)))
    assert layer.mask is None
    assert rng.random() == np.random.default_rng(20).random()


@pytest.mark.parametrize(("rate", "rate_means"), [(0.0, "drop"), (1.0, "keep")])
def test_with_nothing_to_drop_it_is_the_identity(rate, rate_means):
    layer = Dropout(rate, np.random.default_rng(21), rate_means=rate_means)
    x = np.random.default_rng(22).normal(size=(5, 7))
    np.testing.assert_array_equal(layer.forward(x), x)


@pytest.mark.parametrize(
    ("rate", "rate_means", "range_"),
    [
        (1.0, "drop", "[0, 1)"),
        (-0.1, "drop", "[0, 1)"),
        (2, "drop", "[0, 1)"),
        (float("nan"), "drop", "[0, 1)"),
        (0.0, "keep", "(0, 1]"),
        (1.5, "keep", "(0, 1]"),
    ],
)
def test_a_rate_that_keeps_nothing_or_is_none_is_refused(rate, rate_means, range_):
    with pytest.raises(ValueError, match="must be") as caught:
        Dropout(rate, rate_means=rate_means)
    assert str(caught.value) == f"Dropout: rate must be in {range_}, got {rate}"


def test_training_without_a_mask_is_refused():
    with pytest.raises(CallOrderError) as caught:
        Dropout(0.5).forward(np.ones((2, 3)))
    assert str(caught.value) == "Dropout: give a generator or set mask before forward"


def test_a_mask_of_another_shape_or_kind_is_refused():
    layer = Dropout(0.5)
    layer.mask = np.ones((3, 2), dtype=bool)
    with pytest.raises(ShapeError, match=r"Dropout: mask must be \(2, 3\), got \(3, 2"):
        layer.forward(np.ones((2, 3)))
    layer.mask = np.ones((2, 3))
    with pytest.raises(DtypeError, match="Dropout: mask must be booleans, got float64"):
        layer.forward(np.ones((2, 3)))


@pytest.mark.parametrize(
    ("convention", "known"),
    [
        ("rate_means", "drop, keep"),
        ("scaling", "inverted, test_scaled, unscaled"),
        ("mode", "training, evaluation"),
    ],
)
def test_an_unknown_word_is_refused_with_the_known_ones(convention, known):
    with pytest.raises(ConventionError) as caught:
        create("dropout", **{convention: "other"})
    assert str(caught.value) == (
        f"Dropout: {convention} must be one of {known}, got 'other'"
    )


def test_a_mode_that_was_set_wrongly_is_refused():
    layer = Dropout(0.5, np.random.default_rng(23))
    layer.mode = "train"
    with pytest.raises(ConventionError, match="one of training, evaluation, got 'tra"):
        layer.forward(np.ones((2, 3)))


@pytest.mark.parametrize("rate_means", Dropout.meanings)
def test_a_word_in_place_of_a_rate_is_refused(rate_means):
    with pytest.raises(ConventionError, match=r"^dropout: "):
        create("dropout", rate="half", rate_means=rate_means)


def test_in_evaluation_there_is_no_mask_to_give():
    training, evaluation = create("dropout"), create("dropout", mode="evaluation")
    assert (training.inputs, training.states) == (("x", "mask"), ("mask",))
    assert (evaluation.inputs, evaluation.states) == (("x",), ())
    assert evaluation.sizes({}) == {"rate": 0.3}
