"""Log lines: one for each record, whatever somebody calls their file."""

import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextvars import copy_context

import pytest

from grader import logs

# Line ends of all kinds, terminal escapes, reversed text, quotes, lone surrogates.
BREAKS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028"]
HOSTILE = [
    f"{start}{broken}{end}"
    for broken in [*BREAKS, "\u2029", "\x1b[31m", "\x00", "\u202e", "\ud800"]
    for start, end in (
        ("a", '2026-01-01T00:00:00Z ERROR root: "forged"'),
        ("", '{"level": "CRITICAL"}'),
        ("%s%d", "\\"),
        ('"}', "', ["),
    )
]


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    yield
    logs.unbind("run_id", "worker", "request_id")


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord(
        "grader.x", logging.WARNING, "x.py", 1, message, arguments, None
    )


def as_json(line: str) -> dict[str, str]:
    return json.loads(line)


def test_there_are_enough_hostile_names() -> None:
    assert len(set(HOSTILE)) >= 50


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_is_exactly_one_line_that_can_be_parsed(name: str) -> None:
    line = logs.JsonFormatter().format(record("uploaded %s", name))

    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert line.isprintable()
    assert as_json(line)["message"] == f"uploaded {name}"
    assert as_json(line)["level"] == "WARNING"


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_is_one_line_of_text_as_well(name: str) -> None:
    line = logs.TextFormatter().format(record("uploaded %s", name))

    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    assert "WARNING grader.x: uploaded " in line


def test_a_hostile_id_is_escaped_like_a_message() -> None:
    with logs.bound(run_id="a\nb"):
        text = logs.TextFormatter().format(record("x"))
        line = logs.JsonFormatter().format(record("x"))

    assert text.endswith("x run_id=a\\nb")
    assert as_json(line)["run_id"] == "a\nb"


def test_a_line_says_when_who_and_what() -> None:
    line = as_json(logs.JsonFormatter().format(record("three is %d", 3)))

    assert (line["logger"], line["message"]) == ("grader.x", "three is 3")
    assert line["time"].endswith("Z")
    assert "traceback" not in line


def test_a_traceback_stays_in_its_line() -> None:
    failed = record("it failed")
    try:
        int("a\nb")
    except ValueError:
        failed.exc_info = sys.exc_info()

    line = logs.JsonFormatter().format(failed)
    text = logs.TextFormatter().format(failed)

    assert len(line.splitlines()) == 1
    assert "\nValueError: invalid literal" in as_json(line)["traceback"]
    assert "Traceback" in text.splitlines()[1]


def test_ids_are_in_every_line_until_their_end() -> None:
    form = logs.JsonFormatter()
    with logs.bound(run_id=1, worker="w"):
        with logs.bound(run_id=2):
            inner = as_json(form.format(record("x")))
        outer = as_json(form.format(record("x")))
    after = as_json(form.format(record("x")))

    assert (inner["run_id"], inner["worker"]) == ("2", "w")
    assert outer["run_id"] == "1"
    assert "run_id" not in after


def test_ids_of_one_thread_are_not_in_the_lines_of_another() -> None:
    seen: list[str] = []

    def log() -> None:
        seen.append(logs.JsonFormatter().format(record("x")))

    with logs.bound(run_id="mine"):
        given = copy_context()
        for target in (log, lambda: given.run(log)):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()

    assert "run_id" not in as_json(seen[0])
    assert as_json(seen[1])["run_id"] == "mine"


def test_configuring_replaces_what_was_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        for _ in range(2):
            logs.configure("json")
        logging.getLogger("grader.x").info("once")
    finally:
        root.handlers[:] = before
        root.setLevel(level)

    [line] = capsys.readouterr().err.splitlines()
    assert as_json(line)["message"] == "once"
