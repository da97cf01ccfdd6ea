"""A running jail of each tier, shared by the tests of a module.

Sharing is part of the test: each case must be untouched by all that came before it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.contract.messages import Bundle
from grader.errors import SandboxUnavailableError
from tests.requirements import require
from worker.jail import JailSettings, create_jail
from worker.jail.selection import TieredJail
from worker.jail.session import Session
from worker.jail.tiers import ranked

ATTACKS = Path(__file__).with_name("attacks.py").read_bytes()
BINDING = b"""
def attack(student, *, options):
    return {"out": getattr(student, options["name"])()}

def with_input(student, x, *, options):
    yield {"out": getattr(student, options["name"])(x)}
"""
BUNDLE = Bundle({"mlp.py": ATTACKS}, "mlp.py", binding_source=BINDING)


@pytest.fixture(scope="module", params=[tier.name for tier in ranked()])
def jail(request: pytest.FixtureRequest) -> TieredJail:
    try:
        return create_jail(JailSettings(tiers=(request.param,)))
    except SandboxUnavailableError as error:
        require("sandbox", f"tier {request.param}: {error}")


@pytest.fixture(scope="session")
def any_jail() -> TieredJail:
    # The strongest jail here, for what does not depend on the tier.
    try:
        return create_jail(JailSettings())
    except SandboxUnavailableError as error:
        require("sandbox", str(error))


@pytest.fixture(scope="module")
def session(jail: TieredJail) -> Iterator[Session]:
    with jail.open(BUNDLE) as opened:
        yield opened
