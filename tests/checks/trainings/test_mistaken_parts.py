"""Losses of a right loop over parts whose mistakes are known by name."""

from dataclasses import replace

import numpy as np
import pytest

from grader.checks.trainings import mistaken_parts
from grader.checks.trainings.wrong_loops import RecordsAfter
from grader.contract.messages import Call, Case
from grader.report import CheckResult, Diagnosis, Verdict
from reference import operations
from reference.misconceptions import for_operation
from tests.checks.fake_jail import FakeJail
from tests.checks.grading import graded, result
from tests.checks.students import PLAIN, changed
from tests.checks.tasks import task


def entry(operation: str, number: str):
    return next(e for e in for_operation(operation) if e.id == number)


def finding(component: str, operation: str, number: str, quantity: str) -> CheckResult:
    """Return a result that names a mistake of the library."""
    named = entry(operation, number)
    return CheckResult(
        check="part",
        title="Part",
        component=component,
        quantity=quantity,
        verdict=Verdict.FAILED,
        points=0,
        max_points=1,
        message="",
        diagnosis=Diagnosis(named.id, named.title, ""),
    )


BIAS_MEAN = finding("Linear", "linear", "M15", "grad_bias")
NOT_AVERAGED = finding(
    "SoftmaxCrossEntropy", "softmax_cross_entropy", "M01", "grad_logits"
)
UPHILL = finding("SGD", "sgd", "M147", "trajectory")
KNOWN = {"layer": [BIAS_MEAN], "loss": [NOT_AVERAGED], "optimizer": [UPHILL]}
KNOWN["all"] = [BIAS_MEAN, NOT_AVERAGED, UPHILL]


def losses(earlier: list[CheckResult], seed: int = 1) -> np.ndarray:
    """Return what a right loop reports over parts with these mistakes."""
    drawn = task(seed)
    (mistakes,) = list(mistaken_parts.known_mistakes(drawn.net, earlier))[:1]
    net = mistaken_parts.mistaken_net(drawn.net, mistakes)
    wrong = replace(drawn, net=net)
    with np.errstate(all="ignore"):
        return wrong.run(drawn.weights)[0]


def explained(earlier: list[CheckResult], got: np.ndarray, seed: int = 1) -> bool:
    rng = np.random.default_rng(seed)
    return mistaken_parts.explain(task(seed), earlier, got, rng)


@pytest.mark.parametrize("name", KNOWN)
def test_known_mistakes_account_for_the_losses_that_they_cause(name: str) -> None:
    assert explained(KNOWN[name], losses(KNOWN[name]))


@pytest.mark.parametrize("name", ["layer", "loss", "optimizer"])
def test_they_account_for_no_other_losses(name: str) -> None:
    other = losses(KNOWN["all"])

    assert not explained(KNOWN[name], other)
    assert not explained(KNOWN[name], losses(KNOWN[name]) * 1.0001)
    assert not explained(KNOWN[name], np.full(28, np.inf))


def test_a_wrong_loop_over_a_known_mistake_is_not_accounted_for() -> None:
    drawn = task(1)
    (mistakes,) = mistaken_parts.known_mistakes(drawn.net, [BIAS_MEAN])
    net = mistaken_parts.mistaken_net(drawn.net, mistakes)
    wrong = replace(drawn, net=net)

    got = np.array(list(RecordsAfter(wrong).losses()))

    assert not explained([BIAS_MEAN], got)


def test_nothing_is_accounted_for_where_a_wrong_part_has_no_name() -> None:
    nameless = replace(UPHILL, diagnosis=None)

    assert not explained([nameless], losses([UPHILL]))
    assert not explained([], losses([UPHILL]))


def test_a_rule_that_is_wrong_for_the_bias_only_is_replayed() -> None:
    decayed = operations.create("adamw")
    drawn = decayed.draw(np.random.default_rng(1))
    only_bias = next(
        one
        for one in for_operation("adamw")
        if set(one.wrong(decayed, drawn)) == {"bias"}
    )
    net = replace(task(1).net, optimizer_operation=decayed)
    right = replace(task(1), net=net)
    wrong = replace(
        right,
        net=mistaken_parts.mistaken_net(net, {"SGD": {"trajectory": only_bias}}),
    )

    apart = wrong.run(wrong.weights)[0] - right.run(right.weights)[0]

    assert apart[0] == 0
    assert (apart[1:] != 0).all()


def without_record(source: str, *checks: str):
    """Grade in a jail that has no stand-ins, as a binding of its own may be."""
    jail = FakeJail()
    session_of = jail.open

    def opened(bundle):
        session = session_of(bundle)
        observe = session.observe

        def only_own(case: Case):
            calls = tuple(_without_script(call) for call in case.calls)
            return observe(Case(calls, case.limits))

        session.observe = only_own
        return session

    jail.open = opened
    return graded(source, *checks, jail=jail)


def _without_script(call: Call) -> Call:
    if not call.options.get("scripted"):
        return call
    return Call("interface", {}, {"family": "interface"})


def test_a_loop_without_a_record_earns_its_share_by_known_mistakes() -> None:
    source = changed(PLAIN, ("return grad / n", "return grad"))

    found = result(without_record(source, "cross-entropy", "training"), "losses")

    assert found.points == 3
    assert "what a right loop gives with your parts as they are" in found.message


def test_a_wrong_loop_without_a_record_is_pointed_to_the_part_that_is_known() -> None:
    source = changed(
        PLAIN,
        ("return grad / n", "return grad"),
        ("grad = loss.backward()", "grad = loss.backward() * 1.5"),
    )

    found = result(without_record(source, "cross-entropy", "training"), "losses")

    assert found.points == 0
    assert "This may come from SoftmaxCrossEntropy" in found.message


@pytest.mark.parametrize(
    ("number", "quantity"), [("M12", "grad_weight"), ("M14", "grad_bias")]
)
def test_a_mistake_that_changes_a_shape_explains_nothing(
    number: str, quantity: str
) -> None:
    drawn = task(1)
    losses, _ = drawn.run(drawn.weights)
    found = [finding("Linear", "linear", number, quantity)]

    rng = np.random.default_rng(0)
    assert not mistaken_parts.explain(drawn, found, losses + 1.0, rng)
