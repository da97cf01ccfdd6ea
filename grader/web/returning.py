"""Where to go after signing in: a page of ours, whatever the address said."""

from urllib.parse import urlsplit

from flask import request, url_for


def own_page(target: str | None) -> str:
    r"""Return the path of a page of ours, or of the home page in place of any other.

    Browsers read ``//host``, ``/\host`` and paths with control characters as other
    sites, so nothing of that kind passes.
    """
    home = url_for("student.home")
    if not target or not target.isprintable() or "\\" in target or target[:2] == "//":
        return home
    parts = urlsplit(target)
    if parts.netloc and f"{parts.scheme}://{parts.netloc}/" != request.host_url:
        return home
    path = parts.path
    if not path.startswith("/") or path.startswith("//"):
        return home
    if path.startswith("/sign-in"):
        return home
    return f"{path}?{parts.query}" if parts.query else path
