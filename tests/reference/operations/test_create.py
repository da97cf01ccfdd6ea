import subprocess
import sys

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.operations import create, is_known, names


def test_the_names_are_sorted_and_those_of_the_operations():
    assert names() == sorted(names())
    assert [create(name).name for name in names()] == names()


def test_an_unknown_name_is_refused_with_those_that_are_near():
    with pytest.raises(ConventionError) as caught:
        create("relue")
    message = str(caught.value)
    assert message.startswith("operation must be known, such as relu")
    assert message.endswith(", got 'relue'")


def test_a_name_that_is_near_to_none_is_refused_with_all_of_them():
    with pytest.raises(ConventionError) as caught:
        create("zzz")
    assert "must be one of " in str(caught.value)
    assert all(name in str(caught.value) for name in names())


def test_an_unknown_convention_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError) as caught:
        create("momentum", rate=0.1)
    assert str(caught.value) == (
        "momentum: convention must be one of lr, momentum, form, got 'rate'"
    )


def test_a_convention_of_an_operation_without_any_is_refused():
    with pytest.raises(ConventionError, match="tanh: convention must be left out"):
        create("tanh", slope=0.1)


@pytest.mark.parametrize(
    ("name", "conventions", "message"),
    [
        ("sgd", {"lr": -1.0}, "lr must be positive, got -1.0"),
        ("sgd", {"lr": "fast"}, "sgd: "),
        ("momentum", {"momentum": 1.5}, "got 1.5"),
        ("momentum", {"form": "heavy"}, "velocity, displacement"),
        ("mean_squared_error", {"scaling": "half"}, "half_mean"),
        ("softmax_cross_entropy", {"reduction": "none"}, "one of mean, sum"),
        ("relu", {"gradient_at_zero": 2}, "got 2"),
    ],
)
def test_a_value_that_is_not_known_is_refused(name, conventions, message):
    with pytest.raises(ConventionError, match=message):
        create(name, **conventions)


def test_sizes_are_what_a_constructor_may_need():
    linear, momentum = create("linear"), create("momentum", lr=0.5, momentum=0.25)
    rng = np.random.default_rng(0)
    assert linear.sizes(linear.draw(rng)) == {"in_features": 7, "out_features": 3}
    assert momentum.sizes(momentum.draw(rng)) == {"lr": 0.5, "momentum": 0.25}
    assert create("sgd").sizes({}) == {"lr": 0.1}
    assert create("relu").sizes({}) == {}


@pytest.mark.parametrize("name", names())
def test_an_operation_lives_in_the_module_of_its_name(name):
    assert type(create(name)).__module__ == f"reference.operations.{name}"


@pytest.mark.parametrize("name", ["linear", "threshold", "mean_squared_error"])
def test_the_shapes_of_answers_are_those_of_the_answers(name):
    operation = create(name)
    arrays = operation.draw(np.random.default_rng(0))
    answer = operation.answer(arrays)
    shapes = operation.answer_shapes(arrays)
    assert shapes == {key: value.shape for key, value in answer.items()}


@pytest.mark.parametrize("name", ["families", "base", "no module", "a.b", "zzz", ""])
def test_what_is_no_operation_is_not_known(name):
    assert not is_known(name)


def test_asking_for_one_operation_imports_no_other():
    code = (
        "import sys; from reference.operations import create; create('tanh');"
        "from reference.misconceptions import for_operation; for_operation('tanh');"
        "sys.exit('reference.operations.conv2d' in sys.modules"
        " or 'reference.misconceptions.conv2d' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
