"""Files on their way out: always as an attachment, never something to run."""

import io
import zipfile
from collections.abc import Mapping
from urllib.parse import quote

from flask import Response, current_app
from werkzeug.datastructures import Headers

from grader.web.filters import visible

# The earliest date a zip can hold: the same files give the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def attachment(
    content: bytes, name: str, mimetype: str = "application/octet-stream"
) -> Response:
    """Return bytes that the browser saves and does not open."""
    safe = "".join(
        c for c in visible(name) if c.isprintable() and c not in '/\\"'
    ).strip(". ")
    headers = Headers()
    headers.add("X-Content-Type-Options", "nosniff")
    headers.set("Content-Disposition", "attachment", **_named(safe or "download"))
    return current_app.response_class(content, mimetype=mimetype, headers=headers)


def _named(name: str) -> dict[str, str]:
    """Return a name for a header, which servers send as Latin-1 and nothing else.

    References
    ----------
    RFC 6266, section 4.3, and RFC 8187 for the second form.
    """
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    if plain == name:
        return {"filename": name}
    return {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='')}"}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a zip, in the order of their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name])
    return buffer.getvalue()
