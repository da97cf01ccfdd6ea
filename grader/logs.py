"""Log lines: readable text, or one JSON object each, with the ids that are known."""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

# C0 and C1 controls, and what Unicode takes for the end of a line or turns text around.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# Nothing of ours writes a token into a line; a library that does must not leak it.
_TOKENS = re.compile(r"\bbpg_[A-Za-z0-9_-]{16,}")
# They say at level INFO what only their authors want to know.
_CHATTY = ("alembic.runtime.plugins",)
_ids: ContextVar[dict[str, str]] = ContextVar("log_ids", default={})  # noqa: B039


@contextmanager
def bound(**ids: object) -> Iterator[None]:
    """Put these ids, such as ``run_id``, into every line that is logged meanwhile."""
    before = bind(**ids)
    try:
        yield
    finally:
        _ids.set(before)


def bind(**ids: object) -> dict[str, str]:
    """Put these ids into every line of this context from now on; return those before.

    For something that begins and ends in two different functions.
    """
    before = _ids.get()
    _ids.set({**before, **{name: str(value) for name, value in ids.items()}})
    return before


def unbind(*names: str) -> None:
    """Take ids out again."""
    _ids.set({name: value for name, value in _ids.get().items() if name not in names})


def configure(form: str) -> None:
    """Send everything from level INFO on to standard error, in this form.

    Parameters
    ----------
    form
        ``text`` or ``json``.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(form))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


def formatter(form: str) -> logging.Formatter:
    """Return what writes lines in this form."""
    return JsonFormatter() if form == "json" else TextFormatter()


class JsonFormatter(logging.Formatter):
    """One line of ASCII for each record: nothing in it can begin another line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a JSON object, with the traceback as one text."""
        line = {
            "time": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _redacted(record.getMessage()),
            **_ids.get(),
        }
        if record.exc_info:
            line["traceback"] = _redacted(self.formatException(record.exc_info))
        return json.dumps(line)


class TextFormatter(logging.Formatter):
    """One readable line for each record, and its traceback in lines below."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record with its control characters made visible."""
        ids = "".join(f" {name}={value}" for name, value in _ids.get().items())
        message = _CONTROLS.sub(_visible, _redacted(f"{record.getMessage()}{ids}"))
        line = f"{_moment(record)} {record.levelname} {record.name}: {message}"
        if record.exc_info:
            line += "\n" + _redacted(self.formatException(record.exc_info))
        return line


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _redacted(text: str) -> str:
    return _TOKENS.sub("bpg_[removed]", text)


def _visible(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode("ascii")
