import numpy as np
import pytest

from reference.operations.draws import labels


@pytest.mark.parametrize("seed", range(10))
def test_every_class_has_a_label_where_there_are_enough_examples(seed):
    assert set(labels(np.random.default_rng(seed), 7, 5)) == set(range(5))


@pytest.mark.parametrize("seed", range(10))
def test_no_class_comes_twice_where_there_are_more_classes_than_examples(seed):
    drawn = labels(np.random.default_rng(seed), 5, 9)
    assert len(set(drawn)) == 5
    assert set(drawn) <= set(range(9))


def test_a_single_label_is_not_always_the_same():
    rng = np.random.default_rng(0)
    assert len({int(labels(rng, 1, 5)[0]) for _ in range(50)}) == 5
