"""What stands beside the terminals' door: a server that sends back what it gets, on the same event loop."""

from __future__ import annotations

import asyncio
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import cast

import uvloop

PROGRAM = f"from {__name__} import main; main()"
"""What the Python of this environment is to run, with two ports: of the echo, and of GET /healthz."""


class _Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing to say."""


async def _serve(port: int, health: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Echo, "127.0.0.1", port, backlog=2048)
    Thread(target=HTTPServer(("127.0.0.1", health), _Health).serve_forever, daemon=True).start()
    await server.serve_forever()


def main() -> None:
    """Serve until SIGTERM."""
    uvloop.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
