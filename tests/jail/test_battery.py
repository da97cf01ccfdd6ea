"""Every entry of the battery, in every tier that this machine offers."""

import json
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.contract.jail import Jail
from grader.report import Verdict
from tests.jail import canaries as canary_kinds
from tests.jail import grading
from tests.jail.battery import ATTACKS
from tests.jail.battery.entry import Attack
from tests.jail.canaries import Canaries
from tests.jail.grading import Survivors

ROOT = str(Path(__file__).parents[2])


@pytest.fixture(scope="module")
def canaries() -> Iterator[Canaries]:
    with canary_kinds.released(grading.UID) as out:
        yield out


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_an_attack_comes_to_what_it_should(
    attack: Attack, battery_jail: Jail, canaries: Canaries
) -> None:
    if attack.machine not in ("", platform.machine()):
        pytest.skip(f"made for {attack.machine}")

    before = Survivors.found()

    report = grading.graded(attack, battery_jail, canaries)

    verdicts = tuple(result.verdict for result in report.results)
    said = "\n".join(result.message for result in report.results)
    earned = [
        points
        for points, verdict in zip(grading.POINTS, attack.verdicts, strict=False)
        if verdict is Verdict.PASSED
    ]
    assert (verdicts, report.score) == (attack.verdicts, sum(earned)), said
    assert attack.words in said
    written = json.dumps(report.to_json())
    assert "LOOT" not in report.log, report.log
    assert canaries.secret not in written
    assert ROOT not in written
    assert sys.base_prefix not in written
    assert not canaries.touched()
    assert set(Survivors.found().pids) <= set(before.pids)
