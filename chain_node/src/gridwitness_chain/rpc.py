"""Raw JSON-RPC over HTTP with keep-alive: block numbers as hex, answers untouched (proofs need them so)."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from .errors import MalformedAnswer, RpcRefused, Unreachable

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.05
# Methods that mine or move time are not repeated: a lost answer does not mean a lost effect.
_NOT_REPEATED = ("evm_", "anvil_", "personal_", "eth_sendTransaction")


class Rpc:
    """A client for one node; safe for threads (one connection per thread).

    Only broken connections are retried (`eth_sendRawTransaction` included: the same bytes have the same
    hash). Raises `Unreachable`, `RpcRefused` or `MalformedAnswer`.
    """

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unreachable(f"{url!r} is no http(s) URL", "give the RPC as http://host:port")
        self.url = url
        self.timeout = timeout
        self._parts = parts
        self._numbers = itertools.count(1)
        self._local = threading.local()

    def call(self, method: str, *params: object, timeout: float | None = None) -> Any:
        """The `result` of one call; `timeout` in seconds replaces the client's own."""
        number = next(self._numbers)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
        body = json.dumps(request).encode()
        attempts = 1 if method.startswith(_NOT_REPEATED) else _ATTEMPTS
        return _result(method, number, self._post(body, attempts, timeout or self.timeout))

    def batch(
        self, requests: Sequence[tuple[str, Sequence[object]]], timeout: float | None = None
    ) -> list[Any]:
        """The results of several calls in one exchange, in order; what was refused is its `RpcRefused`.

        `timeout` in seconds; without one the client's own, and a fifth of a second more for each call.
        """
        if not requests:
            return []
        first = next(self._numbers)
        numbers = [first, *(next(self._numbers) for _ in requests[1:])]
        body = json.dumps(
            [
                {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
                for number, (method, params) in zip(numbers, requests, strict=True)
            ]
        ).encode()
        attempts = 1 if any(method.startswith(_NOT_REPEATED) for method, _ in requests) else _ATTEMPTS
        answer = self._post(body, attempts, timeout or self.timeout + len(requests) / 5)
        return _results([method for method, _ in requests], numbers, answer)

    def number(self, method: str, *params: object, timeout: float | None = None) -> int:
        """The result of a call that answers a hex quantity. Raises `MalformedAnswer` for anything else."""
        found = self.call(method, *params, timeout=timeout)
        try:
            return int(found, 16)
        except (TypeError, ValueError) as problem:
            raise MalformedAnswer(f"{method} answered {found!r}, no number") from problem

    def block(self, number: int | str, full: bool = False) -> dict[str, Any]:
        """The block's raw fields; `number` may be a height or `latest`. Raises `MalformedAnswer` if
        unknown.
        """
        name = hex(number) if isinstance(number, int) else number
        found = self.call("eth_getBlockByNumber", name, full)
        if not isinstance(found, dict):
            raise MalformedAnswer(f"{self.url} does not know block {name}", "is the node still syncing?")
        return found

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is not None:
            connection.close()

    def _post(self, body: bytes, attempts: int, timeout: float) -> bytes:
        for attempt in range(1, attempts + 1):
            try:
                return self._exchange(body, timeout)
            except (OSError, http.client.HTTPException) as problem:
                self.close()
                # A time-out is not repeated: the node may be at work on the request.
                if attempt == attempts or isinstance(problem, TimeoutError):
                    raise Unreachable(
                        f"no answer from {self.url}: {problem or type(problem).__name__}",
                        "is the node running?",
                    ) from problem
                time.sleep(_PAUSE_SECONDS * attempt)
        raise Unreachable(f"no answer from {self.url}", "is the node running?")

    def _exchange(self, body: bytes, timeout: float) -> bytes:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            tls = self._parts.scheme == "https"
            kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
            connection = kind(self._parts.hostname or "", self._parts.port, timeout=timeout)
            self._local.connection = connection
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        path = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer: bytes = connection.getresponse().read()
        return answer


def _result(method: str, number: int, body: bytes) -> Any:
    answer = _json(method, body)
    if not isinstance(answer, dict) or answer.get("id") != number:
        raise MalformedAnswer(f"{method}: the answer does not belong to the request")
    found = _of(method, answer)
    if isinstance(found, RpcRefused):
        raise found
    return found


def _results(methods: Sequence[str], numbers: Sequence[int], body: bytes) -> list[Any]:
    """Nodes answer a batch in any order, and one they refuse as a whole with a single error."""
    answer = _json(methods[0], body)
    if isinstance(answer, dict):
        found = _of("a batch", answer)
        raise found if isinstance(found, RpcRefused) else MalformedAnswer("one answer to several calls")
    if not isinstance(answer, list) or not all(isinstance(part, dict) for part in answer):
        raise MalformedAnswer("the answers to a batch are no list of objects")
    by_number = {part["id"]: part for part in answer if type(part.get("id")) is int}
    if by_number.keys() != set(numbers):
        raise MalformedAnswer("the answers do not belong to the batch")
    return [_of(method, by_number[number]) for method, number in zip(methods, numbers, strict=True)]


def _json(method: str, body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as problem:
        raise MalformedAnswer(f"{method}: the answer is no JSON", "is this a JSON-RPC endpoint?") from problem


def _of(method: str, answer: dict[str, Any]) -> Any:
    """The result, or the refusal as a value."""
    error = answer.get("error")
    if isinstance(error, dict):
        text, code = str(error.get("message", "")), error.get("code")
        return RpcRefused(method, code if isinstance(code, int) else 0, text, error.get("data"))
    if "result" not in answer:
        raise MalformedAnswer(f"{method}: the answer has neither result nor error")
    return answer["result"]
