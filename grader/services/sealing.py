"""Keeps secrets that must be read again from those who read only the database."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_PURPOSE = b"grader: secrets of the second factor"


class Sealer:
    """Encrypts short texts with a key derived from the service's secret keys.

    Parameters
    ----------
    secret_key
        What is sealed from now on is sealed with this.
    old_keys
        What was sealed with one of these can still be opened.
    """

    def __init__(self, secret_key: str, old_keys: Sequence[str] = ()) -> None:
        self._fernet = MultiFernet(
            [Fernet(_derived(key)) for key in (secret_key, *old_keys)]
        )

    def seal(self, text: str) -> str:
        """Return a text that only the keys can open."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str, *, ttl_seconds: int | None = None) -> str | None:
        """Return what was sealed, or ``None`` if none of the keys opens it.

        Parameters
        ----------
        ttl_seconds
            How old it may be; ``None`` for any age.
        """
        try:
            return self._fernet.decrypt(sealed.encode(), ttl=ttl_seconds).decode()
        except InvalidToken:
            return None


def _derived(key: str) -> bytes:
    # Another purpose gives another key, so what signs sessions cannot open secrets.
    digest = hmac.digest(key.encode(), _PURPOSE, hashlib.sha256)
    return base64.urlsafe_b64encode(digest)
