"""Taking one's data along, and having one's account erased."""

import tempfile
import zipfile
from typing import IO

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from flask_security.utils import logout_user
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from grader.errors import RefusedError
from grader.services import own_account, personal_data
from grader.web.access import Access, requires
from grader.web.account.common import now, require_own_password
from grader.web.backend import backend

blueprint = Blueprint("own_records", __name__)
# Above this an archive is put together on disk.
_MEMORY_BYTES = 4 << 20


@blueprint.get("/account/data")
@requires(Access.SIGNED_IN)
def show() -> str:
    """Say what is kept, and offer to take it along or to erase it."""
    return _page()


@blueprint.post("/account/data/export")
@requires(Access.SIGNED_IN)
def export() -> Response:
    """Return everything that is kept of this person as a zip."""
    with backend().database.read() as session:
        parts = personal_data.export(session, current_user.id, now())
    archive = _packed(parts)
    headers = Headers()
    headers.add("X-Content-Type-Options", "nosniff")
    headers.set("Content-Disposition", "attachment", filename="my-data.zip")
    return current_app.response_class(
        wrap_file(request.environ, archive),
        mimetype="application/zip",
        headers=headers,
        direct_passthrough=True,
    )


@blueprint.post("/account/data/erase")
@requires(Access.SIGNED_IN)
def erase() -> tuple[str, int] | Response:
    """Erase the account of whoever knows its password and said that they mean it."""
    try:
        _require_will()
        require_own_password(request.form.get("password", ""))
        with backend().database.write() as session:
            personal_data.erase(session, current_user.id, now())
    except RefusedError as refused:
        return _page(error=refused.message, code=refused.code), 422
    logout_user()
    flash("Your account is erased.", "success")
    return redirect(url_for("security.login"), 303)


def _require_will() -> None:
    if request.form.get("sure") != "yes":
        raise RefusedError("Tick the box if you are sure.", code="not-sure")


def _page(*, error: str = "", code: str = "") -> str:
    with backend().database.read() as session:
        view = own_account.of(session, current_user.id, now())
    return render_template(
        "account/data.html", account=view, error=error, error_code=code
    )


def _packed(parts: list[personal_data.Part]) -> IO[bytes]:
    """Return an open file with the archive; one stored file at a time is in memory."""
    store = backend().store
    # The server closes it when it has sent it.
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(part.name, part.read(store.get))
    file.seek(0)
    return file
