"""Run a command as an ordinary user under a filter, as in a container."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.requirements import require

ROOT = Path(__file__).resolve().parents[4]
SITE = Path(np.__file__).parent.parent
PYTHON = Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")
USER = "10001"
# The filter comes on standard input: then the program takes this one's place.
INSTALL = """
import ctypes, os, sys
from worker.runner import seccomp
ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
seccomp.install(sys.stdin.buffer.read())
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def run(
    code: bytes, *arguments: str, **settings: str
) -> subprocess.CompletedProcess[bytes]:
    """Run Python with these arguments under a filter, without any capability."""
    if not PYTHON.exists():
        require("system-python", f"{PYTHON} is not installed")
    ordinary = [
        *("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups"),
        *("--bounding-set=-all", "--no-new-privs"),
    ]
    if os.getuid() != 0:
        ordinary = []
    return subprocess.run(
        [*ordinary, str(PYTHON), "-c", INSTALL, *arguments],
        input=code,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": f"{ROOT}:{SITE}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "GRADER_HOME": "/nonexistent",
            **settings,
        },
        cwd="/",
        capture_output=True,
        check=False,
    )
