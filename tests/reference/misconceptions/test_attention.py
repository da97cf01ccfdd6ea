import numpy as np
import pytest

from reference.misconceptions import for_operation
from reference.misconceptions.attention import Attention
from reference.misconceptions.multi_head_attention import Heads
from reference.misconceptions.multi_head_attention import run as run_heads
from reference.misconceptions.scaled_dot_product_attention import run
from reference.operations import create
from tests.reference.misconceptions.finding import wrong
from tests.reference.misconceptions.right_answers import assert_right, drawn

ONE = "scaled_dot_product_attention"


@pytest.mark.parametrize(("operation", "variant"), drawn(ONE))
def test_attention_without_a_mistake_is_the_reference(operation, variant):
    assert_right(
        operation, variant, lambda asked, arrays: run(asked, arrays, Attention())
    )


@pytest.mark.parametrize(("operation", "variant"), drawn("multi_head_attention"))
def test_heads_without_a_mistake_are_the_reference(operation, variant):
    assert_right(
        operation,
        variant,
        lambda asked, arrays: run_heads(asked, arrays, Attention(), Heads()),
    )


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        # The scores are ln 2, 0 and closed: the right weights are 2/3 and 1/3.
        ("softmax(scores * mask)", (2 * 6.0 + 30.0 + 100.0) / 4),
        ("softmax(scores) * mask", (2 * 6.0 + 30.0) / 7),
        ("softmax(scores)", (2 * 6.0 + 30.0 + 4 * 100.0) / 7),
    ],
)
def test_a_closed_key_has_a_weight_or_takes_some_away(form, expected):
    (entry,) = (e for e in for_operation(ONE) if e.formula == f"weights = {form}")
    arrays = {
        "query": np.array([[[1.0]]]),
        "key": np.log([[[2.0], [1.0], [4.0]]]),
        "value": np.array([[[6.0], [30.0], [100.0]]]),
        "mask": np.array([[[True, True, False]]]),
    }
    found = entry.wrong(create(ONE, mask="given"), arrays)
    np.testing.assert_allclose(found["out"], [[[expected]]], rtol=1e-12)


def test_keys_that_are_reshaped_mix_their_entries():
    found = wrong(
        ONE,
        "M243",
        "query @ key",
        conventions={"scale": False},
        query=[[[1.0, 0.0]]],
        # Reshaped, the first row is (0, 0, ln 2) and not (0, ln 2, 0).
        key=[[[0.0, 0.0], [np.log(2.0), 5.0], [0.0, 0.0]]],
        value=[[[0.0], [0.0], [8.0]]],
    )
    np.testing.assert_allclose(found["out"], [[[4.0]]], rtol=1e-12)


@pytest.mark.parametrize("name", [ONE, "multi_head_attention"])
def test_without_a_mask_there_is_none_to_get_wrong(name):
    operation = create(name)
    arrays = operation.draw(np.random.default_rng(0))
    entries = [e for e in for_operation(name) if e.id in {"M242", "M201"}]
    assert len(entries) == 4
    assert not any(entry.wrong(operation, arrays) for entry in entries)
