"""Sites on both databases, and the marker for what is too long for each change."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from grader.db import migrate
from tests import postgres
from tests.chaos.cluster import Cluster, running_cluster
from tests.chaos.site import Site, new_site
from tests.requirements import require

SLOW = "slow_chaos: a fault that is tried by `make chaos` only"
TEMPLATE = "chaos_template"
NewSite = Callable[[str], Site]
Note = Callable[[str, object], None]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", SLOW)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what takes long, unless the marker is named: see ``make chaos``."""
    if "slow_chaos" in config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow_chaos")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was measured: nothing is asserted about seconds of a busy machine."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            line = f"{report.nodeid.rpartition('::')[2]}: {name}: {value:.1f}"
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    if not postgres.is_installed():
        require("postgres", "initdb and postgres are not installed")
    with running_cluster() as cluster:
        cluster.run(f"CREATE DATABASE {TEMPLATE}")
        migrate(cluster.url(TEMPLATE))
        yield cluster


@pytest.fixture
def site_on(request: pytest.FixtureRequest, empty_sqlite: Path) -> Iterator[NewSite]:
    """Return what makes a site on ``sqlite`` or ``postgres``."""
    with ExitStack() as stack:

        def make(kind: str) -> Site:
            if kind == "sqlite":
                return stack.enter_context(new_site("", empty_sqlite))
            cluster: Cluster = request.getfixturevalue("cluster")
            name = cluster.new_database(TEMPLATE)
            stack.callback(cluster.drop, name)
            return stack.enter_context(new_site(cluster.url(name), empty_sqlite))

        yield make


@pytest.fixture
def site(request: pytest.FixtureRequest, site_on: NewSite) -> Site:
    return site_on(request.param)
