"""Hostile and broken submissions, each with what has to come of it."""

from tests.jail.battery import broken, escape, forge, frames, resource, runner
from tests.jail.battery.entry import Attack

ATTACKS: tuple[Attack, ...] = (
    *resource.ATTACKS,
    *escape.ATTACKS,
    *forge.ATTACKS,
    *frames.ATTACKS,
    *runner.ATTACKS,
    *broken.ATTACKS,
)
