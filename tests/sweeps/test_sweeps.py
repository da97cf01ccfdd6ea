"""The sweeps of ``grader bench checks`` count what they should."""

import pytest

from tests.sweeps import right_runs
from tests.sweeps.held_out import held_out_runs
from tests.sweeps.mutant_runs import mutant_runs
from tests.variants.harness import student


def test_right_code_is_run_as_often_as_asked_and_loses_nothing() -> None:
    found = right_runs.right_runs("l1", 18, single=False)

    assert found.runs >= 18
    assert (found.failed, found.undecided, found.lines) == (0, 0, ())
    assert 0 < found.furthest < 2**10


def test_code_that_loses_a_point_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = student("l1", {}, "loops")
    monkeypatch.setattr(right_runs, "student", lambda *_, **__: wrong)

    found = right_runs.right_runs("mean_squared_error", 1, single=True)

    assert found.failed == found.runs
    assert "mean_squared_error-0-" in found.lines[0]
    assert "seed 0: loss failed" in found.lines[0]


def test_known_mistakes_are_caught_and_named() -> None:
    found = list(mutant_runs("l1", range(1)))

    assert found
    assert all(one.passed == 0 for one in found)
    assert all(one.named == one.results > 0 for one in found)


def test_a_mistake_that_was_taken_out_is_not_given_the_name_of_another() -> None:
    found = list(held_out_runs("relu", range(1)))

    assert found
    assert all(one.results > 0 for one in found)
    assert [one.said for one in found if one.wrong] == []
    assert sum(one.claims for one in found) < sum(one.results for one in found)
