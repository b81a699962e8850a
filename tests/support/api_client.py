"""A whole platform behind its HTTP door: PostgreSQL, a chain, two agencies with officers and confirmed keys.

One for each test process, under a simulated clock. Tests share it: each makes its own subjects and accounts.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from fastapi.testclient import TestClient
from gridwitness.clock import SimulatedClock
from gridwitness.migration import migrate
from gridwitness.platform import Platform, open_platform
from gridwitness.provision import admit, deploy_contracts, found, publish_rules, record_manifests
from gridwitness.records import rfc3339
from gridwitness.settings import Settings
from gridwitness.worker import Worker
from gridwitness_api import create_app
from gridwitness_chain import Anvil
from gridwitness_evidence import Record, Seen, SigningKey, base64url, sign_record, uuid7
from support.postgres import database_server, new_home

FIRST, SECOND = "310000CG01", "310000GA01"
PASSWORD = "correct horse battery staple"
_START = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass
class Deployment:
    """The platform with its HTTP client; `tokens` by user name."""

    platform: Platform
    clock: SimulatedClock
    client: TestClient
    officer_key: SigningKey
    owner_url: str
    tokens: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def token(self, username: str) -> str:
        """A token, from a login made where none is kept."""
        if username not in self.tokens:
            answer = self.client.post("/api/v1/login", json={"username": username, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            self.tokens[username] = answer.json()["token"]
        return self.tokens[username]

    def auth(self, username: str) -> dict[str, str]:
        """The Authorization header of an account."""
        return {"Authorization": f"Bearer {self.token(username)}"}

    def get(self, path: str, username: str = "first.officer", **options: Any) -> Any:
        """GET as an account."""
        return self.client.get(path, headers={**self.auth(username), **options.pop("headers", {})}, **options)

    def post(self, path: str, username: str = "first.officer", **options: Any) -> Any:
        """POST as an account."""
        return self.client.post(
            path, headers={**self.auth(username), **options.pop("headers", {})}, **options
        )

    def submit(self, record: Record | str, username: str = "first.officer") -> Any:
        """Hand in one presentation."""
        body = record if isinstance(record, str) else record.presentation
        return self.post(
            "/api/v1/records", username, content=body.encode(), headers={"Content-Type": "application/sd-jwt"}
        )

    def anchor(self) -> None:
        """Sequence and anchor all that is accepted."""
        while Worker(self.platform).round():
            pass

    def sign(self, previous: Record | None = None, *, sub: str | None = None, **claims: Any) -> Record:
        """A case step, next of `previous` or first of a subject; `claims` and `fields` override."""
        given = {
            "key": self.officer_key,
            "iss": FIRST,
            "aud": self.origin(),
            "jti": uuid7(self.clock.now(), os.urandom),
            "kind": "case.step.v1",
            "src": "self",
            "sub": previous.claims.sub if previous else sub or secrets.token_hex(16),
            "seq": previous.claims.seq + 1 if previous else 0,
            "prev": previous.digest if previous else None,
            "iat": int(self.clock.now().timestamp()),
            "seen": self.seen(),
            "fields": case_step(),
        }
        return sign_record(**{**given, **claims})

    def origin(self, log: str = FIRST) -> str:
        """A log's origin."""
        return str(self.client.get(f"/api/v1/logs/{log}").json()["origin"])

    def seen(self, log: str = FIRST) -> Seen | None:
        """What a signer holds as the latest anchored head."""
        head = self.client.get(f"/api/v1/logs/{log}").json()["seen"]
        return None if head is None else Seen(head["size"], base64url.decode(head["root"]))

    def account(self, username: str, *roles: str, agency: str = FIRST) -> str:
        """A new account, opened through the door by the agency's administrator; gives its id."""
        admin = "first.admin" if agency == FIRST else "second.admin"
        body = {
            "agency": agency,
            "username": username,
            "display_name": None,
            "password": PASSWORD,
            "roles": list(roles),
        }
        answer = self.post("/api/v1/accounts", admin, json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def offer(self, key: SigningKey, **fields: Any) -> Record:
        """A `key.offered.v1` for an officer's key, valid for a year."""
        now = self.clock.now()
        offered = {
            "jwk": key.jwk,
            "purpose": "officer",
            "holder": None,
            "not_before": rfc3339(now - timedelta(days=1)),
            "not_after": rfc3339(now + timedelta(days=365)),
            "replaces": None,
        }
        return self.sign(key=key, kind="key.offered.v1", fields={**offered, **fields})


def case_step(**fields: Any) -> Mapping[str, Any]:
    """The fields of a `case.step.v1`."""
    step = {
        "procedure": "general",
        "step": "现场检查",
        "occurred_at": "2026-03-02T00:00:00Z",
        "officers": ["01-0001", "01-0002"],
        "place": "中山路 1 号",
        "facts": None,
        "basis": None,
        "outcome": None,
        "files": [],
    }
    return {**step, **fields}


@cache
def deployment() -> Deployment:
    """The deployment of this test process, stopped and removed at its end."""
    server = database_server()
    server.prepare("migrated", lambda urls: migrate(urls.owner))
    urls = server.fresh("migrated")
    home = new_home("gw-api-")
    settings = Settings(home=home, retention_days=1, file_size_limit_bytes=1024 * 1024, simulated_clock=True)
    clock = SimulatedClock(settings.clock_file)
    clock.set_to(_START)
    engine = Anvil(settings.chain_dir / "engine", simulated_from=int(_START.timestamp()) - 60).start()
    platform = open_platform(settings, clock, urls.app, engine.url)
    client = TestClient(create_app(platform), raise_server_exceptions=False)
    client.__enter__()  # runs the application's lifespan, for as long as this process

    def remove() -> None:
        client.__exit__(None, None, None)
        platform.close()
        engine.stop()
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(remove)
    return _provisioned(Deployment(platform, clock, client, SigningKey.generate("ES256"), urls.owner))


def _provisioned(made: Deployment) -> Deployment:
    platform = made.platform
    deploy_contracts(platform, FIRST)
    found(platform, FIRST, "市城管执法局")
    record_manifests(platform, FIRST)
    publish_rules(platform, FIRST)
    admit(platform, SECOND, "市公安局")
    with platform.transaction() as session:
        for agency, prefix in ((FIRST, "first"), (SECOND, "second")):
            platform.accounts.create(
                session,
                agency=agency,
                username=f"{prefix}.admin",
                display_name=None,
                password=PASSWORD,
                roles=["administrator"],
                by=None,
            )
    made.account("first.officer", "officer")
    made.account("second.officer", "officer", agency=SECOND)
    auditor = made.account("first.auditor", "auditor")
    granted = {"role": "auditor", "agency": SECOND}
    assert made.post(f"/api/v1/accounts/{auditor}/roles", "second.admin", json=granted).status_code == 201
    made.account("first.steward", "data_steward")
    made.account("first.party", "party")
    made.anchor()
    offered = made.post(
        "/api/v1/keys",
        "first.admin",
        content=made.offer(made.officer_key).presentation,
        headers={"Content-Type": "application/sd-jwt"},
    )
    assert offered.status_code == 201, offered.text
    kid = offered.json()["kid"]
    confirmed = made.post(f"/api/v1/keys/{FIRST}/{kid}/confirm", "second.admin", json={"confirmer": SECOND})
    assert confirmed.status_code == 200, confirmed.text
    made.anchor()
    return made
