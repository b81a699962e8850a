"""A client that never gives up: it sends the same bytes until it holds their receipt, and keeps every one."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from gridwitness_cli.demo.accounts import PASSWORD
from gridwitness_evidence import Record, Seen, SigningKey, base64url, sign_record, uuid7
from support.demo_home import CITY, SD_JWT, step_fields

_PATIENCE = 120.0
_PAUSE = 0.1


class RefusedError(AssertionError):
    """The platform answered what no crash excuses: anything but a receipt or 503."""


@dataclass
class Device:
    """One officer's device at one platform. `receipts` by `jti`, each also a file of `folder`."""

    url: str
    key: SigningKey
    folder: Path
    username: str = "zhang.wei"
    receipts: dict[str, str] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    """How often which `code` came with a 503; `no-answer` where the line broke."""
    _seen: Seen | None = None
    _origin: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.client = httpx.Client(base_url=self.url, timeout=120, trust_env=False)
        login = self._until_answered(
            "POST", "/api/v1/login", json={"username": self.username, "password": PASSWORD}
        )
        self.client.headers["Authorization"] = f"Bearer {login.json()['token']}"
        self.look()

    def close(self) -> None:
        self.client.close()

    def look(self) -> None:
        """Learn the newest anchored head, for `seen`."""
        log = self._until_answered("GET", f"/api/v1/logs/{CITY}").json()
        self._origin, seen = log["origin"], log["seen"]
        self._seen = None if seen is None else Seen(seen["size"], base64url.decode(seen["root"]))

    def sign(self, after: Record | None = None) -> Record:
        """A free record of a new subject, or the next one of the subject of `after`."""
        claims: dict[str, Any] = {"sub": secrets.token_hex(16), "seq": 0, "prev": None}
        if after is not None:
            claims = {"sub": after.claims.sub, "seq": after.claims.seq + 1, "prev": after.digest}
        return self._sign("case.step.v1", step_fields(time.time()), **claims)

    def sign_next(self, sub: str, kind: str, fields: dict[str, Any]) -> Record:
        """The next record of a subject to which the platform adds records of its own."""
        head = self._until_answered("GET", f"/api/v1/subjects/{sub}/head").json()
        prev = base64url.decode(head["prev"])
        return self._sign(kind, fields, sub=sub, seq=head["next_seq"], prev=prev)

    def sign_first(self, sub: str, kind: str, fields: dict[str, Any]) -> Record:
        """The first record of a subject."""
        return self._sign(kind, fields, sub=sub, seq=0, prev=None)

    def _sign(self, kind: str, fields: dict[str, Any], **claims: Any) -> Record:
        now = time.time()
        return sign_record(
            key=self.key,
            iss=CITY,
            aud=self._origin,
            jti=uuid7(datetime.fromtimestamp(now, UTC)),
            kind=kind,
            src="self",
            iat=int(now),
            seen=self._seen,
            fields=fields,
            **claims,
        )

    def deliver(self, record: Record) -> None:
        """One record; returns with its receipt."""
        answer = self._until_answered(
            "POST", "/api/v1/records", content=record.presentation, headers={"Content-Type": SD_JWT}
        )
        self._keep(record.claims.jti, answer.json()["receipt"])

    def attempt(self, record: Record) -> str:
        """Send a record once: `receipt`, or the code of the 503 it got."""
        code, answer = self._once(
            "POST", "/api/v1/records", content=record.presentation, headers={"Content-Type": SD_JWT}
        )
        if answer is not None:
            self._keep(record.claims.jti, answer.json()["receipt"])
        return code

    def put_file(self, content: bytes) -> str:
        """Send a file once: `receipt` where it is stored, or the code of the 503 it got."""
        return self._once("PUT", f"/api/v1/files/{hashlib.sha256(content).hexdigest()}", content=content)[0]

    def store(self, name: str, content: bytes) -> dict[str, Any]:
        """Send a file until it is stored; gives the value that names it in a record."""
        sha256 = hashlib.sha256(content).hexdigest()
        stored = self._until_answered("PUT", f"/api/v1/files/{sha256}", content=content).json()
        named = {"sha256": sha256, "sm3": stored["sm3"], "size": len(content)}
        return {"name": name, **named, "type": "text/plain"}

    def deliver_batch(self, records: Sequence[Record]) -> None:
        """Many at once, as NDJSON; returns with all their receipts."""
        body = "".join(json.dumps(record.presentation) + "\n" for record in records)
        answer = self._until_answered(
            "POST", "/api/v1/records", content=body, headers={"Content-Type": "application/x-ndjson"}
        )
        for line in answer.json()["results"]:
            if line["receipt"] is None:
                raise RefusedError(line)
            self._keep(line["jti"], line["receipt"])

    def _keep(self, jti: str, receipt: str) -> None:
        with self._lock:
            known = self.receipts.setdefault(jti, receipt)
            if known != receipt:
                raise RefusedError(f"{jti} has two receipts")
            draft = self.folder.with_name(f".receipt-{jti}")
            draft.write_text(receipt)
            draft.replace(self.folder / jti)  # whole, for a check that reads the folder meanwhile

    def _until_answered(self, method: str, path: str, **request: Any) -> httpx.Response:
        deadline = time.monotonic() + _PATIENCE
        while True:
            code, answer = self._once(method, path, **request)
            if answer is not None:
                return answer
            self.refusals[code] = self.refusals.get(code, 0) + 1
            assert time.monotonic() < deadline, f"{method} {path}: still {code}"
            time.sleep(_PAUSE)

    def _once(self, method: str, path: str, **request: Any) -> tuple[str, httpx.Response | None]:
        try:
            answer = self.client.request(method, path, **request)
        except httpx.TransportError:
            return "no-answer", None
        if answer.status_code in (200, 201):
            return "receipt", answer
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            raise RefusedError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return _problem_code(answer), None


def _problem_code(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError):
        return f"status-{answer.status_code}"
