"""The jail holds for other users and other interpreters than the one of the tests."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.contract.messages import Bundle, Call, Case
from grader.errors import SandboxUnavailableError
from tests.requirements import require
from worker.jail import JailSettings, create_jail
from worker.jail.tiers import ranked

ROOT = Path(__file__).resolve().parents[3]
SITE = Path(np.__file__).parent.parent
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
SYSTEM_PYTHON = Path(f"/usr/bin/python{VERSION}")
NOBODY = 65534
TIERS = [tier.name for tier in ranked()]
BINDING = b"""
def who(student):
    import os
    import decimal, statistics
    return {"out": [*os.getresuid(), statistics.mean([1, 3])]}
"""
# Run as an ordinary user: each tier's answer, or why there is none, as JSON.
PROGRAM = f"""
import json
from grader.contract.messages import Bundle, Call, Case
from grader.errors import SandboxUnavailableError
from worker.jail import JailSettings, create_jail
found = {{}}
for tier in {TIERS!r}:
    try:
        jail = create_jail(JailSettings(tiers=(tier,)))
    except SandboxUnavailableError as error:
        found[tier] = str(error)
        continue
    bundle = Bundle({{"mlp.py": b""}}, "mlp.py", binding_source={BINDING!r})
    with jail.open(bundle) as session:
        seen = session.observe(Case((Call("who"),)))
    found[tier] = seen.replies[0].arrays["out"].tolist()
print(json.dumps(found))
"""


def open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


@pytest.fixture(scope="module")
def system_python() -> Path:
    if not SYSTEM_PYTHON.exists():
        require("system-python", f"{SYSTEM_PYTHON} is not installed")
    return SYSTEM_PYTHON


@pytest.fixture(scope="module")
def answers_of_nobody(
    system_python: Path,
) -> Iterator[dict[str, object]]:
    if os.getuid() != 0:
        pytest.skip("these tests run as an ordinary user already")
    # pytest's own folders are closed to other users.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        if not open_to_all(folder):
            pytest.skip(f"{folder.parent} is closed to other users")
        yield ask_as_nobody(system_python, folder)


def ask_as_nobody(python: Path, folder: Path) -> dict[str, object]:
    for package in ("grader", "worker"):
        shutil.copytree(
            ROOT / package,
            folder / package,
            ignore=shutil.ignore_patterns("__pycache__", "static", "templates"),
        )
    site = SITE
    if not open_to_all(SITE / "numpy"):
        site = folder / "site"
        for part in ("numpy", "numpy.libs"):
            if (SITE / part).is_dir():
                shutil.copytree(SITE / part, site / part)
    done = subprocess.run(
        [
            *("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY)),
            *("--clear-groups", "--", str(python), "-c", PROGRAM),
        ],
        env={"PYTHONPATH": f"{folder}:{site}", "PATH": os.environ["PATH"]},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("tier", TIERS)
def test_an_ordinary_user_has_a_jail(
    answers_of_nobody: dict[str, object], tier: str
) -> None:
    found = answers_of_nobody[tier]
    if isinstance(found, str):
        require("sandbox", f"tier {tier} for an ordinary user: {found}")
    assert found == [NOBODY, NOBODY, NOBODY, 2.0]


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("kind", ["installed", "environment"])
def test_the_systems_interpreter_can_be_used(
    system_python: Path, tmp_path: Path, tier: str, kind: str
) -> None:
    python = system_python
    if kind == "environment":
        subprocess.run(
            [system_python, "-m", "venv", "--without-pip", tmp_path / "env"],
            check=True,
        )
        python = tmp_path / "env/bin/python"
    try:
        jail = create_jail(JailSettings(python=str(python), tiers=(tier,)))
    except SandboxUnavailableError as error:
        require("sandbox", f"tier {tier} with {python}: {error}")
    bundle = Bundle({"mlp.py": b""}, "mlp.py", binding_source=BINDING)
    with jail.open(bundle) as session:
        seen = session.observe(Case((Call("who"),)))
    assert seen.fault is None
    assert 0 not in seen.replies[0].arrays["out"].tolist()
