"""A JSON-RPC peer that says what a test tells it to, or hangs up."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any, BinaryIO


class Peer:
    """A raw TCP server: per request it sends the next of `answers` (None: hang up, `...`: keep silent)."""

    def __init__(self) -> None:
        self.answers: list[object] = []
        self.requests: list[dict[str, Any]] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def methods(self) -> list[str]:
        """The methods asked for, in order."""
        return [request["method"] for request in self.requests]

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            while request := self._request(lines):
                self.requests.append(request)
                answer = self.answers.pop(0)
                if answer is None:
                    return
                if answer is ...:
                    lines.read(1)
                    return
                content = (
                    answer
                    if isinstance(answer, bytes)
                    else json.dumps({"id": request["id"], **answer}).encode()
                )
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content) + content)

    @staticmethod
    def _request(lines: BinaryIO) -> dict[str, Any] | None:
        length = 0
        while line := lines.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(lines.read(length)) if length else None

    def close(self) -> None:
        self._socket.close()
