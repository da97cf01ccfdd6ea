"""A jail of each tier that this machine offers, under a user of its own."""

from collections.abc import Iterator

import pytest

from grader.contract.jail import Jail
from grader.errors import SandboxUnavailableError
from tests.jail import grading, shared_jail
from tests.requirements import require
from worker.jail import JailSettings, create_jail
from worker.jail.selection import TieredJail
from worker.jail.tiers import ranked


@pytest.fixture(scope="module", params=[tier.name for tier in ranked()])
def jail(request: pytest.FixtureRequest) -> TieredJail:
    uid = grading.UID
    try:
        return create_jail(JailSettings(tiers=(request.param,), uid=uid, gid=uid))
    except SandboxUnavailableError as error:
        require("sandbox", f"tier {request.param}: {error}")


@pytest.fixture(scope="module")
def battery_jail(jail: TieredJail) -> Iterator[Jail]:
    """A jail for each entry in the strongest tier, one for all in the others."""
    if jail.tier == ranked()[0].name:
        yield jail
        return
    with shared_jail.shared(jail) as opened:
        yield opened
