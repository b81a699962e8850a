"""A whole platform in this process: PostgreSQL, a chain, two provisioned agencies, officers with confirmed
keys.

    with running_platform() as running:
        officer = running.officer("zhang")
        outcome = running.accept(officer.step())
        running.drain()
        running.audit().require_proved()

It runs on a simulated clock (`running.clock.advance(seconds)`) and on Anvil; Ganache on request. The
database is a copy of a migrated template, so that a platform takes about a second.
"""

from __future__ import annotations

import contextlib
import io
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from gridwitness.clock import Clock, SimulatedClock, SystemClock, clock_for
from gridwitness.migration import migrate
from gridwitness.platform import Platform, open_platform
from gridwitness.postgres import DatabaseUrls
from gridwitness.provision import admit, deploy_contracts, found, publish_rules, record_manifests, write_trust
from gridwitness.records import Log, Outcome, Submission, current_log, latest_seen, record_row, rfc3339
from gridwitness.settings import Settings, load_settings
from gridwitness.worker import Worker
from gridwitness_chain import Anvil, Engine, Ganache
from gridwitness_evidence import Record, Seen, SigningKey, sign_record, uuid7
from gridwitness_verifier.main import main as verify
from support.postgres import database_server, new_home

CITY = "330100CG"
POLICE = "330100GA"
NAMES = {CITY: "示范市城市管理局", POLICE: "示范市公安局"}
ENGINES: dict[str, type[Anvil] | type[Ganache]] = {"anvil": Anvil, "ganache": Ganache}
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Report:
    """What `gridwitness-verify` answered."""

    exit_code: int
    report: dict[str, Any]

    def check(self, name: str) -> dict[str, Any]:
        """One named check."""
        return next(check for check in self.report["checks"] if check["name"] == name)

    @property
    def failed(self) -> dict[str, list[dict[str, Any]]]:
        """Places by the name of every failed check."""
        return {c["name"]: c["locations"] for c in self.report["checks"] if c["result"] == "failed"}

    def require_proved(self) -> None:
        """Every check that the profile requires is proved."""
        whole = json.dumps(self.report, ensure_ascii=False, indent=1)[:6000]
        assert self.exit_code == 0, f"{self.failed}\n{whole}"


@dataclass
class RunningPlatform:
    """One platform with its parts; `settings.home` is its own and goes at the end."""

    settings: Settings
    clock: Clock
    urls: DatabaseUrls
    engine: Engine
    platform: Platform
    worker: Worker = field(init=False)

    def __post_init__(self) -> None:
        self.worker = Worker(self.platform)

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def rpc_url(self) -> str:
        return self.engine.url

    @property
    def trust_file(self) -> Path:
        return self.settings.trust_file

    def reopened(self) -> Platform:
        """Another platform on the same parts, as another process would have it; close it."""
        return open_platform(self.settings, clock_for(self.settings), self.urls.app, self.rpc_url, "other")

    def advance(self, seconds: float) -> datetime:
        """Move the simulated clock."""
        assert isinstance(self.clock, SimulatedClock)
        return self.clock.advance(seconds)

    def log(self, agency: str = CITY) -> Log:
        """The agency's current log."""
        with self.platform.transaction() as session:
            return current_log(session, agency)

    def seen(self, agency: str = CITY) -> Seen | None:
        """The head a signer would name now."""
        with self.platform.transaction() as session:
            return latest_seen(session, current_log(session, agency).name)

    def officer(
        self,
        username: str | None = None,
        agency: str = CITY,
        *,
        confirmed: bool = True,
        algorithm: str = "ES256",
        roles: Sequence[str] = ("officer",),
        qualified: Sequence[str] = (),
    ) -> Officer:
        """An account with roles, qualifications and a signing key that another agency confirmed."""
        username = username or f"officer-{secrets.token_hex(4)}"
        with self.platform.transaction() as session:
            account = self.platform.accounts.create(
                session,
                agency=agency,
                username=username,
                display_name=f"{username} 警官",
                password=PASSWORD,
                roles=list(roles),
                by=None,
            )
            for kind in qualified:
                self.platform.qualifications.grant(
                    session, account.id, kind, f"证-{username}", self.clock.now(), None, by=None
                )
        officer = Officer(
            self, agency, str(account.id), username, SigningKey.generate(algorithm), account.sub
        )
        officer.offer()
        if confirmed:
            officer.confirm()
        return officer

    def accept(self, *records: Record | str, **provenance: Any) -> list[Outcome]:
        """Hand records in, as one batch and one transaction."""
        texts = [record if isinstance(record, str) else record.presentation for record in records]
        with self.platform.transaction() as session:
            return self.platform.acceptance.accept(session, [Submission(text, provenance) for text in texts])

    def drain(self, worker: Worker | None = None) -> None:
        """Rounds until nothing is waiting; everything accepted is anchored then."""
        worker = worker or self.worker
        while worker.round():
            pass
        assert all(backlog.done for backlog in worker.backlogs()), worker.backlogs()

    def audit(self, *arguments: str) -> Report:
        """`gridwitness-verify audit` of this database, in this process."""
        write_trust(self.platform)
        return run_verifier(
            "audit", "--database", self.urls.auditor, "--trust", str(self.trust_file), *arguments
        )

    def check_bundle(self, jti: str) -> Report:
        """Make a record's bundle and have the verifier check it."""
        with self.platform.transaction() as session:
            bundle = self.platform.bundles.make(session, record_row(session, UUID(jti)))
        path = self.home / f"{jti}.json"
        path.write_text(bundle.to_json(), encoding="utf-8")
        return run_verifier("bundle", str(path), "--trust", str(self.trust_file))


