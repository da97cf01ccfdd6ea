"""Hostile and broken submissions, each with what has to come of it."""

from tests.jail.battery import (
    broken,
    escape,
    forge,
    frames,
    neighbours,
    resource,
    runner,
    values,
)
from tests.jail.battery.entry import Attack

ATTACKS: tuple[Attack, ...] = (
    *resource.ATTACKS,
    *escape.ATTACKS,
    *neighbours.ATTACKS,
    *forge.ATTACKS,
    *values.ATTACKS,
    *frames.ATTACKS,
    *runner.ATTACKS,
    *broken.ATTACKS,
)
