"""Every operation can be asked for by name in an assignment and is judged rightly.

The student here answers with the reference itself, so this is about the checks.
"""

import json

import numpy as np
import pytest

from grader import engine
from grader.assignments import load_files
from grader.report import Verdict
from reference.operations import Family, create, names
from tests.checks.fake_jail import answering

KINDS = {
    Family.LAYER: ("forward", "backward", "gradcheck"),
    Family.LOSS: ("loss", "gradcheck"),
    Family.OPTIMIZER: ("optimizer",),
    Family.FUNCTION: ("forward",),
    Family.INITIALIZER: ("initializer",),
}
CASES = [
    pytest.param(name, conventions, id=f"{name}-{number}")
    for name in names()
    for number, conventions in enumerate(type(create(name)).example_conventions)
]

every_case = pytest.mark.parametrize(("name", "conventions"), CASES)


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return json.dumps(value)


def quantities(kind, operation):
    if kind == "forward":
        return operation.outputs
    if kind == "backward":
        return tuple(operation.gradients)
    if kind == "loss":
        extreme = operation.extreme(np.random.default_rng(0))
        return (*operation.quantities, *(() if extreme is None else ("stability",)))
    if kind == "initializer":
        return ("mean", "variance")
    return ("trajectory",) if kind == "optimizer" else ("gradcheck",)


def kinds(operation):
    for kind in KINDS[operation.family]:
        if kind in ("backward", "gradcheck") and not operation.differentiable:
            continue
        yield kind


def assignment(name, conventions):
    operation = create(name, **conventions)
    text = f"""
    format = 1
    slug = "under-test"
    title = "Under test"
    [submission]
    entry = "student.py"
    [[component]]
    name = "Part"
    operation = "{name}"
    convention = {toml(dict(conventions))}
    """
    for kind in kinds(operation):
        points = dict.fromkeys(quantities(kind, operation), 1)
        text += f"""
        [[check]]
        id = "{kind}"
        kind = "{kind}"
        component = "Part"
        points = {toml(points)}
        """
    return load_files({"assignment.toml": text.encode()})


def graded(name, conventions, spoil=None):
    """Grade a student who knows the reference by heart, but for one quantity."""
    operation = create(name, **conventions)

    def answer(call):
        if operation.family is Family.INITIALIZER:
            shape = tuple(int(length) for length in call.arrays["shape"])
            weight = operation.sample(np.random.default_rng(call.seed), shape)
            return {"weight": weight + 0.5 if spoil else weight}
        found = operation.answer(call.arrays)
        if spoil in found:
            value = np.array(found[spoil], dtype=np.float64)
            value.flat[-1] += 1.0
            found[spoil] = value
        return found

    wanted = assignment(name, conventions)
    files = {"student.py": b""}
    return engine.grade(wanted, files, "student.py", seed=3, jail=answering(answer))


@every_case
def test_the_reference_earns_every_point(name, conventions):
    report = graded(name, conventions)
    assert report.results
    for result in report.results:
        open_question = (
            result.check == "gradcheck" and result.verdict is Verdict.SKIPPED
        )
        assert result.verdict is Verdict.PASSED or open_question, result.message


@every_case
def test_a_wrong_quantity_costs_its_own_points_only(name, conventions):
    operation = create(name, **conventions)
    if operation.family is Family.OPTIMIZER:
        wrong = {"trajectory"}
        reports = [(wrong, graded(name, conventions, operation.parameters[0]))]
    elif operation.family is Family.INITIALIZER:
        reports = [({"mean"}, graded(name, conventions, "weight"))]
    else:
        reports = [
            ({one, "stability"}, graded(name, conventions, one))
            for one in operation.quantities
        ]
    for wrong, report in reports:
        judged = [r for r in report.results if r.check != "gradcheck"]
        failed = {r.quantity for r in judged if r.verdict is Verdict.FAILED}
        assert failed
        assert failed <= wrong
        assert {r.points for r in judged if r.quantity not in wrong} <= {1.0}
