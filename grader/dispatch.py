"""Ringing the workers' bell: "look, there is something to grade"."""

import logging
import threading
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grader.config import Settings

if TYPE_CHECKING:
    from celery import Celery

log = logging.getLogger(__name__)

QUEUE = "grade"
LOOK = "grader.look"
SILENT_SECONDS = 2.0

# A dead broker answers at once, a frozen one never: neither may hold up an upload.
TRANSPORT: dict[str, Any] = {
    "socket_timeout": 1.0,
    "socket_connect_timeout": 0.3,
    "max_retries": 1,
    "interval_start": 0.1,
    "interval_step": 0.1,
    "interval_max": 0.1,
    "retry_on_timeout": False,
}


def ring(settings: Settings, times: int = 1) -> bool:
    """Wake workers up; tell whether the broker took the message.

    Call it after the commit. The message says nothing about what to grade, so losing
    it, or sending it twice, does no harm: the janitor rings again. Never raises, takes
    about a second at most, and stays silent for 2 s after a failure.
    """
    return _bell(settings.broker_url).ring(times)


class Bell:
    """A producer that gives up quickly.

    Parameters
    ----------
    url
        Of the broker.
    """

    def __init__(self, url: str) -> None:
        self._app = _application(url)
        self._lock = threading.Lock()
        self._silent_until = 0.0

    def ring(self, times: int = 1) -> bool:
        """Send a bell, unless the last try failed a moment ago."""
        with self._lock:
            if time.monotonic() < self._silent_until:
                return False
        try:
            for _ in range(times):
                self._app.send_task(LOOK, queue=QUEUE, retry=False, ignore_result=True)
        except Exception as error:  # noqa: BLE001 - a bell that fails costs nothing
            with self._lock:
                self._silent_until = time.monotonic() + SILENT_SECONDS
            log.warning("the broker did not take a bell: %s", type(error).__name__)
            return False
        return True


@lru_cache(maxsize=4)
def _bell(url: str) -> Bell:
    return Bell(url)


def _application(url: str) -> "Celery":
    from celery import Celery

    app = Celery("grader.dispatch", broker=url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        broker_transport_options=TRANSPORT,
        broker_connection_timeout=0.5,
        broker_connection_max_retries=1,
        broker_pool_limit=10,
    )
    return app
