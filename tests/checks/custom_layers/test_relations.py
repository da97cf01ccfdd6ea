"""Each relation that can be declared holds for a layer that obeys it, and only then."""

import numpy as np
import pytest

from grader.checks.custom_layers.operation import custom
from reference.errors import ConventionError
from reference.operations import create

RNG = np.random.default_rng


def described(*relations, shape=("N", "D"), out=None, parameters=None, values=None):
    return custom(
        {
            "inputs": {"x": list(shape)},
            "parameters": parameters or {},
            "outputs": {"out": list(out or shape)},
            "values": values or {},
            "relations": list(relations),
        }
    )


def gaps(operation, name, answer):
    """Return the largest difference in each pair of a relation, for some answers."""
    (relation,) = (one for one in operation.relations if one.name == name)
    rng = RNG(0)
    asked = relation.questions(rng, operation.draw(rng))
    found = [answer(arrays) for arrays in asked]
    pairs = relation.pairs(asked, found)
    return {key: float(np.max(np.abs(one - two))) for key, (one, two) in pairs.items()}


def reference(name):
    return create(name).answer


def cubed(arrays):
    x = arrays["x"]
    return {"out": x**3, "grad_x": 3 * x**2 * arrays["grad_out"]}


def squared(arrays):
    x = arrays["x"]
    return {"out": x**2, "grad_x": 2 * x * arrays["grad_out"]}


def centred(arrays):
    out = arrays["x"] - arrays["x"].mean(axis=0)
    return {"out": out, "grad_x": arrays["grad_out"] - arrays["grad_out"].mean(axis=0)}


def shifted_by_place(arrays):
    place = np.arange(arrays["x"].shape[1])
    return {"out": arrays["x"] * place, "grad_x": arrays["grad_out"] * place}


def summed_up(arrays):
    out = np.cumsum(arrays["x"], axis=1)
    return {"out": out, "grad_x": np.cumsum(arrays["grad_out"][:, ::-1], 1)[:, ::-1]}


@pytest.mark.parametrize(
    ("declared", "name", "obeys", "violates"),
    [
        ("independent_examples", "independent_examples", cubed, centred),
        (
            {"name": "permutation_equivariant", "axis": "D"},
            "permutation_equivariant_D",
            reference("softmax"),
            shifted_by_place,
        ),
        (
            {"name": "translation_equivariant", "axis": "D"},
            "translation_equivariant_D",
            summed_up,
            shifted_by_place,
        ),
        (
            {"name": "shift_invariant", "of": "x"},
            "shift_invariant",
            reference("softmax"),
            cubed,
        ),
        (
            {"name": "rows_sum_to_zero", "answer": "grad_x"},
            "rows_sum_to_zero",
            reference("softmax"),
            cubed,
        ),
        (
            {"name": "homogeneous", "of": ["x"], "degree": 3},
            "homogeneous",
            cubed,
            squared,
        ),
        ({"name": "odd", "of": "x"}, "odd", cubed, squared),
        ({"name": "even", "of": ["x"]}, "even", squared, cubed),
        ({"name": "adjoint", "of": ["x"]}, "adjoint", summed_up, cubed),
        (
            {"name": "known_values", "x": [[2.0, -1.0]], "out": [[8.0, -1.0]]},
            "known_values",
            cubed,
            squared,
        ),
    ],
)
def test_a_declared_relation_tells_layers_apart(declared, name, obeys, violates):
    operation = described(declared)

    right, wrong = gaps(operation, name, obeys), gaps(operation, name, violates)

    assert max(right.values()) < 1e-12
    assert max(wrong.values()) > 1e-3


def test_a_batch_that_is_centred_follows_every_order_and_is_not_independent():
    order = {"name": "permutation_equivariant", "axis": "N"}
    operation = described("independent_examples", order)

    assert max(gaps(operation, "permutation_equivariant_N", centred).values()) < 1e-12
    assert max(gaps(operation, "independent_examples", centred).values()) > 1e-3


