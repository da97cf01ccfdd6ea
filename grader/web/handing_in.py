"""Handing in, the same for the form of the page and for programs."""

from datetime import datetime

from flask import request
from flask_login import current_user

from grader import dispatch
from grader.errors import RefusedError
from grader.intake import Prepared
from grader.services import submissions
from grader.services.receipts import Receipt
from grader.web.backend import backend


def hand_in(
    assignment_id: int, prepared: Prepared, *, received_at: datetime, key: str
) -> Receipt:
    """Store what the visitor hands in, queue it and wake a worker.

    Raises
    ------
    RefusedError
        As ``submissions.submit``.
    """
    here = backend()
    with here.database.write() as session:
        receipt = submissions.submit(
            session,
            here.store,
            assignment_id=assignment_id,
            user_id=current_user.id,
            prepared=prepared,
            received_at=received_at,
            idempotency_key=key,
            secret_key=here.settings.secret_key,
        )
    dispatch.ring(here.settings)
    return receipt


def files_of_form() -> dict[str, bytes]:
    """Read the uploaded parts; an untouched file field counts as no upload.

    Raises
    ------
    RefusedError
        ``same-name`` if two parts have one name, so that neither is lost silently.
    """
    uploads: dict[str, bytes] = {}
    for part in request.files.getlist("files"):
        if not part.filename:
            continue
        if part.filename in uploads:
            raise RefusedError(
                f"Two of your files are called {part.filename}. Rename one of them.",
                code="same-name",
            )
        uploads[part.filename] = part.read()
    return uploads
