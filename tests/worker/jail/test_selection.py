"""Which tier is picked, and what is said when none holds."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from grader.contract.messages import Bundle, Case
from grader.errors import ConfigurationError, SandboxUnavailableError
from worker.jail import (
    JailSettings,
    create_jail,
    diagnose,
    inventory,
    selection,
    selftest,
)
from worker.jail.inventory import Inventory
from worker.jail.launch import Launch
from worker.jail.tiers import ranked
from worker.jail.tiers.base import Obstacle, Tier

NOTHING = Inventory("/bin/false", (), (), (), (), (), b"", "")


@dataclass(frozen=True)
class Pretended(Tier):
    name: str  # type: ignore[misc]
    rank: int  # type: ignore[misc]
    holds: bool
    summary = "pretended"

    def obstacle(self, settings: JailSettings) -> Obstacle | None:
        return None if self.holds else Obstacle("It is not there.", "Get it.")

    def launches(
        self, inventory: Inventory, settings: JailSettings
    ) -> Iterator[Launch]:
        yield Launch(self.name, inventory, (), {}, {})

    def explain(self, reason: str) -> str:
        return "Look closer."


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> object:
    def use(**holds: bool) -> None:
        tiers = tuple(
            Pretended(name, rank, there)
            for rank, (name, there) in enumerate(holds.items())
        )
        monkeypatch.setattr(selection, "ranked", lambda: tiers)
        monkeypatch.setattr(inventory, "take", lambda settings: NOTHING)
        monkeypatch.setattr(selftest, "run", lambda launch, seconds: 20)

    selection._examine.cache_clear()
    yield use
    selection._examine.cache_clear()


def test_the_strongest_that_holds_is_picked(pretend: object) -> None:
    pretend(T1=False, T2=True, T3=True)  # type: ignore[operator]
    assert create_jail(JailSettings()).tier == "T2"


def test_a_tier_weaker_than_the_least_is_refused_and_never_used(
    pretend: object,
) -> None:
    pretend(T1=False, T2=True)  # type: ignore[operator]
    with pytest.raises(SandboxUnavailableError) as caught:
        create_jail(JailSettings(min_tier="T1"))
    assert str(caught.value) == (
        "No jail that is at least T1 holds on this machine, so nothing is graded. "
        "T1 (pretended): It is not there. Get it."
    )


def test_the_least_tier_itself_is_accepted(pretend: object) -> None:
    pretend(T1=False, T2=True)  # type: ignore[operator]
    assert create_jail(JailSettings(min_tier="T2")).tier == "T2"


def test_an_unknown_tier_is_a_wrong_setting(pretend: object) -> None:
    pretend(T1=True)  # type: ignore[operator]
    with pytest.raises(ConfigurationError, match="no tier T9"):
        create_jail(JailSettings(min_tier="T9"))


def test_a_tier_that_fails_its_self_test_is_not_used(
    pretend: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(T1=True, T2=True)  # type: ignore[operator]

    def leaks(launch: Launch, seconds: float) -> int:
        if launch.tier == "T1":
            raise SandboxUnavailableError("The jail leaks: fork.")
        return 20

    monkeypatch.setattr(selftest, "run", leaks)
    assert create_jail(JailSettings()).tier == "T2"
    findings = diagnose(JailSettings())
    assert [(f.tier, f.holds, f.reason) for f in findings] == [
        ("T1", False, "The jail leaks: fork."),
        ("T2", True, "All 20 probes were refused."),
    ]
    assert findings[0].advice == "Look closer."


def test_the_diagnosis_covers_tiers_that_are_not_accepted(pretend: object) -> None:
    pretend(T1=True, T2=True)  # type: ignore[operator]
    findings = diagnose(JailSettings(min_tier="T1"))
    assert [(f.tier, f.accepted) for f in findings] == [("T1", True), ("T2", False)]


def test_each_tier_is_tried_once_for_each_process(
    pretend: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(T1=True)  # type: ignore[operator]
    tried = []

    def count(launch: Launch, seconds: float) -> int:
        tried.append(launch)
        return 20

    monkeypatch.setattr(selftest, "run", count)
    create_jail(JailSettings())
    create_jail(JailSettings())
    assert len(tried) == 1


def test_the_tiers_are_found_and_ranked() -> None:
    names = [tier.name for tier in ranked()]
    assert names[:3] == ["T1", "T2", "T2s"]
    assert len(set(names)) == len(names)


def test_without_bubblewrap_the_first_tier_says_so() -> None:
    settings = JailSettings(bwrap="no-such-program", tiers=("T1",))
    with pytest.raises(SandboxUnavailableError) as caught:
        create_jail(settings)
    assert "bubblewrap is not installed. Install the package" in str(caught.value)


def test_a_program_that_is_no_bubblewrap_is_refused() -> None:
    with pytest.raises(SandboxUnavailableError, match="The jail ended"):
        create_jail(JailSettings(bwrap="/bin/false", tiers=("T1",)))


def test_an_interpreter_that_is_none_is_refused() -> None:
    with pytest.raises(SandboxUnavailableError, match="could not be examined"):
        create_jail(JailSettings(python="/bin/false"))


def test_measuring_without_a_jail_is_never_selected() -> None:
    from worker.jail.unjailed import UnjailedForMeasurementOnly

    assert "unjailed" not in {tier.name for tier in ranked()}
    unjailed = UnjailedForMeasurementOnly(JailSettings())
    with unjailed.open(Bundle({"mlp.py": b""}, "mlp.py")) as session:
        assert session.tier == "unjailed"
        assert session.observe(Case(())).outcome == "completed"
        assert session.cpu_seconds() > 0
