"""A network that loses every packet: nobody says that the other end is gone."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import text

from grader import db
from grader.db import Database
from grader.errors import StorageError
from tests.chaos.cluster import Cluster
from tests.chaos.conftest import NewSite
from tests.chaos.network import wired
from tests.chaos.selection import slow
from tests.chaos.site import Site

pytestmark = [pytest.mark.service, pytest.mark.timeout(120)]

# The same options, so short that a test can wait for them with every change.
QUICK = {
    "connect_timeout": 2,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 1,
    "tcp_user_timeout": 2000,
}
# By itself the system waits for a quarter of an hour.
NOTICED_SECONDS = 30.0
LONG = "SELECT pg_sleep(100)"


def _ask(database: Database, question: str) -> None:
    with database.read() as session:
        session.execute(text(question))


def _is_asked(site: Site, question: str) -> bool:
    with site.database.read() as session:
        seen = text("SELECT count(*) FROM pg_stat_activity WHERE query = :asked")
        return bool(session.scalar(seen, {"asked": question}))


@pytest.mark.parametrize("question", ["SELECT 1", LONG], ids=["asking", "waiting"])
@pytest.mark.parametrize(
    "options", [QUICK, pytest.param({}, id="as-shipped", marks=slow)]
)
def test_a_database_behind_a_dead_network_is_away_after_seconds_and_not_for_ever(
    options: dict[str, int],
    question: str,
    site_on: NewSite,
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = site_on("postgres")
    monkeypatch.setattr(db, "POSTGRES_OPTIONS", {**db.POSTGRES_OPTIONS, **options})
    with wired(site, cluster) as (wire, url), ThreadPoolExecutor(1) as other:
        database = Database(url, pooled=False)
        with database.read() as session:
            session.connection()
            if question == LONG:
                asked: Future[object] = other.submit(session.execute, text(LONG))
                site.until(lambda: _is_asked(site, LONG))
                wire.lose()
            else:
                wire.lose()
                asked = other.submit(session.execute, text(question))
            noticed = asked.exception(NOTICED_SECONDS)
            session.invalidate()
        with pytest.raises(StorageError):
            _ask(database, "SELECT 2")
        wire.heal()
        _ask(database, "SELECT 3")

    assert "timed out" in str(noticed)
