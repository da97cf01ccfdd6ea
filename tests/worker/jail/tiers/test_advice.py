"""What would help is said in the words of whoever has to do it."""

import os

import pytest

from worker.jail import JailSettings
from worker.jail.tiers import bubblewrap, landlock, ranked, seccomp_only
from worker.jail.tiers.base import Tier


@pytest.fixture(params=[0, 1000])
def uid(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(os, "getuid", lambda: request.param)
    return int(request.param)


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("bwrap: Creating new namespace failed: no", "user namespaces"),
        ("bwrap: setting up uid map: no", "user namespaces"),
        ("bwrap: pivot_root: no", "seccomp profile"),
        ("something else", "by hand"),
    ],
)
def test_bubblewraps_complaints_have_advice(reason: str, word: str, uid: int) -> None:
    assert word in bubblewrap.TIER.explain(reason)


def test_root_without_rights_is_told_to_be_someone_else(uid: int) -> None:
    for tier in ranked():
        advice = tier.explain("Operation not permitted")
        assert ("ordinary user" in advice) == (uid == 0)
        assert advice.endswith(".")


def test_a_kernel_without_landlock_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "landlock_version", lambda: 0)
    obstacle = landlock.TIER.obstacle(JailSettings())
    assert obstacle is not None
    assert "no Landlock" in obstacle.reason
    assert seccomp_only.TIER.obstacle(JailSettings()) is None


@pytest.mark.parametrize("tier", ranked(), ids=lambda tier: tier.name)
def test_a_tier_has_a_name_a_rank_and_a_summary(tier: Tier) -> None:
    assert tier.name
    assert tier.summary
    assert tier.rank > 0
