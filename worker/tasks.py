"""The one task: answer a bell."""

from functools import lru_cache

from grader import dispatch
from worker.app import NODE, app, is_stopping, settings
from worker.loop import Worker, worker_for


@lru_cache(maxsize=1)
def this_process() -> Worker:
    """Return this grading process's worker, made after the fork."""
    return worker_for(settings, NODE, should_stop=is_stopping)


@app.task(name=dispatch.LOOK)  # type: ignore[untyped-decorator]
def look() -> None:
    """Grade until the queue is empty or the time for one bell is over."""
    if this_process().drain(settings.drain_seconds).more:
        dispatch.ring(settings)
