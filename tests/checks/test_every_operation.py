"""Every operation can be asked for by name in an assignment and is judged rightly.

The student here answers with the reference itself, so this is about the checks.
"""

import numpy as np
import pytest

from grader.report import Verdict
from reference.operations import Family, create, names
from tests.checks.every_operation import as_constructed, graded
from tests.checks.fake_jail import answering

CASES = [
    pytest.param(name, conventions, id=f"{name}-{number}")
    for name in names()
    for number, conventions in enumerate(type(create(name)).example_conventions)
]

every_case = pytest.mark.parametrize(("name", "conventions"), CASES)


def answered(name, conventions, spoil=None, without=()):
    """Grade a student who knows the reference by heart, but for one quantity."""
    plain = create(name, **conventions)

    def answer(call):
        operation = as_constructed(plain, conventions, call)
        if operation.family is Family.INITIALIZER:
            shape = tuple(int(length) for length in call.arrays["shape"])
            weight = operation.sample(np.random.default_rng(call.seed), shape)
            return {"weight": weight + 0.5 if spoil else weight}
        found = operation.answer(call.arrays)
        if spoil in found:
            value = np.array(found[spoil], dtype=np.float64)
            value.flat[-1] += 1.0 + np.max(np.abs(value))
            found[spoil] = value
        return found

    return graded(name, conventions, answering(answer), without=without)


@every_case
def test_the_reference_earns_every_point(name, conventions):
    report = answered(name, conventions)
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
        spoilt = {operation.parameters[0]: {"trajectory"}}
    elif operation.family is Family.INITIALIZER:
        spoilt = {"weight": {"mean"}}
    else:
        spoilt = {one: {one, "stability"} for one in operation.quantities}
    for one, wrong in spoilt.items():
        # The numerical check has one quantity of its own, whatever was spoilt.
        judged = answered(name, conventions, one, ("gradcheck",)).results
        failed = {r.quantity for r in judged if r.verdict is Verdict.FAILED}
        assert failed
        assert failed <= wrong
        assert {r.points for r in judged if r.quantity not in wrong} <= {1.0}
