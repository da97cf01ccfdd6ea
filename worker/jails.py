"""The jails that the settings ask for, made when they are needed."""

from grader.config import Settings
from grader.contract.jail import Jail, StandingJail


def jail_for(settings: Settings) -> Jail:
    """Start the strongest jail that holds here, as the settings want it.

    Raises
    ------
    SandboxUnavailableError
        If none holds, or none that is strong enough.
    """
    from worker.jail import JailSettings, create_jail

    return create_jail(JailSettings.chosen_by(settings))


def standing_jail_for(settings: Settings) -> StandingJail:
    """Return the same jail with some started in advance, for a process that stays.

    Call it from the thread that will grade.

    Raises
    ------
    SandboxUnavailableError
        If no jail holds, or none that is strong enough.
    """
    from worker.jail import JailSettings, WarmPool, create_jail

    pool = WarmPool(create_jail(JailSettings.chosen_by(settings)), settings.warm_jails)
    pool.fill()
    return pool
