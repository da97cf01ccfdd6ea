"""The jail of this machine, as the settings ask for it."""

from grader.config import Settings
from grader.contract.jail import Jail
from worker.jail.settings import JailSettings


def jail_settings(settings: Settings) -> JailSettings:
    """Return what the operator's settings say about the jail."""
    return JailSettings(
        min_tier=settings.min_tier, uid=settings.jail_uid, gid=settings.jail_uid
    )


def this_machines_jail(settings: Settings | None = None) -> Jail:
    """Start the strongest jail that holds here.

    Raises
    ------
    SandboxUnavailableError
        If none holds, or none that is strong enough for the settings.
    """
    from worker.jail import create_jail

    return create_jail(jail_settings(settings or Settings.from_environment()))
