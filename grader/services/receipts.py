"""Receipts: what a student can show later to prove what was handed in, and when."""

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from grader.models import Submission

SALT = "grader.receipt"
# Longer than any receipt: what is pasted may be a whole mail around it.
LONGEST_TEXT = 100_000
_SHORTEST_SIGNED = 40
# Whole words only: a pattern with a dot in the middle would try every start anew.
_WORD = re.compile(r"[A-Za-z0-9_.-]+")
_LINE = re.compile(
    r"^[ \t]{0,9}(Submission|Attempt|Received|SHA-256)[ \t]*:[ \t]*(\S+)[ \t\r]*$",
    re.M,
)


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


@dataclass(frozen=True, slots=True)
class Genuine:
    """What a receipt of ours states.

    Parameters
    ----------
    contradicted
        Lines around the signature that state something else; they were changed.
    """

    submission_id: str
    number: int
    sha256: str
    received_at: datetime
    contradicted: tuple[str, ...] = ()


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
    return _serializer([secret_key]).dumps(facts)


def verify(
    secret_key: str, signature: str, *, old_keys: Sequence[str] = ()
) -> dict[str, Any] | None:
    """Return what a signature states, or ``None`` if it is not one of ours.

    Parameters
    ----------
    old_keys
        Keys that signed before; they verify and never sign again.
    """
    keys = [key for key in (*old_keys, secret_key) if key]
    if not keys:
        return None
    try:
        facts = _serializer(keys).loads(signature)
    except BadSignature:
        return None
    return facts if isinstance(facts, dict) else None


def as_text(receipt: Receipt, *, title: str, originals: Mapping[str, str]) -> str:
    """Return a receipt as a text to keep.

    Parameters
    ----------
    title
        Of the assignment.
    originals
        Name to SHA-256 of each uploaded file.
    """
    received = receipt.received_at.astimezone(UTC).isoformat()
    files = "".join(f"  {originals[name]}  {name}\n" for name in sorted(originals))
    return (
        f"Receipt for a submission to {title}\n\n"
        f"Submission: {receipt.submission_id}\n"
        f"Attempt:    {receipt.number}\n"
        f"Received:   {received}\n"
        f"SHA-256:    {receipt.sha256}\n\n"
        f"Files, as sha256sum prints them:\n{files}\n"
        "Signature. It holds all of the above, so keep it whole:\n"
        f"{receipt.signature}\n"
    )


def recognised(
    secret_key: str, text: str, *, old_keys: Sequence[str] = ()
) -> Genuine | None:
    """Return what a receipt states, or ``None`` if there is none of ours in a text.

    The text may be a signature alone, a whole receipt, or a mail around one; spaces and
    line breaks that a mail put into the signature do no harm.
    """
    for signature in _candidates(text[:LONGEST_TEXT]):
        facts = verify(secret_key, signature, old_keys=old_keys)
        if facts is not None:
            return _genuine(facts, text)
    return None


def is_on_record(session: Session, receipt: Genuine) -> bool:
    """Tell whether the submission is there, with the very hash of the receipt."""
    submission = session.get(Submission, uuid.UUID(receipt.submission_id))
    return submission is not None and submission.sha256 == receipt.sha256


def _candidates(text: str) -> Iterator[str]:
    """Yield what looks signed: as it stands, and after a mail broke the last line."""
    ending = re.sub(r"[\s>]+", "", text.rpartition(":")[2])
    for word in (*_WORD.findall(text), *_WORD.findall(ending)):
        if "." in word and len(word) >= _SHORTEST_SIGNED:
            yield word


def _genuine(facts: Mapping[str, Any], text: str) -> Genuine:
    stated = {
        "Submission": str(facts["submission"]),
        "Attempt": str(facts["number"]),
        "Received": str(facts["received_at"]),
        "SHA-256": str(facts["sha256"]),
    }
    contradicted = tuple(
        f"{label}: {value[:80]}"
        for label, value in _LINE.findall(text)
        if value != stated[label]
    )
    return Genuine(
        submission_id=stated["Submission"],
        number=int(facts["number"]),
        sha256=stated["SHA-256"],
        received_at=datetime.fromisoformat(stated["Received"]),
        contradicted=contradicted,
    )


def _serializer(keys: Sequence[str]) -> URLSafeSerializer:
    # The last one signs, all of them verify.
    return URLSafeSerializer(list(keys), salt=SALT)
