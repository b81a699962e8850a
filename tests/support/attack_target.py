"""A running deployment that a test may ruin: a copy of one that told its story, on the same chain node.

The database is copied as a template, the home as files; the chain is put back by its node's snapshot.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from gridwitness.clock import SimulatedClock, clock_for
from gridwitness.platform import Platform, open_platform
from gridwitness.postgres import AUDITOR, DatabaseUrls
from gridwitness.provision import write_trust
from gridwitness.records import presentation, record_row
from gridwitness.records.writing import Accepted
from gridwitness.settings import Settings
from gridwitness_evidence import Record, parse_presentation
from support.attack_story import Story, tell
from support.platform import Officer, Report, RunningPlatform, run_verifier, running_platform
from support.postgres import database_server, new_home

_OWNED = ("log", "files", "archive", "keys", "chain/deployment.json", "clock.json", "trust.json")
Row = dict[str, Any]


@dataclass(frozen=True)
class Backup:
    """A database and a home as they once were, and the chain node's snapshot of that moment."""

    database: str
    home: Path
    snapshot: str


@dataclass
class Stage:
    """The honest deployment every attack starts from, kept as a backup."""

    running: RunningPlatform
    story: Story
    backup: Backup

    @contextmanager
    def target(self) -> Iterator[Target]:
        """A copy to attack; chain and clock are put back afterwards."""
        engine = self.running.engine
        snapshot = engine.rpc.call("evm_snapshot")
        seen = self.running.seen()
        assert seen is not None
        running = restored(self.running, self.backup)
        target = Target(running, self.story, self.running.trust_file, seen.size)
        try:
            yield target
        finally:
            target.close()
            assert engine.rpc.call("evm_revert", snapshot)


@dataclass
class Target:
    """A deployment under attack. `trust` is the honest trust file, which the relying party kept."""

    running: RunningPlatform
    story: Story
    trust: Path
    size: int
    """Records of the city's log when the attack began, all of them anchored."""
    _backups: list[Backup] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.running.home

    @property
    def platform(self) -> Platform:
        return self.running.platform

    def mine(self, officer: Officer) -> Officer:
        """An officer of the story, at work with this copy."""
        return replace(officer, running=self.running)

    # What the attacker does

    @contextmanager
    def owner(self) -> Iterator[psycopg.Connection[Row]]:
        """The owner's connection, every trigger of the guard switched off."""
        with psycopg.connect(
            self.running.urls.owner, autocommit=True, row_factory=psycopg.rows.dict_row
        ) as owner:
            owner.execute(_GUARD_OFF)
            yield owner

    @contextmanager
    def superuser(self) -> Iterator[psycopg.Connection[Any]]:
        """A superuser's connection to this database; it commits at the end."""
        conninfo = database_server().postgres.superuser_conninfo
        with psycopg.connect(conninfo, dbname=_name(self.running.urls)) as superuser:
            yield superuser

    def tamper(self, statement: str, *values: Any) -> int:
        """One statement of the owner with the guard switched off; gives how many rows it changed."""
        with self.owner() as owner:
            changed = owner.execute(statement.encode(), values).rowcount
            assert changed != 0, "the attack changed nothing"
            return changed

    def rows(self, query: str, *values: Any) -> list[Row]:
        """All rows of a query."""
        with psycopg.connect(self.running.urls.owner, row_factory=psycopg.rows.dict_row) as owner:
            return owner.execute(query.encode(), values).fetchall()

    def one(self, query: str, *values: Any) -> Row:
        """The first row of a query that gives one."""
        return self.rows(query, *values)[0]

    def leaf(self, record: Record) -> int:
        """The record's leaf index."""
        jti = record.claims.jti
        return int(self.one("SELECT leaf_index FROM records.record WHERE jti = %s", jti)["leaf_index"])

    def record(self, jti: str) -> Record:
        """A stored record with its disclosures."""
        with self.platform.transaction() as session:
            return parse_presentation(presentation(record_row(session, UUID(jti))))

    @contextmanager
    def auditor_settings(self, **settings: str) -> Iterator[None]:
        """Settings that every connection of the auditor to this database begins with."""
        database = _name(self.running.urls)
        for name, value in settings.items():
            database_server().administer(f"ALTER ROLE {AUDITOR} IN DATABASE {database} SET {name} = {value}")
        yield

    def force(self, *records: Record, officer: Officer | None = None) -> None:
        """Accept records as a platform does whose checks were taken out: stored, receipted, nothing asked."""
        with self.platform.transaction() as session:
            log = self.running.log((officer or self.story.zhang).agency)
            writer = self.platform.acceptance.writer(session)
            for record in records:
                writer.add_step(Accepted(record, log, {}), [], by=None, owner=None)
            writer.finish()

    def backup(self) -> Backup:
        """Keep database, home and chain as they are now."""
        self._backups.append(backed_up(self.running))
        return self._backups[-1]

    def restore(self, backup: Backup, *, chain: bool = False) -> None:
        """Put database and home back; with `chain` the node's chain as well, as only its operator can."""
        before = self.running
        self.running = restored(before, backup)
        _discard(before)
        if chain:
            assert before.engine.rpc.call("evm_revert", backup.snapshot)

    @contextmanager
    def another(self, backup: Backup) -> Iterator[Target]:
        """A second deployment beside this one, made of a backup, on the same chain node."""
        other = replace(self, running=restored(self.running, backup), _backups=[])
        try:
            yield other
        finally:
            other.close()

    def reconfigured(self, **settings: Any) -> Target:
        """The same deployment run with other settings; close it."""
        chosen = self.running.settings.model_copy(update=settings)
        platform = _opened(chosen, self.running)
        return replace(self, running=replace(self.running, settings=chosen, platform=platform))

    # What the relying party does

    def audit(self, *arguments: str, trust: Path | None = None) -> Report:
        """`gridwitness-verify audit` as the auditor, with the files."""
        files = ("--files", str(self.home / "files"))
        url = self.running.urls.auditor
        return run_verifier(
            "audit", "--database", url, "--trust", str(trust or self.trust), *files, *arguments
        )

    def log(self, url: str, *arguments: str, trust: Path | None = None) -> Report:
        """`gridwitness-verify log` with the token of a reader."""
        token = self.home / "reader.token"
        token.write_text(self.story.token, encoding="ascii")
        path = str(trust or self.trust)
        return run_verifier("log", url, "--trust", path, "--token-file", str(token), *arguments)

    def bundle(self, record: Record) -> dict[str, Any]:
        """The bundle the platform gives out for a record."""
        with self.platform.transaction() as session:
            made = self.platform.bundles.make(session, record_row(session, UUID(record.claims.jti)))
        bundle: dict[str, Any] = json.loads(made.to_json())
        return bundle

    def check(self, bundle: dict[str, Any], *arguments: str, trust: Path | None = None) -> Report:
        """`gridwitness-verify bundle` of `bundle.json`, offline unless told otherwise."""
        path = self.home / "bundle.json"
        path.write_text(json.dumps(bundle, ensure_ascii=False), encoding="utf-8")
        return run_verifier("bundle", str(path), "--trust", str(trust or self.trust), *arguments)

    def receipts(self, *records: Record) -> Path:
        """A folder with the receipts that the signers of these records were given."""
        folder = self.home / f"receipts-{secrets.token_hex(4)}"
        folder.mkdir()
        for record in records:
            row = self.one("SELECT receipt FROM records.record WHERE jti = %s", record.claims.jti)
            (folder / record.claims.jti).write_text(row["receipt"], encoding="utf-8")
        return folder

    def proposed_trust(self) -> Path:
        """The trust file the attacked platform writes now, in place of the one kept."""
        write_trust(self.platform)
        return self.running.trust_file

    def close(self) -> None:
        """Give everything back."""
        _discard(self.running)
        while self._backups:
            dropped(self._backups.pop())


