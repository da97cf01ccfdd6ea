"""Receipts: what a student can show later to prove what was handed in, and when."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadSignature, URLSafeSerializer

SALT = "grader.receipt"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Promise that a submission is stored.

    Parameters
    ----------
    sha256
        Of the file, as ``sha256sum`` prints it; of several files, the hash of the list
        that ``sha256sum`` prints for them in the order of their names.
    signature
        Everything above in one signed text; empty if no key was given.
    """

    submission_id: str
    run_id: str
    number: int
    sha256: str
    received_at: datetime
    signature: str = ""


def fingerprint(originals: Mapping[str, str]) -> str:
    """Return the one hash that stands for all uploaded files.

    Parameters
    ----------
    originals
        Name to SHA-256 of each file.
    """
    if len(originals) == 1:
        return next(iter(originals.values()))
    listed = "".join(f"{originals[name]}  {name}\n" for name in sorted(originals))
    return hashlib.sha256(listed.encode()).hexdigest()


def sign(
    secret_key: str,
    *,
    submission_id: uuid.UUID,
    number: int,
    sha256: str,
    received_at: datetime,
) -> str:
    """Return the signed text of a receipt."""
    if not secret_key:
        return ""
    facts = {
        "submission": str(submission_id),
        "number": number,
        "sha256": sha256,
        "received_at": received_at.astimezone(UTC).isoformat(),
    }
    return _serializer(secret_key).dumps(facts)


def verify(secret_key: str, signature: str) -> dict[str, str | int] | None:
    """Return what a receipt states, or ``None`` if it is not one of ours."""
    try:
        facts = _serializer(secret_key).loads(signature)
    except BadSignature:
        return None
    return facts if isinstance(facts, dict) else None


def _serializer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt=SALT)
