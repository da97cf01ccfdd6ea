"""Say why a test cannot run here, and fail where that may not be.

``GRADER_REQUIRE`` is a comma list of names. What it names must be there: a test that
would be skipped for want of it fails instead.
"""

import os
from typing import NoReturn

import pytest


def require(name: str, reason: str) -> NoReturn:
    """Skip for want of a named thing, or fail if the environment demands it."""
    demanded = {
        item.strip() for item in os.environ.get("GRADER_REQUIRE", "").split(",")
    }
    if name in demanded:
        pytest.fail(f"GRADER_REQUIRE demands {name}, but: {reason}")
    pytest.skip(f"needs {name}: {reason}")


def require_sandbox() -> None:
    """Skip or fail unless some jail holds on this machine."""
    from grader.errors import SandboxUnavailableError
    from worker.jail import JailSettings, create_jail

    try:
        create_jail(JailSettings())
    except SandboxUnavailableError as error:
        require("sandbox", str(error))
