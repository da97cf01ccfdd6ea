"""The gradient of the bias of the keys, which is zero but for rounding."""

import numpy as np

from reference.misconceptions import for_operation
from reference.operations import create


def claims(number):
    operation = create("multi_head_attention", bias=True)
    arrays = operation.draw(np.random.default_rng(2))
    (wrong,) = {
        entry.wrong
        for entry in for_operation("multi_head_attention")
        if entry.id == number
    }
    return wrong(operation, arrays)


def test_a_multiple_of_rounding_is_not_claimed_to_be_another_answer():
    found = claims("M02")

    assert "grad_bias_q" in found
    assert "grad_bias_k" not in found


def test_a_softmax_without_its_sum_gives_the_bias_of_the_keys_a_gradient():
    operation = create("multi_head_attention", bias=True)
    arrays = operation.draw(np.random.default_rng(2))

    claimed = [
        np.max(np.abs(found["grad_bias_k"]))
        for entry in for_operation("multi_head_attention")
        if "grad_bias_k" in (found := entry.wrong(operation, arrays))
    ]

    assert claimed
    assert min(claimed) > 1e-3
