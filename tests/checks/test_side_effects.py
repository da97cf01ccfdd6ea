"""Side effects are seen one by one, and right code of any style has none."""

import pytest

from grader import engine
from grader.assignments import Assignment, load_files
from grader.checks.effects.catalogue import EFFECTS
from grader.contract.jail import Jail
from grader.errors import AssignmentError
from grader.report import CheckResult, Report, Verdict
from reference.operations import Family, create, names
from tests.checks.every_operation import toml
from tests.checks.fake_jail import FakeJail, answering
from tests.checks.grading import HEAD
from tests.checks.reference_student import source
from tests.checks.students import PLAIN, STYLES

LAYERS = ("Linear", "ReLU", "Sigmoid", "Tanh")
LOSSES = ("SoftmaxCrossEntropy", "MeanSquaredError")
OF_LOSSES = tuple(name for name in EFFECTS if name != "integer_input")


def assignment(
    component: str, quantities: tuple[str, ...], *, head: str = HEAD, extra: str = ""
) -> Assignment:
    text = f"""{head}
    [[check]]
    id = "effects"
    kind = "side_effects"
    component = "{component}"
    points = {toml(dict.fromkeys(quantities, 1))}
    {extra}
    """
    return load_files({"assignment.toml": text.encode()})


def graded(
    code: str,
    component: str = "Linear",
    *,
    seed: int = 3,
    jail: Jail | None = None,
    extra: str = "",
) -> Report:
    wanted = OF_LOSSES if component in LOSSES else tuple(EFFECTS)
    under_test = assignment(component, wanted, extra=extra)
    files = {"mlp.py": code.encode()}
    jail = jail or FakeJail()
    return engine.grade(under_test, files, "mlp.py", seed=seed, jail=jail)


def failures(report: Report) -> dict[str, CheckResult]:
    return {r.quantity: r for r in report.results if r.verdict is not Verdict.PASSED}


@pytest.mark.parametrize("component", [*LAYERS, *LOSSES])
@pytest.mark.parametrize("style", STYLES)
def test_right_code_of_every_style_has_none(style: str, component: str) -> None:
    report = graded(STYLES[style], component)

    # The one with loops makes a gradient of the type of an input of whole numbers.
    known = {"integer_input"} if (style, component) == ("loops", "Linear") else set()
    assert failures(report).keys() == known
    assert report.score == report.max_score - len(known)


@pytest.mark.parametrize(
    "name", [n for n in names() if create(n).family in (Family.LAYER, Family.LOSS)]
)
def test_the_reference_has_none_for_any_operation(name: str) -> None:
    operation = create(name)
    wanted = tuple(n for n, one in EFFECTS.items() if one.applies(operation))
    head = f"""
    format = 1
    slug = "under-test"
    title = "Under test"
    [submission]
    entry = "student.py"
    [[component]]
    name = "Part"
    operation = "{name}"
    """
    under_test = assignment("Part", wanted, head=head)
    files = {"student.py": source(name, {}).encode()}

    report = engine.grade(under_test, files, "student.py", seed=5, jail=FakeJail())

    assert len(report.results) == len(wanted)
    assert failures(report) == {}


def test_everything_is_one_case() -> None:
    jail = FakeJail()
    graded(PLAIN, jail=jail)
    assert len(jail.cases) == 1


LINEAR_FORWARD = """        self.x = x
        return x @ self.params["weight"] + self.params["bias"]
"""
LINEAR_BACKWARD = """        self.grads["weight"] = self.x.T @ grad_out
        self.grads["bias"] = grad_out.sum(axis=0)
"""
RELU_BACKWARD = "        return grad_out * (self.x > 0)\n"
RELU_FORWARD = "        return np.maximum(x, 0)\n"
SIGMOID_FORWARD = "        self.s = 1 / (1 + np.exp(-x))\n        return self.s\n"
MSE_BACKWARD = "        return 2 * self.difference / self.difference.size\n"

