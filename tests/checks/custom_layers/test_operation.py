"""Layers that no reference knows: described in the assignment, judged by rules."""

import numpy as np
import pytest

from grader import engine
from grader.assignments import load_files
from grader.checks.custom_layers.operation import custom
from grader.errors import AssignmentError
from grader.report import Verdict
from reference.errors import ConventionError
from reference.operations import create
from tests.checks.fake_jail import FakeJail

GATE = {
    "inputs": {"x": ["N", "D"]},
    "parameters": {"weight": ["D", "M"], "gate": ["D", "M"]},
    "outputs": {"out": ["N", "M"]},
    "relations": [
        "independent_examples",
        {"name": "permutation_equivariant", "axis": "M"},
        {"name": "homogeneous", "of": ["weight"]},
        {"name": "odd", "of": ["weight"]},
    ],
}
GATE_TOML = """
inputs = { x = ["N", "D"] }
parameters = { weight = ["D", "M"], gate = ["D", "M"] }
outputs = { out = ["N", "M"] }
relations = [
    "independent_examples",
    { name = "permutation_equivariant", axis = "M" },
    { name = "homogeneous", of = ["weight"] },
]
"""
SOURCE = """
import numpy as np
class Gate:
    def __init__(self, features, units):
        self.params = {
            "weight": np.zeros((features, units)), "gate": np.zeros((features, units))
        }
        self.grads = {}
    def forward(self, x):
        self.x, W, V = x, self.params["weight"], self.params["gate"]
        self.values, self.open = x @ W, 1 / (1 + np.exp(-x @ V))
        return self.values * self.open
    def backward(self, grad_out):
        to_values = grad_out * self.open
        to_gates = grad_out * self.values * self.open * (1 - self.open)
        self.grads["weight"] = self.x.T @ to_values
        self.grads["gate"] = self.x.T @ to_gates
        return to_values @ self.params["weight"].T + to_gates @ self.params["gate"].T
"""
RULES = (
    "linear_in_upstream",
    "independent_examples",
    "permutation_equivariant_M",
    "homogeneous",
)
GRADIENTS = ("grad_x", "grad_weight", "grad_gate")


def table(names):
    return "{ " + ", ".join(f"{name} = 1" for name in names) + " }"


def assignment(described=GATE_TOML, checks="", component=""):
    checks = (
        checks
        or f"""
    [[check]]
    id = "interface"
    kind = "interface"
    points = 1
    [[check]]
    id = "slopes"
    kind = "gradcheck"
    component = "Gate"
    points = {table(GRADIENTS)}
    [[check]]
    id = "rules"
    kind = "properties"
    component = "Gate"
    points = {table(RULES)}
    """
    )
    text = f"""
    format = 1
    slug = "under-test"
    title = "Under test"
    [submission]
    entry = "gate.py"
    [[component]]
    name = "Gate"
    operation = "custom"
    {component or 'construct = ["D", "M"]'}
    [component.convention]
    {described}
    {checks}
    """
    return load_files({"assignment.toml": text.encode()})


def graded(source, seed=1):
    files = {"gate.py": source.encode()}
    report = engine.grade(assignment(), files, "gate.py", seed=seed, jail=FakeJail())
    return {(r.check, r.quantity): r for r in report.results}


def changed(old, new):
    assert old in SOURCE
    return SOURCE.replace(old, new)


def failed(results):
    return {key for key, r in results.items() if r.verdict is not Verdict.PASSED}


@pytest.mark.parametrize("seed", range(5))
def test_right_code_earns_every_point(seed):
    results = graded(SOURCE, seed)

    assert len(results) == 1 + len(GRADIENTS) + len(RULES)
    assert failed(results) == set()


def test_right_code_in_single_precision_obeys_every_rule():
    results = graded(changed("self.x, W, V = x,", "self.x, W, V = x.astype('f4'),"))

    assert {key for key in failed(results) if key[0] == "rules"} == set()


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        (
            '["weight"] = self.x.T @ to_values',
            '["weight"] = self.x.T @ grad_out',
            {("slopes", "grad_weight")},
        ),
        (
            "self.open * (1 - self.open)",
            "self.open",
            {("slopes", "grad_x"), ("slopes", "grad_gate")},
        ),
        (
            "grad_out * self.open\n",
            "grad_out ** 2 * self.open\n",
            {
                ("slopes", "grad_x"),
                ("slopes", "grad_weight"),
                ("rules", "linear_in_upstream"),
            },
        ),
        (
            "self.values, self.open = x @ W,",
            "self.values, self.open = x @ W - (x @ W).mean(axis=0),",
            {
                ("slopes", "grad_x"),
                ("slopes", "grad_weight"),
                ("rules", "independent_examples"),
            },
        ),
    ],
)
def test_a_mistake_costs_the_quantities_that_it_makes_wrong(old, new, lost):
    assert failed(graded(changed(old, new))) == lost


def test_zeros_that_fit_each_other_earn_nothing_but_the_interface():
    zeros = changed("return self.values * self.open", "return 0.0 * self.values")
    zeros = zeros.replace(
        "to_values = grad_out * self.open", "to_values = 0 * grad_out"
    )
    zeros = zeros.replace("to_gates = grad_out", "to_gates = 0 * grad_out")

    results = graded(zeros)

    assert failed(results) == set(results) - {("interface", "interface")}


