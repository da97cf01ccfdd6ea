"""Public identifiers as they come in from addresses and forms."""

import uuid

from grader.errors import NotFoundError


def parsed(public_id: str | uuid.UUID) -> uuid.UUID:
    """Return a public id as a UUID.

    Raises
    ------
    NotFoundError
        If it is no UUID, and so names nothing.
    """
    if isinstance(public_id, uuid.UUID):
        return public_id
    try:
        return uuid.UUID(public_id)
    except ValueError:
        raise NotFoundError(f"{public_id!r} is not the id of anything") from None
