"""Slow down guessing of passwords without locking anybody out for good."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_FREE_TRIES = 5
_FORGET_SECONDS = 900.0
_LONGEST_WAIT_SECONDS = 120.0
_ADDRESS_FACTOR = 6
_REMEMBERED_KEYS = 10_000


class SignInThrottle:
    """Count failed sign-ins per account and address, and ask for growing pauses.

    A pair of account and address may fail five times; every further failure doubles
    the pause, up to two minutes. An address as a whole may fail six times as often. The
    account itself is never locked: its owner signs in from elsewhere at once.

    The counts live in this process, bounded in number. Several web processes each
    count for themselves, which multiplies what a guesser gets by their number.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[tuple[str, ...], tuple[int, float]] = OrderedDict()

    def wait_seconds(self, account: str, address: str) -> float:
        """Return how long this visitor must wait before the next try; 0 for not."""
        with self._lock:
            return max(
                self._wait((account.casefold(), address), _FREE_TRIES),
                self._wait((address,), _FREE_TRIES * _ADDRESS_FACTOR),
            )

    def failed(self, account: str, address: str) -> None:
        """Count one failed sign-in."""
        now = self._clock()
        with self._lock:
            for key in ((account.casefold(), address), (address,)):
                count, last = self._failures.pop(key, (0, now))
                if now - last > _FORGET_SECONDS:
                    count = 0
                self._failures[key] = (count + 1, now)
            while len(self._failures) > _REMEMBERED_KEYS:
                self._failures.popitem(last=False)

    def succeeded(self, account: str, address: str) -> None:
        """Forget the failures of this account from this address."""
        with self._lock:
            self._failures.pop((account.casefold(), address), None)

    def _wait(self, key: tuple[str, ...], free: int) -> float:
        count, last = self._failures.get(key, (0, 0.0))
        if count < free:
            return 0.0
        pause = min(_LONGEST_WAIT_SECONDS, 2.0 ** min(count - free, 10))
        return max(0.0, last + pause - self._clock())