def test_side_effects_are_judged_without_a_reference():
    effects = ("inputs_unchanged", "second_backward", "float32_input")
    check = f"""
    [[check]]
    id = "effects"
    kind = "side_effects"
    component = "Gate"
    points = {table(effects)}
    """
    spoiled = changed("to_values = grad_out", "to_values = grad_out; grad_out *= 2.0")
    reports = [
        engine.grade(
            assignment(checks=check),
            {"gate.py": source.encode()},
            "gate.py",
            seed=1,
            jail=FakeJail(),
        )
        for source in (SOURCE, spoiled)
    ]

    assert reports[0].score == len(effects)
    assert reports[1].score < len(effects)


@pytest.mark.parametrize(
    "kind", ["forward", "backward", "stability", "subgradient", "loss"]
)
def test_kinds_that_need_the_right_answer_are_refused(kind):
    check = f'[[check]]\nid = "c"\nkind = "{kind}"\ncomponent = "Gate"\npoints = 1'

    with pytest.raises(AssignmentError, match="nobody knows its right answers"):
        assignment(checks=check)


@pytest.mark.parametrize(
    ("described", "component", "said"),
    [
        ('inputs = { x = ["N"] }', "", "outputs: Field required"),
        ('inputs = { x = ["n"] }\noutputs = { out = ["N"] }', "", "a letter as in"),
        ('inputs = { x = ["N"] }\noutputs = { out = ["D"] }', "", "stand by itself"),
        ('inputs = { x = [0] }\noutputs = { out = ["N"] }', "", "a positive number"),
        (
            'inputs = { x = ["N", "D-9"] }\noutputs = { out = ["N"] }',
            "",
            "must be positive",
        ),
        ('inputs = { x = ["N"] }\noutputs = { x = ["N"] }', "", "a name of its own"),
        ('inputs = { grad_x = [1] }\noutputs = { x = ["N"] }', "", "a gradient's"),
        (f'{GATE_TOML}\nvalues = {{ y = "mask" }}', "", "values: must be about x"),
        (f"{GATE_TOML}\nlengths = {{ L = [3, 4] }}", "", "lengths: must be about D"),
        (f'{GATE_TOML}\ndifferentiable = ["out"]', "", "differentiable: must be about"),
        (GATE_TOML, 'construct = ["H"]', "unknown argument 'H'; known are: N, D, M"),
        (GATE_TOML, 'accept = { out = ["row"] }', "not for custom"),
    ],
)
def test_a_description_that_says_too_little_is_refused(described, component, said):
    with pytest.raises(AssignmentError, match=said):
        assignment(described, component=component)


def test_many_letters_need_lengths():
    shape = [chr(ord("A") + at) for at in range(8)]

    with pytest.raises(ConventionError, match="lengths: must be given"):
        custom({"inputs": {"x": shape}, "outputs": {"out": ["N"]}})


@pytest.mark.parametrize("variant", [0, 1, 2])
def test_no_two_axes_of_drawn_arrays_have_one_length(variant):
    operation = custom(GATE)

    arrays = operation.draw(np.random.default_rng(0), variant=variant)

    for array in arrays.values():
        assert len(set(array.shape)) == array.ndim
    assert (len(arrays["x"]) == 1) == (variant == 2)
    assert arrays["grad_out"].shape == (len(arrays["x"]), arrays["weight"].shape[1])


def test_values_are_drawn_as_described():
    operation = custom(
        {
            "inputs": {"x": ["N", "2*D"], "keep": ["N", "2*D"], "rate": ["D+1"]},
            "parameters": {"size": ["L"], "table": [4, "D"]},
            "outputs": {"out": ["N", "L-2"]},
            "values": {"keep": "mask", "rate": "unit", "size": "positive"},
            "lengths": {"L": [6, 10]},
        }
    )

    arrays = operation.draw(np.random.default_rng(0), variant=1)

    assert arrays["x"].shape[1] == 2 * (len(arrays["rate"]) - 1)
    assert operation.answer_shapes(arrays)["out"] == (7, 8)
    assert arrays["keep"].dtype == np.bool_
    assert np.all((arrays["rate"] > 0) & (arrays["rate"] < 1))
    assert np.all(arrays["size"] > 0)
    assert len(arrays["table"]) == 4
    assert arrays["grad_out"].shape[1] == 8
    assert tuple(operation.gradients) == (
        "grad_x",
        "grad_rate",
        "grad_size",
        "grad_table",
    )


def test_nobody_can_ask_for_the_right_answer():
    with pytest.raises(NotImplementedError):
        custom(GATE).answer({})


def test_without_gradients_there_is_no_upstream_and_no_rule_about_one():
    operation = custom({**GATE, "differentiable": [], "relations": []})

    arrays = operation.draw(np.random.default_rng(0))
    assert set(arrays) == {"x", "weight", "gate"}
    assert operation.relations == ()
    assert operation.answer_shapes(arrays) == {"out": (5, arrays["gate"].shape[1])}


def test_the_reference_of_a_custom_component_has_no_answer():
    part = assignment().spec.components[0].to_component()

    assert not part.reference().has_answer
    assert create("linear").has_answer
