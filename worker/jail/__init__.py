"""The trusted side of the jail: start it, examine it from outside, listen to it."""

from worker.jail.pool import WarmPool
from worker.jail.selection import TierFinding, create_jail, diagnose
from worker.jail.settings import JailSettings

__all__ = ["JailSettings", "TierFinding", "WarmPool", "create_jail", "diagnose"]
