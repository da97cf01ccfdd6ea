"""The keys of ``[[component]]`` that say how arrays look, and what is refused."""

import pytest

from grader.assignments import load_files
from grader.checks.presentation.arranged import ArrangedOperation
from grader.checks.presentation.arrangement import AS_IT_IS, Presentation
from grader.errors import AssignmentError

HEAD = 'format = 1\nslug = "small"\ntitle = "Small"\n'
CHECK = '\n[[check]]\nid = "one"\nkind = "forward"\ncomponent = "Part"\npoints = 1\n'
LOSS = CHECK.replace('"forward"', '"loss"').replace("points = 1", "points.loss = 1")


def text_of(operation: str, keys: str) -> bytes:
    component = f'[[component]]\nname = "Part"\noperation = "{operation}"\n{keys}\n'
    is_loss = operation in ("softmax_cross_entropy", "mean_squared_error")
    return (HEAD + component + (LOSS if is_loss else CHECK)).encode()


def problems(operation: str, keys: str) -> list[str]:
    with pytest.raises(AssignmentError) as caught:
        load_files({"assignment.toml": text_of(operation, keys)})
    return caught.value.problems


def test_every_key_reaches_the_component() -> None:
    keys = """
accept = { grad_bias = ["row", "flat"] }
[component.arrays.weight]
axes = [1, 0]
[component.arrays.bias]
axes = [0, "new"]
[component.scale]
grad_weight = "1/N"
"""
    found = load_files({"assignment.toml": text_of("linear", keys)})

    part = found.checks[0].components["Part"]
    assert part.arrangement.of("weight") == Presentation((1, 0))
    assert part.arrangement.of("grad_bias") == Presentation((0, "new"))
    assert part.arrangement.of("x") == AS_IT_IS
    assert part.arrangement.scale["grad_weight"].text == "1/N"
    assert part.accept == {"grad_bias": ("row", "flat")}
    assert isinstance(part.reference(), ArrangedOperation)


def test_without_these_keys_the_reference_is_asked_as_it_is() -> None:
    found = load_files({"assignment.toml": text_of("linear", "")})

    part = found.checks[0].components["Part"]
    assert not isinstance(part.reference(), ArrangedOperation)


@pytest.mark.parametrize(
    ("operation", "keys", "said"),
    [
        (
            "linear",
            "[component.arrays.wieght]\naxes = [1, 0]",
            "line 7: component[0].arrays.wieght: there is no array 'wieght'; there "
            "are: out, grad_x, grad_weight, grad_bias, x, weight, bias, grad_out",
        ),
        (
            "linear",
            "[component.arrays.weight]\naxes = [2, 0]",
            "line 8: component[0].arrays.weight.axes: the reference's array has the "
            "axes 0, 1; there is no 2",
        ),
        (
            "linear",
            "[component.arrays.weight]\naxes = [1, 1]",
            "component[0].arrays.weight.axes: each axis can be named once",
        ),
        (
            "linear",
            '[component.arrays.weight]\naxes = [1, "old"]',
            "component[0].arrays.weight.axes",
        ),
        (
            "linear",
            "[component.arrays.x]\naxes = [1]",
            "component[0].arrays: the arrays do not fit each other in this "
            "arrangement; an axis that is left out of one array must be left out of "
            "all",
        ),
        (
            "linear",
            '[component.arrays.x]\nform = "one_hot"',
            'component[0].arrays.x.form: "one_hot" is for the integer labels',
        ),
        (
            "embedding",
            '[component.arrays.indices]\nform = "one_hot"',
            'component[0].arrays.indices.form: "one_hot" is for the integer labels',
        ),
        (
            "linear",
            "[component.arrays.x]\noffset = 1",
            "component[0].arrays.x.offset: is for integers, and this array holds "
            "float64",
        ),
        (
            "softmax_cross_entropy",
            '[component.arrays.labels]\noffset = 1\nform = "one_hot"',
            "component[0].arrays.labels.offset: has no meaning for one-hot rows",
        ),
        (
            "linear",
            "[component.arrays.x]\nlayout = 1",
            "component[0].arrays.x.layout: unknown key",
        ),
        (
            "linear",
            '[component.scale]\ngrad_weight = "1/Q"',
            "component[0].scale.grad_weight: unknown name 'Q'; here N is axis 0 of x; "
            "D is axis 1 of x; M is last axis of out",
        ),
        (
            "linear",
            '[component.scale]\ngrad_weight = "N**2"',
            "component[0].scale.grad_weight: must be made of numbers, names of sizes",
        ),
        (
            "linear",
            '[component.scale]\ngrad_weight = "1/(N-1)"',
            "must be a number other than 0, which it is not for N = 1",
        ),
        (
            "linear",
            '[component.scale]\ngrad = "-1"',
            "component[0].scale.grad: there is no array 'grad'",
        ),
        (
            "softmax_cross_entropy",
            '[component.scale]\nlabels = "2"',
            "component[0].scale.labels: is for real numbers, and labels holds int64",
        ),
        (
            "linear",
            'accept = { grad_weight = ["row"] }',
            "component[0].accept.grad_weight: is for vectors, and grad_weight has "
            "shape (7, 3)",
        ),
        (
            "linear",
            'accept = { grad_b = ["row"] }',
            "component[0].accept.grad_b: there is no array 'grad_b'",
        ),
        (
            "linear",
            'accept = { grad_bias = ["wide"] }',
            "component[0].accept.grad_bias[0]: ",
        ),
        (
            "computation_graph",
            '[component.scale]\nout = "1/N"',
            "unknown name 'N'; here there are no names",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_key(operation, keys, said) -> None:
    found = problems(operation, keys)

    assert any(said in problem for problem in found), found


def test_a_wrong_arrangement_does_not_hide_its_component_from_the_checks() -> None:
    found = problems("linear", "[component.arrays.weight]\naxes = [2, 0]")

    assert len(found) == 1


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ("[component.arrays.weight]\naxes = [1, 0]", "arrays"),
        ('[component.scale]\nweight = "2"', "scale"),
        ('accept = { weight = ["row"] }', "accept"),
    ],
)
def test_an_optimizer_has_no_layout(keys: str, key: str) -> None:
    (first, *_) = problems("sgd", keys)

    assert f"component[0].{key}: can be given for layers, losses and functions" in first


def test_a_layer_of_ones_own_declares_its_shapes_itself() -> None:
    keys = """
convention = { inputs.x = ["N", "D"], outputs.out = ["N", "D"] }
[component.arrays.x]
axes = [1, 0]
"""
    (first, *_) = problems("custom", keys)

    assert "component[0].arrays: can be given for layers, losses and functions" in first
