"""On what each fault is tried: some of it with every change, all by ``make chaos``."""

import pytest

slow = pytest.mark.slow_chaos

BOTH = pytest.mark.parametrize("site", ["sqlite", "postgres"], indirect=True)
SQLITE_FIRST = pytest.mark.parametrize(
    "site", ["sqlite", pytest.param("postgres", marks=slow)], indirect=True
)
POSTGRES_FIRST = pytest.mark.parametrize(
    "site", [pytest.param("sqlite", marks=slow), "postgres"], indirect=True
)
POSTGRES = pytest.mark.parametrize("site", ["postgres"], indirect=True)
EACH_WORKER = pytest.mark.parametrize(
    ("site", "kind"),
    [
        ("sqlite", "poller"),
        ("postgres", "celery"),
        pytest.param("sqlite", "celery", marks=slow),
        pytest.param("postgres", "poller", marks=slow),
    ],
    indirect=["site"],
)
# For what costs a lot: one of the four with every change.
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
