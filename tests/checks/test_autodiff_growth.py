"""The quantities ``cost`` and ``depth``: judged by what comes back, not by a clock."""

from dataclasses import replace

import pytest

from grader.contract.messages import Bundle, Fault, Observation, Outcome, Phase, Reply
from grader.report import Verdict
from tests.checks.autodiff_grading import SCALAR, SCALAR_TOPICS, assignment, graded, ids
from tests.checks.autodiff_grading import source as right
from tests.checks.fake_jail import FakeJail, ScriptedJail

SOLUTION = right("scalar/solution")
OVERWRITING = SOLUTION.replace(
    "gradients[operand] = gradients.get(operand, 0.0) + piece",
    "gradients[operand] = piece",
)
RECURSIVE = SOLUTION.partition("\n\ndef operands_first")[0] + (
    "\n\ndef operands_first(output):\n    order, seen = [], set()\n\n"
    "    def visit(node):\n        if node not in seen:\n            seen.add(node)\n"
    "            for one, _ in node.edges:\n                visit(one)\n"
    "            order.append(node)\n\n    visit(output)\n    return order\n"
)


def longest(call):
    return max(
        (part["times"] for part in call.options["program"] if isinstance(part, dict)),
        default=0,
    )


class StoppingJail:
    """Runs a right engine, but a chain of 40 ends with an outcome of our choice."""

    def __init__(self, text, outcome, at=40):
        self.text, self.outcome, self.at = text, outcome, at
        self.session = None

    def open(self, bundle):
        self.session = FakeJail().open(bundle)
        return ScriptedJail(self.observe).open(bundle)

    def observe(self, case):
        replies = []
        for call in case.calls:
            if longest(call) >= self.at:
                fault = Fault("", "", Phase.BACKWARD)
                replies.append(Reply(self.outcome, fault=fault))
                return Observation(self.outcome, tuple(replies))
            alone = type(case)((call,), case.limits)
            replies += self.session.observe(alone).replies
        return Observation(Outcome.COMPLETED, tuple(replies))


def found(text, *topics, jail=None, extra=""):
    short = extra or "depth = 1100"
    wanted = assignment("scalar", SCALAR, topics, short)
    report = graded(text, wanted, 5, jail)
    return {one.quantity: one for one in report.results}, report


@pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY])
def test_an_engine_that_is_right_on_short_chains_only_walks_every_path(outcome):
    results, report = found(SOLUTION, "cost", jail=StoppingJail(SOLUTION, outcome))
    assert results["cost"].verdict is Verdict.FAILED
    assert ids(report) == {"cost": "M331"}
    assert "2^40 paths lead through it" in results["cost"].message
    assert "122 operations" in results["cost"].message


def test_an_engine_that_is_wrong_on_short_chains_is_named_by_its_numbers():
    text = SOLUTION.partition("        gradients = {self: 1.0}")[0] + (
        "        self.grad = 1.0\n        self.walk()\n\n    def walk(self):\n"
        "        for one, slope in self.edges:\n"
        "            one.grad += slope * self.grad\n"
        "        for one, _ in self.edges:\n            one.walk()\n"
        "\n\ndef as_value(number):\n"
        "    return number if isinstance(number, Value) else Value(number)\n"
    )
    jail = StoppingJail(text, Outcome.TIMED_OUT)
    results, report = found(text, "cost", jail=jail)
    assert results["cost"].verdict is Verdict.FAILED
    assert ids(report) == {"cost": "M116"}


def test_short_chains_that_do_not_come_back_say_nothing_about_the_cost():
    jail = StoppingJail(SOLUTION, Outcome.TIMED_OUT, at=6)
    results, report = found(SOLUTION, "cost", jail=jail)
    assert results["cost"].verdict is Verdict.ERRORED
    assert ids(report) == {}


def test_wrong_numbers_that_a_named_mistake_gives_do_not_cost_the_chains_too():
    results, _ = found(OVERWRITING, "fan_out", "diamond", "cost", "depth")
    assert results["fan_out"].verdict is Verdict.FAILED
    assert results["cost"].verdict is Verdict.PASSED
    assert results["depth"].verdict is Verdict.PASSED
    assert "costs points elsewhere; it is not counted again" in results["cost"].message
    assert results["cost"].diagnosis.id == "M115"


def test_wrong_numbers_earn_nothing_where_the_mistake_costs_no_points():
    results, _ = found(OVERWRITING, "chain", "cost")
    assert results["chain"].verdict is Verdict.PASSED
    assert results["cost"].verdict is Verdict.FAILED
    assert "; right is " in results["cost"].message


def test_of_two_named_mistakes_the_one_that_gives_the_numbers_is_the_reason():
    text = OVERWRITING.replace("[(self, 1.0 - value**2)]", "[(self, 1.0)]")
    results, _ = found(text, "chain", "diamond", "cost")
    assert results["chain"].diagnosis.id == "M27"
    assert results["diamond"].diagnosis.id == "M115"
    assert "costs points elsewhere; it is not counted again" in results["cost"].message
    assert results["cost"].diagnosis.id == "M115"


def test_numbers_from_nowhere_earn_nothing_however_fast_they_come():
    text = SOLUTION.replace("        gradients = {self: 1.0}", "        return\n")
    results, _ = found(text, *SCALAR_TOPICS, "cost", "depth")
    earned = {name for name, one in results.items() if one.points}
    assert earned == {"values"}


def test_a_gradient_that_is_missing_from_a_long_chain_is_an_error():
    def without_the_first(case):
        full = session.observe(case)
        replies = [
            replace(one, arrays={n: a for n, a in one.arrays.items() if n != "grad_x"})
            for one in full.replies
        ]
        return replace(full, replies=tuple(replies))

    session = FakeJail().open(Bundle({"engine.py": SOLUTION.encode()}, "engine.py"))
    session.bundle = replace(session.bundle, binding="scalar_graph")
    results, _ = found(SOLUTION, "cost", "depth", jail=ScriptedJail(without_the_first))
    assert {one.verdict for one in results.values()} == {Verdict.ERRORED}


def test_a_recursive_walk_fails_the_long_chain_with_a_reason():
    results, _ = found(RECURSIVE, "diamond", "depth")
    assert results["diamond"].verdict is Verdict.PASSED
    assert results["depth"].verdict is Verdict.FAILED
    assert "calls are nested about 1000 deep" in results["depth"].message


def test_a_recursive_walk_passes_a_chain_that_the_assignment_keeps_short():
    results, _ = found(RECURSIVE, "depth", extra="depth = 200")
    assert results["depth"].verdict is Verdict.PASSED


def test_another_trouble_in_the_long_chain_is_an_error():
    jail = StoppingJail(SOLUTION, Outcome.NO_REPLY, at=1000)
    results, _ = found(SOLUTION, "depth", jail=jail)
    assert results["depth"].verdict is Verdict.ERRORED


def test_an_engine_that_never_comes_back_is_not_asked_about_every_topic():
    asked = []

    def script(case):
        asked.append(case)
        fault = Fault("", "", Phase.BACKWARD)
        return Observation(Outcome.TIMED_OUT, (Reply(Outcome.TIMED_OUT, fault=fault),))

    results, _ = found(SOLUTION, *SCALAR_TOPICS, "cost", jail=ScriptedJail(script))
    assert {one.verdict for one in results.values()} == {Verdict.ERRORED}
    assert len(asked) == 2
    assert "This was not asked any more" in results["cost"].message
