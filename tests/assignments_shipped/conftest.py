"""The real jail of this machine, for submissions that are graded as students' are."""

import pytest

from grader.contract.jail import Jail
from grader.errors import SandboxUnavailableError
from tests.requirements import require


@pytest.fixture(scope="session")
def jail() -> Jail:
    from worker.jail import JailSettings, create_jail

    try:
        return create_jail(JailSettings())
    except SandboxUnavailableError as error:
        require("sandbox", str(error))
