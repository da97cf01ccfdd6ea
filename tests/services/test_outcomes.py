"""The small value of each run that sums over a class are made of."""

from dataclasses import replace

from grader.report import Diagnosis, Verdict
from grader.services import outcomes
from tests.services.world import result

MISTAKE = Diagnosis("M1", "A mistake", "Look.")


def test_a_check_passed_only_if_every_quantity_of_it_is_right() -> None:
    wrong = replace(result("a", 0.0, 2.0), diagnosis=MISTAKE)
    skipped = replace(result("b", 0.0, 0.0), verdict=Verdict.SKIPPED)
    made = outcomes.summary([result("a", 1.0, 1.0), wrong, wrong, skipped])
    assert made == {
        "checks": {"a": [1.0, 0], "b": [0.0, 0]},
        "mistakes": [["a", "M1", "A mistake"]],
    }


def test_what_was_stored_is_read_back() -> None:
    stored = outcomes.summary([result("a", 2.0, 2.0)])
    assert outcomes.by_check(stored) == {"a": outcomes.CheckOutcome(2.0, passed=True)}
    assert outcomes.by_check(None) == {}
