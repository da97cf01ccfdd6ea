"""What the draws of single losses must have in them."""

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.operations import create


def drawn(name, seed=0, variant=0, **conventions):
    operation = create(name, **conventions)
    return operation, operation.draw(np.random.default_rng(seed), variant=variant)


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("binary_cross_entropy", {"clip": 0.125}),
        ("ctc", {"blank": 1}),
        ("huber", {"delta": 0.5}),
        ("multiclass_hinge", {"delta": 0.5}),
    ],
)
def test_constructors_of_students_may_be_told_the_numbers(name, sizes):
    operation, arrays = drawn(name, **sizes)
    assert operation.sizes(arrays) == sizes


@pytest.mark.parametrize(
    ("name", "convention"),
    [
        ("binary_cross_entropy", "clip"),
        ("ctc", "blank"),
        ("huber", "delta"),
        ("jitter", "sigma"),
        ("multiclass_hinge", "delta"),
    ],
)
def test_a_number_in_words_is_refused(name, convention):
    with pytest.raises(ConventionError, match=f"^{name}: "):
        create(name, **{convention: "0.5"})


@pytest.mark.parametrize("name", ["softmax_cross_entropy", "negative_log_likelihood"])
def test_one_hot_rows_are_the_labels_that_are_drawn_as_indices(name):
    _, indices = drawn(name)
    _, rows = drawn(name, labels="one_hot")
    np.testing.assert_array_equal(rows["labels"].argmax(axis=1), indices["labels"])
    np.testing.assert_array_equal(rows["labels"].sum(axis=1), 1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("variant", [0, 1])
def test_both_parts_of_the_huber_loss_are_asked_for(seed, variant):
    operation, arrays = drawn("huber", seed, variant)
    size = np.abs(arrays["predictions"] - arrays["targets"])
    assert np.min(size) < operation.delta < np.max(size)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("variant", [0, 1, 2])
def test_probabilities_are_drawn_on_both_sides_of_a_large_clip(seed, variant):
    _, arrays = drawn("binary_cross_entropy", seed, variant, clip=0.25)
    p = arrays["probabilities"]
    assert (p < 0.25).any()
    assert (p > 0.75).any()
    assert ((p > 0.25) & (p < 0.75)).any()
    assert set(arrays["targets"].ravel().tolist()) == {0, 1}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("variant", [0, 1])
def test_the_hinge_is_drawn_with_margins_met_and_violated(seed, variant):
    operation, arrays = drawn("multiclass_hinge", seed, variant)
    excess = operation.loss().excess(arrays["scores"], arrays["labels"])
    excess[np.arange(len(excess)), arrays["labels"]] = np.nan
    assert np.nanmin(excess) < 0 < np.nanmax(excess)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("variant", [0, 1])
@pytest.mark.parametrize("blank", [0, 2, 4])
def test_ctc_is_drawn_with_a_repeated_label_and_different_lengths(seed, variant, blank):
    _, arrays = drawn("ctc", seed, variant, blank=blank)
    labels, lengths = arrays["labels"], arrays["label_lengths"]
    longest = labels[np.argmax(lengths)]
    assert lengths.max() == labels.shape[1]
    assert longest[0] == longest[1]
    assert len(set(lengths.tolist())) > 1
    assert arrays["input_lengths"].min() < len(arrays["logits"])
    assert not (labels == blank).any()


def test_ctc_takes_log_probabilities_that_are_negative():
    operation, arrays = drawn("ctc", source="log_probs")
    assert operation.inputs[0] == "log_probs"
    assert np.max(arrays["log_probs"]) < 0
    assert operation.extreme(np.random.default_rng(0)) is None
