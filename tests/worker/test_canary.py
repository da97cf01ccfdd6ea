"""The submission with a known score, in a real jail."""

import pytest

from grader import engine
from grader.storage import BlobStore
from tests.requirements import require_sandbox
from worker import canary
from worker.jail import JailSettings, create_jail


@pytest.fixture
def filled(store: BlobStore) -> BlobStore:
    store.put(b"something")
    return store


def test_a_jail_that_holds_grades_the_right_solution_as_right(
    filled: BlobStore,
) -> None:
    require_sandbox()
    jail = create_jail(JailSettings())

    assert canary.trouble(engine.grade, jail, filled) == ""


def test_a_jail_that_computes_wrong_numbers_is_found_out(
    filled: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_sandbox()
    jail = create_jail(JailSettings())
    wrong = canary._SOLUTION.replace("self.kept, x, 0.0", "self.kept, x, 1.0")
    monkeypatch.setattr(canary, "_SOLUTION", wrong)

    assert "got 1 of 2 points" in canary.trouble(engine.grade, jail, filled)
