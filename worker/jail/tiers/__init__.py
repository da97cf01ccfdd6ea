"""Kinds of jail, one file each, found by discovery and ranked by strength."""

import functools
import importlib
import pkgutil

from worker.jail.tiers.base import Tier


@functools.cache
def ranked() -> tuple[Tier, ...]:
    """Return every tier, the strongest first."""
    found: list[Tier] = []
    for module in pkgutil.iter_modules(__path__):
        tier = getattr(importlib.import_module(f"{__name__}.{module.name}"), "TIER", 0)
        if isinstance(tier, Tier):
            found.append(tier)
    return tuple(sorted(found, key=lambda tier: tier.rank))
