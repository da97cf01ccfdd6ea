"""Pretended training, graded by the checks that it is meant to deceive."""

import pytest

from grader import engine
from grader.contract.jail import Jail
from tests.checks.grading import HEAD, assignment
from tests.jail.battery.training import ATTACKS, TrainingAttack


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_pretended_training_comes_to_what_it_should(
    attack: TrainingAttack, battery_jail: Jail
) -> None:
    wanted = assignment(
        attack.task, extra=f"wall_seconds = {attack.wall_seconds}", head=HEAD
    )

    report = engine.grade(
        wanted, {"mlp.py": attack.source.encode()}, "mlp.py", seed=7, jail=battery_jail
    )

    said = "\n".join(result.message for result in report.results)
    assert tuple(r.verdict for r in report.results) == attack.verdicts, said
    assert attack.words in said
