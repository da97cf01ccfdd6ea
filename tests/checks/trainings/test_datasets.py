"""What networks are trained on."""

import numpy as np
import pytest

from grader.checks.trainings.datasets import DATASETS


@pytest.mark.parametrize("name", DATASETS)
def test_a_data_set_has_the_sizes_it_states(name: str) -> None:
    found = DATASETS[name].draw(np.random.default_rng(3), 90)

    assert found.inputs.shape == (90, DATASETS[name].features)
    assert found.held_out_inputs.shape[1] == DATASETS[name].features
    assert set(found.labels) <= set(range(DATASETS[name].classes))
    assert set(found.held_out_labels) == set(range(DATASETS[name].classes))
    assert len(found.held_out_labels) >= 600


@pytest.mark.parametrize("name", DATASETS)
def test_no_example_is_held_out_as_well(name: str) -> None:
    found = DATASETS[name].draw(np.random.default_rng(4), 90)

    held_out = {row.tobytes() for row in found.held_out_inputs}
    assert not held_out & {row.tobytes() for row in found.inputs}


def test_no_pixel_of_a_training_image_is_exactly_zero() -> None:
    assert (DATASETS["digits"].draw(np.random.default_rng(5), 50).inputs != 0).all()


def test_renumbered_classes_keep_their_examples_together() -> None:
    split = DATASETS["digits"].draw(np.random.default_rng(4), 200)
    numbers = np.random.default_rng(5).permutation(10)

    found = split.renumbered(numbers)

    assert found.inputs is split.inputs
    for before, after in (
        (split.labels, found.labels),
        (split.held_out_labels, found.held_out_labels),
    ):
        assert set(zip(before, after, strict=True)) == set(enumerate(numbers))