WRONG = {
    "forward writes into x": (
        "ReLU",
        RELU_FORWARD,
        "        x[x < 0] = 0\n        return x\n",
        {"inputs_unchanged": "forward changes x, which is not its own"},
    ),
    "backward writes into the upstream": (
        "ReLU",
        RELU_BACKWARD,
        "        grad_out[self.x <= 0] = 0\n        return grad_out\n",
        {"inputs_unchanged": "forward or backward changes grad_out, which"},
    ),
    "backward changes the parameters": (
        "Linear",
        LINEAR_BACKWARD,
        f'{LINEAR_BACKWARD}        self.params["bias"] = self.params["bias"] - 0.1\n',
        {
            "inputs_unchanged": 'forward or backward changes params["bias"], which',
            # It does leave something behind for the next forward.
            "second_forward": "The output of forward is not what a new object gives",
        },
    ),
    "gradients add up": (
        "Linear",
        LINEAR_BACKWARD,
        '        old = self.grads.get("weight", 0)\n'
        + LINEAR_BACKWARD.replace("self.x.T @", "old + self.x.T @"),
        {"second_backward": 'grads["weight"] is not the same again'},
    ),
    "backward uses up what forward kept": (
        "Sigmoid",
        "        return grad_out * self.s * (1 - self.s)\n",
        "        s, self.s = self.s, None\n        return grad_out * s * (1 - s)\n",
        {
            "second_backward": (
                "After one forward, backward was called twice. Sigmoid.backward raised"
            )
        },
    ),
    "the first input is kept for ever": (
        "Linear",
        "        self.x = x\n",
        '        self.x = getattr(self, "x", x)\n',
        {"second_forward": 'grads["weight"] is not what a new object gives'},
    ),
    "gradients live in the class": (
        "Linear",
        "        self.grads = {}\n",
        "        self.grads = Linear.shared\n\n    shared = {}\n",
        {"two_objects": 'grads["weight"] is not what it is when there is one object'},
    ),
    "one buffer for every output": (
        "ReLU",
        RELU_FORWARD,
        "        if not hasattr(self, 'buffer') or self.buffer.shape != x.shape:\n"
        "            self.buffer = np.empty(x.shape)\n"
        "        return np.maximum(x, 0, out=self.buffer)\n",
        {"returned_view": "The output of forward changes afterwards, when the object"},
    ),
    "backward works in the array that forward returned": (
        "Tanh",
        "        return grad_out * (1 - self.t**2)\n",
        "        kept, t = self.t.copy(), self.t\n        t *= -t\n        t += 1\n"
        "        t *= grad_out\n        found = t.copy()\n        self.t = kept\n"
        "        return found\n",
        {"returned_view": "The output of forward changes afterwards, when backward"},
    ),
    "a batch of one is squeezed": (
        "Linear",
        LINEAR_FORWARD,
        LINEAR_FORWARD.replace("return x", "return np.squeeze(x").replace(
            '["bias"]', '["bias"])'
        ),
        {"batch_of_one": "its shape is (3,) and was (1, 3)"},
    ),
    "the order in memory is trusted": (
        "Sigmoid",
        SIGMOID_FORWARD,
        SIGMOID_FORWARD.replace("-x))", "-x.ravel('K').reshape(x.shape)))"),
        {"non_contiguous": "in column order (as x.T has them). The output of forward"},
    ),
    "float32 is refused": (
        "ReLU",
        RELU_FORWARD,
        f"        assert x.dtype != np.float32\n{RELU_FORWARD}",
        {"float32_input": "The inputs were given as float32. ReLU.forward raised"},
    ),
    "float32 is rounded on the way": (
        "Sigmoid",
        SIGMOID_FORWARD,
        "        if x.dtype == np.float32:\n            x = x.astype(np.float16)\n"
        + SIGMOID_FORWARD,
        {"float32_input": "further off than rounding to seven digits explains"},
    ),
    "the type of the input is kept": (
        "Sigmoid",
        SIGMOID_FORWARD,
        "        self.s = np.empty_like(x)\n        self.s[...] = 1 / (1 + np.exp(-x))"
        "\n        return self.s\n",
        {"integer_input": "Whole numbers were given as int64 and as float64."},
    ),
    "the constructor sets the seed": (
        "Linear",
        "        self.params = {",
        "        np.random.seed(0)\n        self.params = {",
        {"global_random_state": "The constructor sets the seed"},
    ),
    "forward draws random numbers": (
        "ReLU",
        RELU_FORWARD,
        f"        np.random.rand(3)\n{RELU_FORWARD}",
        {"global_random_state": "forward draws from NumPy's or Python's shared"},
    ),
    "the loss writes into its input": (
        "MeanSquaredError",
        "        self.difference = predictions - targets\n",
        "        predictions -= targets\n        self.difference = predictions\n",
        {"inputs_unchanged": "forward changes predictions, which is not"},
    ),
    "the gradient of the loss shrinks with every call": (
        "MeanSquaredError",
        MSE_BACKWARD,
        "        self.difference = self.difference / self.difference.size\n"
        "        return 2 * self.difference\n",
        {"second_backward": "The gradient that backward returns is not the same again"},
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_side_effect_costs_its_own_points_only(name: str) -> None:
    component, old, new, expected = WRONG[name]
    code = PLAIN.replace("    pass\n", "")
    start = code.index(f"class {component}")
    assert old in code[start:]

    report = graded(code[:start] + code[start:].replace(old, new, 1), component)

    wrong = failures(report)
    assert wrong.keys() == expected.keys()
    for quantity, sentence in expected.items():
        assert sentence in wrong[quantity].message
        assert wrong[quantity].message.endswith(("?", ".", "there."))


def test_a_wrong_formula_is_not_charged_here() -> None:
    wrong = PLAIN.replace("self.x.T @ grad_out", "3 * self.x.T @ grad_out + 1")
    wrong = wrong.replace("grad_out * (self.x > 0)", "grad_out * (self.x < 0)")

    for component in ("Linear", "ReLU"):
        assert failures(graded(wrong, component)) == {}


def test_a_forward_that_gives_nan_is_not_charged_here() -> None:
    undefined = PLAIN.replace("1 / (1 + np.exp(-x))", "np.log(x)")
    assert failures(graded(undefined, "Sigmoid")) == {}


def test_gradients_may_be_declared_to_add_up() -> None:
    adds = PLAIN.replace(
        LINEAR_BACKWARD,
        '        for name, new in (("weight", self.x.T @ grad_out), '
        '("bias", grad_out.sum(axis=0))):\n'
        "            self.grads[name] = self.grads.get(name, 0) + new\n",
    )
    policy = 'gradients = "accumulate"'

    assert failures(graded(adds, extra=policy)) == {}
    assert failures(graded(PLAIN, extra=policy)).keys() == {"second_backward"}


def test_code_that_computes_nothing_earns_nothing() -> None:
    nothing = """
import numpy as np
class ReLU:
    def forward(self, x):
        return np.zeros((5, 7))
    def backward(self, grad_out):
        return np.zeros((5, 7))
"""
    report = graded(nothing, "ReLU")

    assert {r.verdict for r in report.results} == {Verdict.SKIPPED}
    assert report.score == 0
    assert "the same answer whatever goes in" in report.results[0].message


def test_code_that_is_not_written_yet_is_an_error_everywhere() -> None:
    unwritten = PLAIN.replace(RELU_BACKWARD, "        raise NotImplementedError\n")
    report = graded(unwritten, "ReLU")

    assert {r.verdict for r in report.results} == {Verdict.ERRORED}
    assert report.score == 0


def test_a_binding_that_does_not_know_steps_is_no_fault_of_the_students() -> None:
    report = graded(PLAIN, jail=answering(lambda call: {"out": call.arrays["one.x"]}))
    assert {r.verdict for r in report.results} == {Verdict.BROKEN}


@pytest.mark.parametrize(
    ("component", "quantity"),
    [("MeanSquaredError", "integer_input"), ("Linear", "side_effects")],
)
def test_what_cannot_be_asked_is_refused(component: str, quantity: str) -> None:
    with pytest.raises(AssignmentError, match="unknown quantity; known are: inputs_un"):
        assignment(component, (quantity,))


def test_an_optimizer_has_no_side_effects_to_judge() -> None:
    with pytest.raises(AssignmentError, match="must be a layer or a loss"):
        assignment("SGD", ("inputs_unchanged",))
