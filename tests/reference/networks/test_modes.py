import pytest

from reference.errors import ConventionError
from reference.layers.dropout import Dropout
from reference.layers.relu import ReLU
from reference.networks.modes import set_mode


def test_only_layers_with_a_mode_are_switched():
    dropout, relu = Dropout(0.5), ReLU()
    set_mode([relu, dropout], "evaluation")
    assert dropout.mode == "evaluation"
    assert not hasattr(relu, "mode")


def test_another_mode_is_refused_and_nothing_is_switched():
    dropout = Dropout(0.5)
    with pytest.raises(ConventionError) as caught:
        set_mode([dropout], "test")
    assert str(caught.value) == (
        "set_mode: mode must be one of training, evaluation, got 'test'"
    )
    assert dropout.mode == "training"
