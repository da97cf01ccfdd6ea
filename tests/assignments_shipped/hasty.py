"""A jail that gives no check more time than a few seconds.

A sample that never ends uses up whatever its assignment allows. That it is ended, and
what becomes of its points, is the same after three seconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from grader.contract.jail import Jail, JailSession
from grader.contract.messages import Bundle, Case, Observation


@dataclass(frozen=True)
class _Session:
    session: JailSession
    wall_seconds: float

    @property
    def tier(self) -> str:
        return self.session.tier

    @property
    def facts(self):
        return self.session.facts

    def observe(self, case: Case) -> Observation:
        wall = min(case.limits.wall_seconds, self.wall_seconds)
        return self.session.observe(
            replace(case, limits=replace(case.limits, wall_seconds=wall))
        )


@dataclass(frozen=True)
class HastyJail:
    """Opens sessions of another jail, with less time."""

    jail: Jail
    wall_seconds: float = 3.0

    @contextmanager
    def open(self, bundle: Bundle) -> Iterator[_Session]:
        with self.jail.open(bundle) as session:
            yield _Session(session, self.wall_seconds)
