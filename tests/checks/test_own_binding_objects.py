"""What a binding.py cannot be asked is refused; all the rest is asked."""

import pytest

from grader import engine
from grader.assignments import Assignment, load_files
from grader.errors import AssignmentError
from grader.report import Report, Verdict
from tests.checks.fake_jail import FakeJail
from tests.checks.test_own_binding_kinds import BINDING, HEAD, STUDENT

AT_ONCE = BINDING.replace(
    """    out, pull = unpack(student.squash(x), "out, pull", "squash")
    yield {"out": out}
    if grad_out is not None:
        yield {"grad_x": pull(grad_out)}
""",
    """    out, pull = student.squash(x)
    return {"out": out} if grad_out is None else {"out": out, "grad_x": pull(grad_out)}
""",
)
CLASSES = (
    f"from binding_tools import layer_classes\n{BINDING}\n"
    "sigmoid = relu = softmax_cross_entropy = layer_classes\n"
)
NETWORK = (
    'kind = "network"\nlayers = ["squash", "rectified"]\nloss = "cross_entropy"\n'
    "points = { together = 1 }"
)
EFFECTS = (
    'kind = "side_effects"\ncomponent = "squash"\n'
    "points = { second_backward = 1, second_forward = 1, global_random_state = 1 }"
)
COST = 'kind = "cost"\ncomponent = "squash"\npoints = { backward_share = 1 }'
OBJECTS = """
import numpy as np

class squash:
    def forward(self, x):
        self.out = 0.5 + 0.5 * np.tanh(x / 2)
        return self.out

    def backward(self, d):
        return d * self.out * (1 - self.out)

class rectified:
    def forward(self, x):
        self.on = x > 0
        return np.where(self.on, x, 0.0)

    def backward(self, d):
        return d * self.on

class cross_entropy:
    def forward(self, z, y):
        rows, z = np.arange(len(y)), z - z.max(axis=1, keepdims=True)
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        self.d = p.copy()
        self.d[rows, y] -= 1
        self.d /= len(y)
        return -np.log(p[rows, y]).mean()

    def backward(self):
        return self.d
"""


def assignment(body: str, binding: str, head: str = HEAD) -> Assignment:
    text = f'{head}\n[[check]]\nid = "only"\n{body}\n'
    files = {"assignment.toml": text.encode(), "binding.py": binding.encode()}
    return load_files(files)


def problems(body: str, binding: str, head: str = HEAD) -> list[str]:
    with pytest.raises(AssignmentError) as refused:
        assignment(body, binding, head)
    return list(refused.value.problems)


def graded(body: str, binding: str, source: str) -> Report:
    wanted = assignment(body, binding)
    files = {"net.py": source.encode()}
    return engine.grade(wanted, files, "net.py", seed=4, jail=FakeJail())


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (NETWORK, "check[0].layers[0]"),
        (COST, "check[0].component"),
        (
            EFFECTS.replace(
                "second_backward = 1, second_forward = 1, global_random_state = 1",
                "two_objects = 1",
            ),
            "check[0].component",
        ),
    ],
)
def test_a_function_that_returns_everything_at_once_is_refused(
    body: str, key: str
) -> None:
    (problem,) = problems(body, AT_ONCE)

    assert f"{key}: the function sigmoid of binding.py returns everything" in problem
    assert "look at grad_out only afterwards. Or write sigmoid = layer_cl" in problem


def test_effects_on_one_object_are_refused_with_their_keys_and_lines() -> None:
    found = problems(EFFECTS, BINDING)

    names = ("second_backward", "second_forward", "global_random_state")
    assert len(found) == 3
    for name, problem in zip(names, found, strict=True):
        assert f"check[0].points.{name}: {name} uses one object twice" in problem
        assert problem.startswith("assignment.toml, line ")


def test_gradients_that_add_up_over_batches_are_refused_for_functions_only() -> None:
    body = f'{NETWORK}\ngradients = "added"'

    (problem,) = problems(body, BINDING)

    assert "check[0].gradients: functions of binding.py make new objects" in problem
    assert assignment(body, CLASSES).max_score == 1


def test_a_missing_function_for_a_part_of_a_network_is_named() -> None:
    (problem,) = problems(NETWORK, BINDING.replace("def relu(", "def relus("))

    assert "binding.file: has no function relu(student, ...)" in problem


def test_attributes_that_a_function_does_not_read_are_refused() -> None:
    head = HEAD + (
        '[[component]]\nname = "dense"\noperation = "linear"\n'
        '[component.attributes]\nweight = "W"\n'
    )
    binding = f"{BINDING}\ndef linear(student, x, weight, bias, grad_out=None): ...\n"

    (problem,) = problems(COST, binding, head)

    assert "attributes: the function linear of binding.py says where val" in problem


@pytest.mark.parametrize("body", [NETWORK, EFFECTS])
def test_classes_that_are_left_to_themselves_can_be_asked_everything(body: str) -> None:
    report = graded(body, CLASSES, OBJECTS)

    assert {one.verdict for one in report.results} == {Verdict.PASSED}


def test_a_wrong_class_among_them_is_named() -> None:
    report = graded(NETWORK, CLASSES, OBJECTS.replace("(1 - self.out)", "self.out"))

    (found,) = report.results
    assert found.verdict is Verdict.FAILED
    assert "first wrong layer is layer 1 (squash)" in found.message


def test_functions_that_write_into_their_arrays_are_told_so() -> None:
    body = EFFECTS[: EFFECTS.index("points")] + "points = { inputs_unchanged = 1 }"
    source = STUDENT.replace(
        "lambda d: d * out", "lambda d: np.multiply(d, 2, out=d) / 2 * out"
    )

    (found,) = graded(body, BINDING, source).results

    assert found.verdict is Verdict.FAILED
    assert "grad_out" in found.message


def test_measured_slopes_in_a_function_are_found() -> None:
    body = 'kind = "cost"\ncomponent = "squash"\npoints = { finite_differences = 1 }'
    slopes = STUDENT.replace(
        "return out, lambda d: d * out * (1 - out)",
        "\n    def pull(d):\n"
        "        g, f = np.zeros_like(x), lambda v: 0.5 + 0.5 * np.tanh(v / 2)\n"
        "        for i in np.ndindex(x.shape):\n"
        "            s = np.zeros_like(x)\n"
        "            s[i] = 1e-6\n"
        "            g[i] = ((f(x + s) - f(x - s)) / 2e-6 * d).sum()\n"
        "        return g\n"
        "    return out, pull",
    )

    right = graded(body, BINDING, STUDENT)
    wrong = graded(body, BINDING, slopes)

    assert right.results[0].verdict is Verdict.PASSED
    assert wrong.results[0].verdict is Verdict.FAILED
    assert "about ten digits only" in wrong.results[0].message
