"""The one task: answer a bell."""

from functools import lru_cache
from typing import TYPE_CHECKING

from grader import dispatch
from worker.app import NODE, app, is_stopping, settings

if TYPE_CHECKING:
    from worker.loop import Worker


@lru_cache(maxsize=1)
def this_process() -> "Worker":
    """Return this grading process's worker, made after the fork."""
    # Imported here: the parent never grades, and would keep a copy of every page of it
    # that its processes write to.
    from worker.loop import worker_for

    return worker_for(settings, NODE, should_stop=is_stopping)


@app.task(name=dispatch.LOOK)  # type: ignore[untyped-decorator]
def look() -> None:
    """Grade until the queue is empty or the time for one bell is over."""
    if this_process().drain(settings.drain_seconds).more:
        dispatch.ring(settings)
