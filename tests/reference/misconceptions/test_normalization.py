import numpy as np
import pytest

from reference.misconceptions import for_operation, group_norm, layer_norm
from reference.misconceptions.batch_normalizing import batch_view
from reference.misconceptions.normalizing import forward_with
from reference.operations import create
from tests.reference.misconceptions.finding import wrong
from tests.reference.misconceptions.right_answers import drawn

LOOKS = {
    "batch_norm": batch_view,
    "spatial_batch_norm": batch_view,
    "layer_norm": layer_norm.rows,
    "group_norm": group_norm.groups,
}

# One column with mean 3, variance 4 and x_hat -1 and 1.
COLUMN = {
    "conventions": {"eps": 0.0},
    "x": [[1.0], [5.0]],
    "gamma": [3.0],
    "beta": [7.0],
    "running_mean": [10.0],
    "running_var": [1.0],
    "grad_out": [[2.0], [6.0]],
}


@pytest.mark.parametrize(("operation", "variant"), drawn(*LOOKS))
def test_normalising_without_a_mistake_is_the_reference(operation, variant):
    arrays = operation.draw(np.random.default_rng(7), variant=variant)
    assert forward_with(LOOKS[operation.name])(operation, arrays) == {}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        # The right gradient is 0: 2 and 6 minus their mean is 2 * x_hat.
        ("M67", [[3.0], [9.0]]),
        ("M68", [[-3.0], [3.0]]),
        ("M69", [[6.0], [6.0]]),
        ("M249", [[-3.0], [-9.0]]),
    ],
)
def test_a_path_that_is_left_out_is_missing_in_the_gradient(number, expected):
    assert wrong("batch_norm", number, **COLUMN) == {"grad_x": expected}


@pytest.mark.parametrize(
    ("number", "form", "mean", "variance"),
    [
        # By right, 0.8 of the past and 0.2 of the batch.
        ("M73", "", 0.2 * 10 + 0.8 * 3, 0.2 * 1 + 0.8 * 4),
        ("M75", "", 10.0, 1.0),
        ("M146", "0.9", 0.9 * 10 + 0.1 * 3, 0.9 * 1 + 0.1 * 4),
        ("M241", "", 0.8 * 10 + 3, 0.8 * 1 + 4),
    ],
)
def test_running_moments_with_other_shares(number, form, mean, variance):
    found = wrong("batch_norm", number, form, **COLUMN)
    assert found.keys() == {"running_mean", "running_var"}
    np.testing.assert_allclose(found["running_mean"], [mean], rtol=1e-12)
    np.testing.assert_allclose(found["running_var"], [variance], rtol=1e-12)


def test_the_other_variance_is_remembered():
    found = wrong("batch_norm", "M74", **COLUMN)
    np.testing.assert_allclose(found["running_var"], [0.8 + 0.2 * 8], rtol=1e-12)


def applying(name, **conventions):
    operation = create(name, **conventions)
    arrays = operation.draw(np.random.default_rng(0))
    return {e.id for e in for_operation(name) if e.wrong(operation, arrays)}


def test_in_evaluation_moments_are_constants_by_right():
    lost = applying("batch_norm") - applying("batch_norm", mode="evaluation")
    paths = {"M67", "M68", "M69", "M248", "M249"}
    running = {"M71", "M73", "M74", "M75", "M77", "M146", "M241"}
    assert lost == paths | running
    assert "M76" in applying("batch_norm", mode="evaluation") - applying("batch_norm")


@pytest.mark.parametrize(("eps_inside", "shown"), [(True, False), (False, True)])
def test_a_short_formula_is_wrong_only_with_eps_outside_the_root(eps_inside, shown):
    operation = create("batch_norm", eps_inside=eps_inside)
    arrays = operation.draw(np.random.default_rng(0))
    (entry,) = (
        entry for entry in for_operation("batch_norm") if "although" in entry.formula
    )
    assert bool(entry.wrong(operation, arrays)) is shown


def test_numbers_in_order_show_which_channels_form_a_group():
    operation = create("group_norm", eps=0.0)
    arrays = {
        "x": np.array([1.0, 2.0, 4.0, 8.0]).reshape(1, 4, 1, 1),
        "gamma": np.ones(4),
        "beta": np.zeros(4),
    }
    found = {e.formula: e for e in for_operation("group_norm")}
    interleaved = found["channel c belongs to group c % G"]
    # The pairs are 1 and 4, 2 and 8, not 1 and 2, 4 and 8.
    out = interleaved.wrong(operation, arrays)["out"]
    assert out.reshape(-1).tolist() == [-1.0, -1.0, 1.0, 1.0]


def test_a_single_group_is_the_whole_image_by_right():
    operation = create("group_norm", groups=1)
    arrays = operation.draw(np.random.default_rng(0))
    forms = {
        e.formula for e in for_operation("group_norm") if e.wrong(operation, arrays)
    }
    assert "the whole image is one group" not in forms
    assert "every channel is a group" in forms
