"""What every answer tells the browser it may not do, and where posts may come from."""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request

_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def install(app: Flask, base_url: str) -> None:
    """Set the headers on every answer and check the origin of every post."""
    parts = urlsplit(base_url)
    own = _origin(base_url)

    @app.before_request
    def check_origin() -> None:
        if request.method not in _SAFE_METHODS and not _is_ours(own):
            g.refused_origin = True
            abort(403)

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if parts.scheme == "https":
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            # Pages hold personal data: keep them out of shared and disk caches.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


def _is_ours(own: str) -> bool:
    """Tell whether a post comes from one of our pages, as far as the browser says."""
    origin = request.headers.get("Origin")
    if origin is not None:
        return origin in {own, _origin(request.host_url)}
    return request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