@dataclass
class Officer:
    """Someone who signs on a device of their own."""

    running: RunningPlatform
    agency: str
    account: str
    username: str
    key: SigningKey
    account_sub: str

    def offer(self, *, window: tuple[datetime, datetime] | None = None, **changed: Any) -> Outcome:
        """Prove possession of the key and have it registered."""
        now = self.running.clock.now()
        since, until = window or (now - timedelta(hours=1), now + timedelta(days=365))
        fields = {
            "jwk": self.key.jwk,
            "purpose": "officer",
            "holder": self.account,
            "not_before": rfc3339(since),
            "not_after": rfc3339(until),
            "replaces": None,
            **changed,
        }
        record = self.sign("key.offered.v1", fields)
        with self.running.platform.transaction() as session:
            return self.running.platform.keys.offer(session, record.presentation, by=self.account)

    def confirm(self, confirmer: str | None = None) -> None:
        """Have another agency vouch for the key."""
        other = confirmer or (POLICE if self.agency == CITY else CITY)
        with self.running.platform.transaction() as session:
            self.running.platform.keys.confirm(session, self.agency, self.key.kid, other, by=None)

    def sign(self, kind: str, fields: Mapping[str, Any], **claims: Any) -> Record:
        """Sign any record; `claims` overrides what the device would put in."""
        now = self.running.clock.now()
        given: dict[str, Any] = {
            "key": self.key,
            "iss": self.agency,
            "jti": uuid7(now),
            "src": "self",
            "sub": secrets.token_hex(16),
            "seq": 0,
            "prev": None,
            "iat": int(now.timestamp()),
            **claims,
        }
        if "aud" not in given:
            given["aud"] = self.running.log(self.agency).origin
        if "seen" not in given:
            given["seen"] = self.running.seen(self.agency)
        return sign_record(kind=kind, fields=fields, **given)

    def step(
        self, after: Record | None = None, fields: Mapping[str, Any] | None = None, **claims: Any
    ) -> Record:
        """A `case.step.v1`; `after`: the subject's newest record."""
        if after is not None:
            claims = {"sub": after.claims.sub, "seq": after.claims.seq + 1, "prev": after.digest} | claims
        return self.sign("case.step.v1", step_fields(self.running.clock.now(), **(fields or {})), **claims)

    @cached_property
    def token(self) -> str:
        """A bearer token of the officer's account."""
        with self.running.platform.transaction() as session:
            token, _ = self.running.platform.accounts.open_session(session, UUID(self.account))
            return token


def step_fields(now: datetime, **changed: Any) -> dict[str, Any]:
    """Fields of a `case.step.v1`, with changes."""
    return {
        "procedure": "summary",
        "step": "filing",
        "occurred_at": rfc3339(now),
        "officers": ["3301001", "3301002"],
        "place": "文三路 90 号",
        "facts": "占道经营",
        "basis": None,
        "outcome": None,
        "files": [],
        **changed,
    }


@contextmanager
def running_platform(
    engine: str = "anvil",
    *,
    agencies: int = 2,
    simulated: bool = True,
    provisioned: bool = True,
    begin: datetime | None = None,
    **settings: Any,
) -> Iterator[RunningPlatform]:
    """A platform on a fresh database and chain; `agencies` 1 or 2; `settings` override the defaults.

    `begin`: what the simulated clock shows first; now, if not given.
    """
    home = new_home("gw-platform-")
    server = database_server()
    server.prepare("migrated", lambda urls: migrate(urls.owner))
    urls = server.fresh("migrated")
    chosen = load_settings(home=home, simulated_clock=simulated, **settings)
    clock = _begun(clock_for(chosen), begin)
    start = int(clock.now().timestamp()) if simulated else None
    chain = ENGINES[engine](home / "chain", simulated_from=start)
    platform: Platform | None = None
    try:
        chain.start()
        platform = open_platform(chosen, clock, urls.app, chain.url)
        running = RunningPlatform(chosen, clock, urls, chain, platform)
        if provisioned:
            provision(platform, agencies)
            running.drain()
        yield running
    finally:
        if platform is not None:
            platform.close()
        chain.stop()
        server.drop(urls)
        shutil.rmtree(home, ignore_errors=True)


def provision(platform: Platform, agencies: int = 2) -> None:
    """Contracts, manifest, one or two agencies, trust file; may be repeated after an interruption."""
    deploy_contracts(platform, CITY)
    found(platform, CITY, NAMES[CITY])
    record_manifests(platform, CITY)
    publish_rules(platform, CITY)
    if agencies > 1:
        admit(platform, POLICE, NAMES[POLICE])
    write_trust(platform)


def run_verifier(*arguments: str) -> Report:
    """`gridwitness-verify` in this process, its JSON report read."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        exit_code = verify([*arguments, "--json"])
    assert out.getvalue(), f"exit {exit_code}: {err.getvalue()}"
    return Report(exit_code, json.loads(out.getvalue()))


def _begun(clock: Clock, begin: datetime | None) -> Clock:
    if isinstance(clock, SimulatedClock):
        if begin is not None:
            clock.set_to(begin)
        clock.advance(0)
    else:
        assert isinstance(clock, SystemClock)
    return clock