def place(record: Record, **more: Any) -> dict[str, Any]:
    """What a report names of a record's place, and more."""
    return {"jti": record.claims.jti, "sub": record.claims.sub, "seq": record.claims.seq, **more}


_GUARD_OFF = """
DO $$ DECLARE place regclass; BEGIN
    FOR place IN SELECT c.oid FROM pg_class c WHERE c.relkind = 'r'
        AND c.relnamespace::regnamespace::text
            = ANY('{records,members,rules,devices,grids,feeds,events,dispatch,channels,cases,trucks,hotspots,
                performance}')
    LOOP EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', place); END LOOP;
END $$
"""


@contextmanager
def standing(agencies: int = 2) -> Iterator[Stage]:
    """A whole platform that told its story."""
    with running_platform(agencies=agencies) as running:
        story = tell(running, agencies)
        write_trust(running.platform)
        backup = backed_up(running)
        try:
            yield Stage(running, story, backup)
        finally:
            dropped(backup)


def backed_up(running: RunningPlatform) -> Backup:
    """Database, home and chain as they are now."""
    running.platform.engine.dispose()
    name = f"backup_{secrets.token_hex(6)}"
    database_server().administer(f"CREATE DATABASE {name} TEMPLATE {_name(running.urls)}")
    snapshot = running.engine.rpc.call("evm_snapshot")
    return Backup(name, _copy_home(running.home), str(snapshot))


def restored(running: RunningPlatform, backup: Backup) -> RunningPlatform:
    """Another deployment made of a backup, on the same chain node."""
    urls = database_server().copy(backup.database)
    settings = running.settings.model_copy(update={"home": _copy_home(backup.home)})
    found = replace(running, settings=settings, urls=urls, clock=clock_for(settings))
    return replace(found, platform=_opened(settings, found))


def _opened(settings: Settings, running: RunningPlatform) -> Platform:
    assert isinstance(running.clock, SimulatedClock)
    return open_platform(settings, clock_for(settings), running.urls.app, running.rpc_url)


def _copy_home(home: Path) -> Path:
    copy = new_home("gw-attacked-")
    for name in _OWNED:
        source, destination = home / name, copy / name
        if source.is_dir():
            shutil.copytree(source, destination)
        elif source.exists():
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, destination)
    return copy


def _discard(running: RunningPlatform) -> None:
    running.platform.close()
    database_server().drop(running.urls)
    shutil.rmtree(running.home, ignore_errors=True)


def dropped(backup: Backup) -> None:
    """Give a backup back."""
    database_server().administer(f"DROP DATABASE {backup.database} WITH (FORCE)")
    shutil.rmtree(backup.home, ignore_errors=True)


def _name(urls: DatabaseUrls) -> str:
    return urls.owner.rpartition("/")[2]