def test_gradients_of_what_is_not_permuted_stay():
    order = {"name": "permutation_equivariant", "axis": "N"}
    operation = described(order, parameters={"slope": ["D"]})

    def answer(arrays):
        return {
            "out": arrays["x"] * arrays["slope"],
            "grad_x": arrays["grad_out"] * arrays["slope"],
            "grad_slope": (arrays["grad_out"] * arrays["x"]).sum(axis=0),
        }

    found = gaps(operation, "permutation_equivariant_N", answer)

    assert set(found) == {"out", "grad_x", "grad_slope"}
    assert max(found.values()) < 1e-12


def test_known_values_may_be_gradients():
    operation = described(
        {
            "name": "known_values",
            "x": [[2.0]],
            "grad_out": [[-1.0]],
            "grad_x": [[-12.0]],
        }
    )

    assert gaps(operation, "known_values", cubed) == {"grad_x": 0.0}
    assert gaps(operation, "known_values", squared) == {"grad_x": 8.0}


def test_known_values_may_have_an_axis_that_follows_from_a_letter():
    operation = described(
        {"name": "known_values", "x": [[1.0, 2.0]], "out": [[1.0, 2.0, 0.0]]},
        out=("N", "D+1"),
    )

    found = gaps(
        operation, "known_values", lambda a: {"out": np.pad(a["x"], ((0, 0), (0, 1)))}
    )

    assert found == {"out": 0.0}


def test_a_mask_among_known_values_stays_a_mask():
    operation = described(
        {
            "name": "known_values",
            "x": [[1.0, 2.0]],
            "mask": [[True, False]],
            "out": [[1.0, 0.0]],
        },
        parameters={"mask": ["N", "D"]},
        values={"mask": "mask"},
    )

    found = gaps(operation, "known_values", lambda a: {"out": a["x"] * a["mask"]})

    assert found == {"out": 0.0}


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("symmetric", "name must be one of independent_examples"),
        ({"of": ["x"]}, "a table must have a name"),
        ({"name": "odd"}, "missing a required argument: 'of'"),
        ({"name": "odd", "of": ["y"]}, "of must be among x, got 'y'"),
        ({"name": "odd", "of": 3}, "must be a list of names"),
        ({"name": "homogeneous", "of": "x", "degree": 0.5}, "must be an integer"),
        ({"name": "permutation_equivariant", "axis": "Q"}, "a letter of a shape"),
        ({"name": "rows_sum_to_zero", "answer": "y"}, "answers must be among out"),
        ({"name": "known_values", "x": [[1.0]]}, "must have an output or a gradient"),
        ({"name": "known_values", "out": [[1.0]]}, "known_values must have x"),
        ({"name": "known_values", "x": [1.0], "out": [[1.0]]}, "2 axes of numbers"),
        ({"name": "known_values", "x": [[1], [2, 3]], "out": [[1]]}, "2 axes of num"),
        ({"name": "known_values", "x": [[1.0]], "out": [[1.0, 2.0]]}, "have shape"),
        ({"name": "known_values", "x": [[1.0]], "grad_x": [[1.0]]}, "have grad_out"),
        ({"name": "known_values", "y": [[1.0]]}, "known_values has x, grad_out"),
    ],
)
def test_a_relation_that_cannot_be_meant_is_refused(declared, said):
    with pytest.raises(ConventionError, match=said):
        described(declared)


def test_a_relation_is_named_once():
    with pytest.raises(ConventionError, match="odd must be named once"):
        described({"name": "odd", "of": "x"}, {"name": "odd", "of": ["x"]})


@pytest.mark.parametrize(
    ("shape", "declared", "said"),
    [
        (("D", "N"), "independent_examples", "must be the first axis of x"),
        (("N", "2*D"), {"name": "permutation_equivariant", "axis": "D"}, "by itself"),
        (("D", "D"), {"name": "permutation_equivariant", "axis": "D"}, "by itself"),
    ],
)
def test_an_axis_must_be_usable(shape, declared, said):
    with pytest.raises(ConventionError, match=said):
        described(declared, shape=shape)


def test_adjoint_is_about_an_output_called_out():
    with pytest.raises(ConventionError, match="one output called out"):
        custom(
            {
                "inputs": {"x": ["N"]},
                "outputs": {"y": ["N"]},
                "relations": [{"name": "adjoint", "of": ["x"]}],
            }
        )
