"""The sweeps of ``grader bench checks`` count what they should."""

import pytest

from tests.checks.fake_jail import FakeJail
from tests.sweeps import failed_items, right_runs
from tests.sweeps.failed_items import Times, Visit
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


def test_the_items_that_fail_in_a_check_share_what_it_took_longer() -> None:
    solution = Times({"engine": 1.0}, {"engine": 0.5}, {"engine": 0.2})
    first = Times({"engine": 4.0}, {"engine": 2.0}, {"engine": 0.2}, {"engine": 2})
    later = Times({"engine": 1.6}, {"engine": 0.9}, {"engine": 0.3})
    seen = Visit(first, later, solution)

    (item,) = failed_items.extras("api-op-classes", "wrong-x", solution, seen)

    assert (item.kind, item.failed) == ("autodiff", 2)
    extra = item.first_seconds, item.later_seconds, item.own_seconds, item.wall_seconds
    assert extra == pytest.approx((0.75, 0.2, 0.05, 0.3))


def test_only_the_checks_that_failed_are_timed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(failed_items, "jail_for", lambda _: FakeJail())

    seen = failed_items.visit("custom-layer", "wrong-threshold-sign", rounds=2)

    assert seen.first.failed
    assert set(seen.first.failed) < set(seen.first.wall)
    assert set(seen.first.failed) <= set(seen.later.wall)
    assert set(seen.later.wall) == set(seen.solution.wall) < set(seen.first.wall)


def test_the_largest_of_few_times_is_their_95th_percentile_as_well() -> None:
    found = failed_items.spread([0.3, 0.1, 0.2])

    assert (found.items, found.median, found.high, found.most) == (3, 0.2, 0.3, 0.3)
