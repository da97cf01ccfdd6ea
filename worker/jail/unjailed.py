"""The runner without any jail, to measure what the jail costs. Never grade with it."""

from grader.contract.messages import Bundle
from worker.jail import inventory
from worker.jail.inventory import PINS
from worker.jail.launch import Launch
from worker.jail.server import ForkServer
from worker.jail.session import Session
from worker.jail.settings import JailSettings


class UnjailedForMeasurementOnly:
    """Starts the same runner as a plain process, with no wall whatsoever around it.

    Nothing selects this by itself: it must be imported by its name. Give it only code
    that you would run without a jail.
    """

    def __init__(self, settings: JailSettings) -> None:
        found = inventory.take(settings)
        self._seconds = settings.start_seconds
        self._launch = Launch(
            tier="unjailed",
            inventory=found,
            before=(),
            start={
                "site": str(settings.site),
                "uid": 0,
                "gid": 0,
                "landlock": "off",
                "readable": [],
                "listable": [],
                "may_open": True,
                "preload": False,
                "locked": False,
            },
            environment=PINS,
            verified=False,
        )

    def open(self, bundle: Bundle) -> Session:
        """Start the runner for one bundle."""
        return Session(ForkServer(self._launch), bundle, self._seconds)
