"""The forging entries of the battery work where there is no wall."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.jail import same_process_harness
from tests.jail.battery import ATTACKS
from tests.jail.battery.entry import HONEST, WRONG, Attack

FORGING = [attack for attack in ATTACKS if attack.forges]
FULL = same_process_harness.POINTS


def score(source: str, folder: Path) -> int:
    """Run the harness on a source in a process of its own and read what it left."""
    (folder / "mlp.py").write_text(source)
    subprocess.run(
        [sys.executable, "-B", same_process_harness.__file__],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    return int(json.loads((folder / "results.json").read_text())["score"])


def test_the_harness_tells_right_from_wrong(tmp_path: Path) -> None:
    assert score(HONEST, tmp_path) == FULL
    assert score(WRONG, tmp_path) == 0


@pytest.mark.parametrize("attack", FORGING, ids=lambda attack: attack.id)
def test_a_forging_attack_gets_full_marks_without_a_wall(
    attack: Attack, tmp_path: Path
) -> None:
    assert score(attack.source, tmp_path) == FULL


def test_enough_of_the_forging_attacks_are_real() -> None:
    assert len(FORGING) >= 10
