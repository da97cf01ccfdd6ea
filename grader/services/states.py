"""Conditions on where a run stands, in the words of the indexes.

Finished runs are in no index of the queue. A database uses such an index only if it
sees the state in the statement itself: for one that comes as a parameter SQLite reads
the whole table where there are two of them, and PostgreSQL where it keeps a plan.
"""

from typing import Any

from sqlalchemy import ColumnElement, literal_column

from grader.models import GradingRun, RunStatus


def stands(status: RunStatus, runs: Any = GradingRun.status) -> ColumnElement[bool]:
    """Return the condition that a run is in one state.

    Parameters
    ----------
    runs
        The column, if it is not that of the table itself.
    """
    return runs == _spelled(status)


def is_pending() -> ColumnElement[bool]:
    """Return the condition that something is still going to happen to a run."""
    return GradingRun.status.in_(
        [_spelled(RunStatus.QUEUED), _spelled(RunStatus.RUNNING)]
    )


def begins_elsewhere(column: Any) -> ColumnElement[int]:
    """Return a number's column in a form that no index of it can be used for.

    Where few runs are pending, SQLite would otherwise begin with all submissions of an
    assignment and look at the runs of each.
    """
    return column + 0


def _spelled(status: RunStatus) -> ColumnElement[str]:
    # The words are constants of ours, no text of anybody's.
    return literal_column(f"'{status.value}'")
