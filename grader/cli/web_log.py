"""How gunicorn writes its lines: as every other process of ours does."""

import os
from typing import Any

from gunicorn.glogging import Logger

from grader import logs
from grader.config import Settings


class WebLogger(Logger):  # type: ignore[misc]
    """Gunicorn's logger, for which the settings choose the form of a line."""

    def setup(self, cfg: Any) -> None:
        """Set up gunicorn's own handlers, then the form of all of them."""
        super().setup(cfg)
        form = Settings.from_environment(os.environ).log_format
        logs.configure(form)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(logs.formatter(form))
