"""Pick the strongest tier that holds on this machine, or say why none does."""

import functools
import logging
from dataclasses import dataclass

from grader.contract.limits import Limits
from grader.contract.messages import Bundle
from grader.errors import ConfigurationError, SandboxUnavailableError
from worker.jail import inventory, selftest
from worker.jail.launch import Launch
from worker.jail.server import ForkServer
from worker.jail.session import Session
from worker.jail.settings import JailSettings
from worker.jail.tiers import ranked
from worker.jail.tiers.base import Obstacle, Tier

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TierFinding:
    """Whether one tier holds here; if not, why, and what would help.

    Parameters
    ----------
    accepted
        Whether the settings allow it.
    """

    tier: str
    holds: bool
    reason: str
    advice: str
    summary: str = ""
    accepted: bool = True


@dataclass(frozen=True, slots=True)
class TieredJail:
    """Starts sessions of one tier that has passed its self-test."""

    launch: Launch
    start_seconds: float

    @property
    def tier(self) -> str:
        """Return the name of the tier."""
        return self.launch.tier

    def open(self, bundle: Bundle) -> Session:
        """Start a jail for one submission; see `grader.contract.jail.Jail`."""
        return Session(self.start(), bundle, self.start_seconds)

    def start(self, first: Limits | None = None) -> ForkServer:
        """Begin to start a jail that nobody has asked for yet.

        Parameters
        ----------
        first
            What the first case will probably be allowed, so that its process is there
            when it comes.
        """
        return ForkServer(self.launch, first)


def create_jail(settings: JailSettings) -> TieredJail:
    """Return the strongest jail that holds here and that the settings accept.

    Each tier is tried once in each process, by a self-test of real probes.

    Raises
    ------
    SandboxUnavailableError
        If there is none: nothing is graded then. There is no weaker fallback.
    ConfigurationError
        If the settings name a tier that does not exist.
    """
    refused = []
    for tier in _accepted(settings):
        launch, obstacle = _examine(tier, settings)
        if launch is not None:
            return TieredJail(launch, settings.start_seconds)
        reason = obstacle.reason.rstrip(".")
        refused.append(f"{tier.name} ({tier.summary}): {reason}. {obstacle.advice} ")
    least = f" that is at least {settings.min_tier}" if settings.min_tier else ""
    raise SandboxUnavailableError(
        f"No jail{least} holds on this machine, so nothing is graded. "
        + "".join(refused).strip()
    )


def diagnose(settings: JailSettings) -> list[TierFinding]:
    """Try every tier and say what was found, the strongest first."""
    accepted = _accepted(settings)
    findings = []
    for tier in ranked():
        launch, obstacle = _examine(tier, settings)
        findings.append(
            TierFinding(
                tier=tier.name,
                holds=launch is not None,
                reason=obstacle.reason,
                advice=obstacle.advice,
                summary=tier.summary,
                accepted=tier in accepted,
            )
        )
    return findings


def forget_findings() -> None:
    """Make every tier pass its self-test again before it is next used."""
    _examine.cache_clear()


def _accepted(settings: JailSettings) -> list[Tier]:
    tiers = ranked()
    names = [tier.name for tier in tiers]
    for name in (settings.min_tier, *settings.tiers):
        if name and name not in names:
            raise ConfigurationError(
                f"GRADER_MIN_TIER: there is no tier {name}; known are {names}"
            )
    last = names.index(settings.min_tier) if settings.min_tier else len(names)
    return [
        tier
        for tier in tiers[: last + 1]
        if not settings.tiers or tier.name in settings.tiers
    ]


@functools.cache
def _examine(tier: Tier, settings: JailSettings) -> tuple[Launch | None, Obstacle]:
    """Return a way to start a tier that passed its self-test, or the obstacle."""
    obstacle = tier.obstacle(settings)
    if obstacle is not None:
        return None, obstacle
    reason = ""
    try:
        for launch in tier.launches(inventory.take(settings), settings):
            try:
                passed = selftest.run(launch, settings.start_seconds)
            except SandboxUnavailableError as error:
                reason = reason or str(error)
            else:
                return launch, Obstacle(f"All {passed} probes were refused.", "")
    except SandboxUnavailableError as error:
        return None, Obstacle(str(error), "Check the interpreter for student code.")
    log.info("tier %s does not hold here: %s", tier.name, reason)
    return None, Obstacle(reason, tier.explain(reason))
