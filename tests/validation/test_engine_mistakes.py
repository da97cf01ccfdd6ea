"""Known wrong engines made on purpose: caught, named, or listed with a reason."""

from typing import Any

import pytest

from grader.assignments import Assignment, load_folder, shipped
from grader.report import CheckResult
from grader.validation import engine_mistakes as module
from grader.validation.engine_mistakes import engine_mistakes
from grader.validation.known_mistakes import SEEDS, Fate, Mistake
from tests.checks.autodiff_grading import ARRAY, assignment

FEW = ("add", "multiply")


def found(wanted: Assignment) -> list[Mistake]:
    return list(engine_mistakes(wanted))


def judged(wanted: Assignment, *topics: str) -> list[Mistake]:
    """Return the mistakes that one of these topics can show."""
    return [one for one in found(wanted) if set(one.quantities) & set(topics)]


@pytest.mark.parametrize(
    ("policy", "ids"),
    [
        ("accumulate", {"M117", "M332"}),
        ("replace", {"M117", "M118"}),
        ("zeroed", {"M117", "M118"}),
    ],
)
def test_what_an_earlier_pass_leaves_is_caught_and_named(
    policy: str, ids: set[str]
) -> None:
    wanted = assignment("scalar", FEW, ("two_backwards",), f'policy = "{policy}"')
    mistakes = judged(wanted, "two_backwards")
    assert {one.id for one in mistakes} == ids
    assert {(one.fate, one.named) for one in mistakes} == {(Fate.CAUGHT, True)}


@pytest.mark.parametrize(
    ("topics", "ids"),
    [
        (("fan_out", "reuse", "diamond"), {"M115", "M116", "M120", "M330"}),
        (("cost",), {"M116", "M331"}),
    ],
)
def test_every_wrong_walk_is_caught_and_named(
    topics: tuple[str, ...], ids: set[str]
) -> None:
    mistakes = judged(assignment("scalar", FEW, topics), *topics)
    assert ids <= {one.id for one in mistakes}
    assert {(one.fate, one.named) for one in mistakes} == {(Fate.CAUGHT, True)}


def test_every_wrong_operation_on_arrays_is_caught_and_named() -> None:
    topics = ("broadcasting", "shapes", "products", "indexing", "second_order")
    wanted = assignment("array", ARRAY, topics, "upstream = true")
    mistakes = judged(wanted, *topics)
    assert {"M114", "M119", "M121", "M123", "M126"} <= {one.id for one in mistakes}
    assert {(one.fate, one.named) for one in mistakes} == {(Fate.CAUGHT, True)}


def test_a_mistake_whose_topic_carries_no_points_survives_with_the_reason() -> None:
    mistakes = {one.id: one for one in found(assignment("scalar", FEW, ("chain",)))}
    assert mistakes["M116"].fate is Fate.SURVIVES
    assert mistakes["M117"].reason == "no check with points judges two_backwards"
    assert mistakes["M117"].caught_by == ()


def test_a_mistake_that_only_some_draws_show_is_listed_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = module._failed

    def failed(*given: Any) -> list[CheckResult]:
        return real(*given) if given[-1] == SEEDS[0] else []

    monkeypatch.setattr(module, "_failed", failed)
    mistakes = judged(assignment("scalar", FEW, ("two_backwards",)), "two_backwards")
    assert {one.fate for one in mistakes} == {Fate.SOMETIMES}
    assert {one.reason for one in mistakes} == {
        "only some of the drawn programs show it"
    }


def test_a_mistake_that_no_draw_shows_is_listed_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_failed", lambda *given: [])
    mistakes = judged(assignment("scalar", FEW, ("two_backwards",)), "two_backwards")
    assert {one.fate for one in mistakes} == {Fate.SURVIVES}
    assert {one.reason for one in mistakes} == {"the drawn programs do not show it"}


def test_an_assignment_without_engines_has_none() -> None:
    assert found(load_folder(shipped("modular-mlp"))) == []
