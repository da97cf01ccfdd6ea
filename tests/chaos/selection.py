"""On what each fault is tried: some of it with every change, all by ``make chaos``."""

import pytest

slow = pytest.mark.slow_chaos

SQLITE_FIRST = pytest.mark.parametrize(
    "site", ["sqlite", pytest.param("postgres", marks=slow)], indirect=True
)
POSTGRES_FIRST = pytest.mark.parametrize(
    "site", [pytest.param("sqlite", marks=slow), "postgres"], indirect=True
)
# The two databases of what is cheap where services are tested, and dear here.
BOTH = POSTGRES_FIRST
POSTGRES = pytest.mark.parametrize("site", ["postgres"], indirect=True)
EACH_WORKER = pytest.mark.parametrize(
    ("site", "kind"),
    [
        ("postgres", "celery"),
        pytest.param("sqlite", "poller", marks=slow),
        pytest.param("sqlite", "celery", marks=slow),
        pytest.param("postgres", "poller", marks=slow),
    ],
    indirect=["site"],
)
# The same, with the other kind of worker in front.
ONE_WORKER = pytest.mark.parametrize(
    ("site", "kind"),
    [
        ("sqlite", "poller"),
        pytest.param("sqlite", "celery", marks=slow),
        pytest.param("postgres", "poller", marks=slow),
        pytest.param("postgres", "celery", marks=slow),
    ],
    indirect=["site"],
)
