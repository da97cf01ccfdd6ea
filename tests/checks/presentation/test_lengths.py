import numpy as np
import pytest

from grader.checks.presentation.lengths import constants
from reference.operations import create


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("linear", {"N": 5, "D": 7, "M": 3}),
        ("relu", {"N": 5, "D": 7}),
        (
            "conv2d",
            {"N": 3, "C": 2, "H": 4, "W": 9, "F": 5, "P": 8, "kh": 3, "kw": 4},
        ),
        ("conv1d", {"N": 3, "C": 2, "L": 4, "F": 4, "P": 2, "k": 3}),
        ("conv_transpose1d", {"N": 3, "C": 4, "L": 2, "F": 2, "P": 4}),
        ("upsample", {"N": 3, "C": 2, "L": 5, "P": 13}),
        ("lstm", {"N": 4, "T": 3, "D": 5, "M": 2}),
        ("softmax_cross_entropy", {"N": 7, "C": 5}),
        ("ctc", {"T": 7, "N": 3, "C": 5}),
        ("dropout", {"N": 5, "D": 7, "p": 0.3}),
        ("sgd", {}),
        ("l2_penalty", {}),
        ("clip_by_norm", {}),
        ("logsumexp", {"N": 5, "D": 7}),
        ("computation_graph", {}),
    ],
)
def test_sizes_have_the_letters_of_the_reference(name: str, expected) -> None:
    operation = create(name)
    arrays = operation.draw(np.random.default_rng(0))

    found = constants(operation, arrays)

    assert {letter: one.value for letter, one in found.items()} == expected


def test_a_size_says_where_it_is_read() -> None:
    operation = create("linear")

    found = constants(operation, operation.draw(np.random.default_rng(0)))

    assert found["D"].meaning == "axis 1 of x"
    assert found["M"].meaning == "last axis of out"
