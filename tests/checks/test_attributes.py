"""Paths from a student's object to what it keeps."""

import pytest

from grader.checks import attributes
from grader.checks.attributes import AttributePathError, parse
from reference.operations import create


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("W", (("attribute", "W"),)),
        ("weight.grad", (("attribute", "weight"), ("attribute", "grad"))),
        ('params["W"]', (("attribute", "params"), ("entry", "W"))),
        ("params[0]", (("attribute", "params"), ("entry", 0))),
        (
            ' params()["W"].grad ',
            (("attribute", "params"), ("call",), ("entry", "W"), ("attribute", "grad")),
        ),
    ],
)
def test_a_path_is_read_as_its_steps(text, steps):
    found = parse(text)

    assert found.steps == steps
    assert found.text == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", "W +", "1", "W[-1]", "W[True]", "W[x]", "W[1:2]", "f(1)", "[W]", "x" * 121],
)
def test_everything_else_is_refused(text):
    with pytest.raises(
        AttributePathError, match=r"must (be an attribute|have at most)"
    ):
        parse(text)


def problems(operation, **paths):
    parsed = {name: parse(text) for name, text in paths.items()}
    return dict(attributes.problems(create(operation), parsed))


def test_parameters_their_gradients_and_states_have_places():
    assert problems("linear", weight="W", bias="b", grad_weight="dW()") == {}
    assert problems("batch_norm", running_mean="moving[0]", grad_gamma="g") == {}
    assert problems("sgd", weight="W", grad_weight="dW") == {}


@pytest.mark.parametrize(
    ("operation", "paths", "reason"),
    [
        (
            "linear",
            {"out": "y"},
            "must be a parameter, its gradient or a state: weight",
        ),
        ("relu", {"weight": "W"}, "its gradient or a state: none"),
        ("softmax_cross_entropy", {"loss": "L"}, "from layers and optimizers only"),
        ("linear", {"weight": "W", "bias": "W"}, "is the same place as that of weight"),
        ("linear", {"weight": "W()"}, "ends with a call, and nothing can be set"),
        ("sgd", {"grad_weight": "dW()"}, "ends with a call, and nothing can be set"),
    ],
)
def test_a_path_that_cannot_be_used_is_told_with_its_key(operation, paths, reason):
    found = problems(operation, **paths)

    *_, key = paths
    assert list(found) == [key]
    assert reason in found[key]
