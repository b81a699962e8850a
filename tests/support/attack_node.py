"""A node between the verifier and the chain that says what its operator likes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Lie = Callable[[str, Any], Any]
"""From the method and the true result to what is said instead."""


@contextmanager
def lying_node(url: str, lie: Lie) -> Iterator[str]:
    """Passes requests on to the node at `url` and its results through `lie`; gives its own URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told = httpx.post(url, json=asked, trust_env=False, timeout=30).json()
            calls, answers = (asked, told) if isinstance(asked, list) else ([asked], [told])
            methods = {call["id"]: call["method"] for call in calls}
            for answer in answers:
                if "result" in answer:
                    answer["result"] = lie(methods[answer["id"]], answer["result"])
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
