import pytest

from reference.errors import ConventionError
from reference.training.termination import Termination

SMALL, LARGE = 0.01, 10.0


@pytest.mark.parametrize("combine", ["any", "all"])
def test_without_thresholds_nothing_is_reached(combine):
    assert not Termination(combine=combine).reached(0.0, 0.0)


def test_one_threshold_decides_alone():
    assert Termination(loss_below=0.1).reached(SMALL, LARGE)
    assert not Termination(loss_below=0.1).reached(LARGE, SMALL)
    assert Termination(gradient_norm_below=0.1).reached(LARGE, SMALL)
    assert not Termination(gradient_norm_below=0.1).reached(SMALL, LARGE)


@pytest.mark.parametrize("loss", [SMALL, LARGE])
@pytest.mark.parametrize("norm", [SMALL, LARGE])
def test_any_is_or_and_all_is_and(loss, norm):
    found = {
        combine: Termination(None, 0.1, 0.1, combine).reached(loss, norm)
        for combine in ("any", "all")
    }
    assert found["any"] == (loss < 0.1 or norm < 0.1)
    assert found["all"] == (loss < 0.1 and norm < 0.1)


def test_the_threshold_itself_is_not_below_it():
    assert not Termination(loss_below=0.1).reached(0.1, LARGE)


def test_a_loss_that_is_no_number_never_ends_a_run():
    assert not Termination(loss_below=0.1).reached(float("nan"), SMALL)


@pytest.mark.parametrize("name", ["loss_below", "gradient_norm_below"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_a_threshold_that_is_not_positive_is_refused(name, value):
    with pytest.raises(ValueError, match="must be positive") as caught:
        Termination(**{name: value})
    assert str(caught.value) == f"Termination: {name} must be positive, got {value}"


def test_a_negative_number_of_epochs_is_refused():
    with pytest.raises(ValueError, match=r"max_epochs must be at least 0, got -1"):
        Termination(max_epochs=-1)


def test_choices_that_are_not_known_are_refused():
    with pytest.raises(ConventionError, match="combine must be one of any, all"):
        Termination(combine="or")
    with pytest.raises(ConventionError, match="every must be one of epoch, step"):
        Termination(every="hour")
