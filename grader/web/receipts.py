"""Looking whether a receipt is one of ours, for whoever shows one or is shown one."""

from flask import Blueprint, render_template, request

from grader.errors import RefusedError
from grader.services import receipts
from grader.services.receipts import LONGEST_TEXT, Genuine
from grader.web.access import Access, requires
from grader.web.backend import backend

blueprint = Blueprint("receipts", __name__, url_prefix="/receipts")


@blueprint.get("")
@requires(Access.SIGNED_IN)
def look() -> str:
    """Show the form."""
    return render_template("receipts/look.html", looked=False)


@blueprint.post("")
@requires(Access.SIGNED_IN)
def verify() -> str:
    """Say what a pasted or uploaded receipt states, or that it is not one of ours."""
    text = _given()
    settings = backend().settings
    receipt = receipts.recognised(settings.secret_key, text, old_keys=settings.old_keys)
    return render_template(
        "receipts/look.html",
        looked=True,
        text=text,
        receipt=receipt,
        on_record=receipt is not None and _is_on_record(receipt),
    )


def _given() -> str:
    """Return the pasted text, or that of an uploaded file.

    Raises
    ------
    RefusedError
        ``no-receipt`` or ``too-long``.
    """
    part = request.files.get("file")
    content = part.read(LONGEST_TEXT + 1) if part is not None else b""
    text = content.decode("utf-8", "replace") or request.form.get("text", "")
    if not text.strip():
        raise RefusedError(
            "Paste a receipt, or choose the file that you saved.", code="no-receipt"
        )
    if len(text) > LONGEST_TEXT:
        raise RefusedError(
            "This is much longer than a receipt. Paste only the receipt.",
            code="too-long",
        )
    return text


def _is_on_record(receipt: Genuine) -> bool:
    with backend().database.read() as session:
        return receipts.is_on_record(session, receipt)
