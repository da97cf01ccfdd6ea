"""What a tier is."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from worker.jail.inventory import Inventory
from worker.jail.launch import Launch
from worker.jail.settings import JailSettings


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a tier does not hold, and what would help; one sentence each."""

    reason: str
    advice: str


class Tier(ABC):
    """One way to hold student code. A module with ``TIER = ...`` adds one.

    ``lacks`` says in a sentence what the next stronger one holds and this one does not.
    """

    name: ClassVar[str]
    rank: ClassVar[int]
    summary: ClassVar[str]
    lacks: ClassVar[str] = ""

    @abstractmethod
    def obstacle(self, settings: JailSettings) -> Obstacle | None:
        """Return what can be seen to be missing without starting anything."""

    @abstractmethod
    def launches(
        self, inventory: Inventory, settings: JailSettings
    ) -> Iterator[Launch]:
        """Yield ways to start it here, the best first; the first that holds is used."""

    @abstractmethod
    def explain(self, reason: str) -> str:
        """Return advice for a start that failed with this reason."""
