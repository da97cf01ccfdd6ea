"""The worked examples of CONTRIBUTING.md work."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"<!-- file: (\S+) -->\n```python\n(.*?)```\n", re.DOTALL)
COMMON = (
    "tests/reference/test_common.py",
    "tests/reference/layers/test_common.py",
    "tests/reference/operations/test_common.py",
    "tests/checks/test_every_operation.py",
)


def test_a_layer_added_as_described_passes_every_common_test(tmp_path):
    blocks = BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text())
    assert [name for name, _ in blocks] == [
        "reference/layers/softsign.py",
        "reference/operations/softsign.py",
    ]
    for package in ("reference", "grader", "worker", "tests", "assignments"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, source in blocks:
        (tmp_path / name).write_text(source)

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "softsign", *COMMON],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed is not None
    assert int(passed[1]) > 30
