"""Where the conventions ask for a formula, it is no mistake to write it."""

import numpy as np
import pytest

from reference.misconceptions import for_operation
from reference.operations import create


def applying(name, variant=0, **conventions):
    """Return the ids that can be wrong under the given conventions."""
    operation = create(name, **conventions)
    arrays = operation.draw(np.random.default_rng(0), variant=variant)
    return {
        (entry.id, entry.formula)
        for entry in for_operation(name)
        if entry.wrong(operation, arrays)
    }


def lost(name, **conventions):
    """Return the ids that apply by default and not under these conventions."""
    return sorted(
        number for number, _ in applying(name) - applying(name, **conventions)
    )


def test_a_summed_cross_entropy_has_no_average_to_forget():
    assert lost("softmax_cross_entropy", reduction="sum") == ["M01", "M07", "M272"]


def test_one_hot_rows_are_no_numbers_to_be_off_by_one_or_to_index_with():
    expected = ["M272", "M272", "M58"]
    assert lost("softmax_cross_entropy", labels="one_hot") == expected


@pytest.mark.parametrize("scaling", ["sum", "half_sum"])
def test_a_summed_squared_error_has_no_average_to_forget(scaling):
    assert lost("mean_squared_error", scaling=scaling) == ["M01", "M01", "M07"]


def test_a_habitual_rate_is_no_mistake_where_it_is_asked_for():
    assert lost("sgd", lr=0.01) == ["M146"]
    assert lost("sgd", lr=1.0) == ["M146"]


def test_momentum_with_a_rate_of_one_cannot_apply_it_twice():
    assert lost("momentum", lr=1.0) == ["M141", "M143", "M146"]


def test_a_habitual_momentum_is_no_mistake_where_it_is_asked_for():
    assert lost("momentum", momentum=0.9) == ["M146"]


@pytest.mark.parametrize("form", ["velocity", "average"])
def test_without_momentum_its_mistakes_cannot_be_made(form):
    expected = ["M139", "M140", "M144", "M145", "M146", "M148"]
    assert lost("momentum", momentum=0.0, form=form) == expected


def test_the_two_term_rule_has_no_running_velocity_to_get_wrong():
    expected = ["M140", "M142", "M143", "M145", "M148"]
    assert lost("momentum", form="two_term") == expected


@pytest.mark.parametrize("name", ["softmax_cross_entropy", "mean_squared_error"])
def test_one_example_less_than_one_is_left_out(name):
    ids = {number for number, _ in applying(name, variant=2)}
    assert "M07" not in ids
    assert "M09" in ids


@pytest.mark.parametrize(("form", "factor"), [("velocity", 0.2), ("average", 5.0)])
def test_a_confused_average_is_slower_or_faster_as_the_form_has_it(form, factor):
    operation = create("momentum", form=form)
    arrays = operation.draw(np.random.default_rng(0))
    right = operation.answer(arrays)["bias"][0] - arrays["bias"]
    (entry,) = (e for e in for_operation("momentum") if e.id == "M140")
    wrong = entry.wrong(operation, arrays)["bias"][0] - arrays["bias"]
    np.testing.assert_allclose(wrong / right, factor, rtol=1e-12)
