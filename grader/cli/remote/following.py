"""A submission on its way, and its result, in a terminal."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from grader.cli.remote.service import Service
from grader.cli.table import LOOK, plain, points, progress_bar
from grader.report import Verdict

_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
_BAD = frozenset({Verdict.FAILED, Verdict.ERRORED, Verdict.BROKEN})
_LEAST_PAUSE, _LONGEST_PAUSE = 0.2, 30.0
_STATUS = {
    "graded": "graded",
    "needs_attention": "waits for the staff: something on our side went wrong, and "
    "your attempt was given back",
    "superseded": "was taken out of the queue",
}


def follow(
    service: Service,
    submission: str,
    console: Console,
    sleep: Callable[[float], None] = time.sleep,
) -> Mapping[str, Any]:
    """Show how far grading has come until it ends, and return the report."""
    path = f"/api/v1/submissions/{submission}"
    reply = service.get(path)
    report, etag = reply.body, reply.etag
    with progress_bar(console) as bar:
        task = bar.add_task("", total=None)
        told = ""
        while report["is_pending"]:
            told = _show(bar, task, report, told)
            pause = float(report["poll_seconds"])
            sleep(min(max(pause, _LEAST_PAUSE), _LONGEST_PAUSE))
            reply = service.get(path, etag=etag)
            if reply.status != 304:
                report, etag = reply.body, reply.etag
    return report


def print_result(console: Console, report: Mapping[str, Any]) -> None:
    """Print the score by check, and of what failed the first sentence."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("check")
    table.add_column("verdict", no_wrap=True)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("what to know")
    for check in report["checks"]:
        table.add_row(*_row(check, report["results"]))
    for notice in report["notices"]:
        console.print(f"note: {printable(notice)}", markup=False, highlight=False)
    console.print(table)
    if report["score"] is None:
        word = _STATUS.get(report["status"], report["status"])
        console.print(f"No score: this submission {word}.", markup=False)
        return
    part = " (visible part; the rest comes later)" if report["is_partial"] else ""
    console.print(
        f"score {plain(report['score'])} of {plain(report['max_score'])}{part}",
        highlight=False,
    )


def first_sentence(text: str) -> str:
    """Return what a message begins with."""
    return _SENTENCE_END.split(text.strip(), maxsplit=1)[0]


def printable(text: str) -> str:
    """Return a text that cannot steer a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def _row(check: Mapping[str, Any], results: list[Any]) -> tuple[str | Text, ...]:
    own = [one for one in results if one["check"] == check["id"]]
    earned = check["points"]
    bad = next((one for one in own if one["verdict"] in _BAD), None)
    shown = bad or (own[0] if own else None)
    given = "-" if earned is None else points(earned, check["max_points"])
    if shown is None:
        return Text(printable(check["title"])), "", given, ""
    word, colour = LOOK[Verdict(shown["verdict"])]
    if bad and earned and earned >= check["max_points"]:
        # What went wrong was lost elsewhere already, and is not taken off twice.
        word, colour = "credited", "yellow"
    message = printable(first_sentence(bad["message"])) if bad else ""
    return (
        Text(printable(check["title"])),
        Text(word, style=colour),
        given,
        Text(message),
    )


def _show(bar: Progress, task: Any, report: Mapping[str, Any], told: str) -> str:
    """Move the bar; without a terminal, say each new thing on a line of its own."""
    now, place = report["progress"], report["queue_place"]
    doing = f"in the queue, place {place}" if place else "waiting for a worker"
    if not place and now["current"]:
        doing = f"check {now['done'] + 1} of {now['total']}: {now['current']}"
    doing = printable(doing)
    total = None if place else now["total"] or None
    bar.update(task, description=doing, total=total, completed=now["done"])
    if doing != told and not bar.console.is_terminal:
        bar.console.print(doing, markup=False, highlight=False)
    return doing
