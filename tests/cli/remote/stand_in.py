"""A service on this machine that answers what a test wrote down for it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Stated = tuple[int, dict[str, Any], dict[str, str]] | None


@dataclass
class StandIn:
    """What is answered, in order, and what was asked.

    An answer is a status, a body and headers; ``None`` hangs up without a word.
    """

    answers: list[Stated]
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""


@contextmanager
def standing_in(
    *answers: tuple[int, dict[str, Any], dict[str, str]] | None,
) -> Iterator[StandIn]:
    service = StandIn(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            service.asked.append((self.command, self.path, dict(self.headers)))
            stated = service.answers.pop(0)
            if stated is None:
                self.close_connection = True
                return
            status, body, headers = stated
            content = b"" if status == 304 else json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer  # noqa: N815 - names of the library

        def log_message(self, *_arguments: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}
    )
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
