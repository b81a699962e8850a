"""A web server for a forged platform's files: the log paths, with or without a reader's token."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    token: str | None = None
    requested: list[str]

    def do_GET(self) -> None:
        self.requested.append(self.path)
        wanted = f"Bearer {self.token}"
        if self.token and "/tile/entries/" in self.path and self.headers.get("Authorization") != wanted:
            self.send_response(HTTPStatus.UNAUTHORIZED)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def serving(folder: Path, token: str | None = None) -> Iterator[tuple[str, list[str]]]:
    """Serve `folder`; gives the base URL and the list of requested paths."""
    requested: list[str] = []
    handler = type("Handler", (_Handler,), {"token": token, "requested": requested})
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *args: handler(*args, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", requested
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
