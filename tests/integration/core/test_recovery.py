"""Backups, lost tiles and a stolen anchorer: what comes back, and what a successor log says is lost."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import psycopg
import pytest
from gridwitness.errors import Misconfigured
from gridwitness.platform import open_platform
from gridwitness.postgres import DatabaseUrls
from gridwitness.records import Log, find_sources, record_row, subject_log
from gridwitness.records.recovery import Recovered
from gridwitness.worker import Worker
from gridwitness_chain import log_id
from gridwitness_evidence import parse_presentation
from gridwitness_ingest.importing import ImportSummary, import_rows
from gridwitness_ingest.mapping import ColumnMapping, importable_kind
from gridwitness_ingest.row import Row
from sqlalchemy import text
from support.platform import CITY, POLICE, Officer, RunningPlatform, running_platform
from support.postgres import database_server
from support.stolen_anchorer import append_junk, recover


@pytest.fixture
def running() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform


@pytest.fixture
def officer(running: RunningPlatform) -> Officer:
    officer = running.officer("zhang")
    running.accept(*(officer.step() for _ in range(3)))
    running.drain()
    return officer


def backup(running: RunningPlatform) -> DatabaseUrls:
    """The database as it is now, under another name."""
    running.platform.engine.dispose()
    server = database_server()
    name = f"backup_{secrets.token_hex(4)}"
    present = running.urls.owner.rpartition("/")[2]
    server.administer(f"CREATE DATABASE {name} TEMPLATE {present}")
    return DatabaseUrls(
        *(
            url.rpartition("/")[0] + "/" + name
            for url in (running.urls.owner, running.urls.app, running.urls.auditor)
        )
    )


def restored(running: RunningPlatform, urls: DatabaseUrls) -> RunningPlatform:
    """The deployment on a backup of its database."""
    platform = open_platform(running.settings, running.clock, urls.app, running.rpc_url)
    return replace(running, urls=urls, platform=platform)


def test_nothing_to_recover(running: RunningPlatform, officer: Officer) -> None:
    found = recover(running)
    assert (found.refilled, found.lost, found.kept) == (0, None, found.contract_size)
    running.audit().require_proved()


def test_old_backup_is_refused_then_refilled_from_the_tiles(
    running: RunningPlatform, officer: Officer
) -> None:
    urls = backup(running)
    lost = [officer.step() for _ in range(4)]
    running.accept(*lost)
    running.drain()
    old = restored(running, urls)
    with pytest.raises(Misconfigured) as refusal:
        old.worker.check_standing()
    assert refusal.value.code == "database-behind"
    with pytest.raises(Misconfigured):
        old.worker.round()

    found = recover(old)
    assert (found.refilled, found.without_disclosures, found.lost) == (4, 4, None)
    again = recover(old)
    assert (again.refilled, again.lost) == (0, None)

    more = Officer(old, officer.agency, officer.account, officer.username, officer.key, officer.account_sub)
    old.accept(more.step())
    old.drain(Worker(old.platform))
    report = old.audit()
    # Nothing but the disclosures is missing, and the audit names exactly those.
    assert set(report.failed) == {"disclosures"}
    assert {place["jti"] for place in report.failed["disclosures"]} == {r.claims.jti for r in lost}
    old.platform.close()


def test_lost_tiles_are_written_again(running: RunningPlatform, officer: Officer) -> None:
    folder = running.settings.log_dir / running.log().name
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    shutil.rmtree(folder)
    assert recover(running).lost is None
    after = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    newest = {path: content for path, content in before.items() if path in after}
    assert after == newest
    assert "checkpoint" in {str(path) for path in after}
    running.accept(officer.step())
    running.drain()
    running.audit().require_proved()


def test_backup_and_tiles_lost_go_on_in_a_successor(running: RunningPlatform, officer: Officer) -> None:
    urls = backup(running)
    kept = running.log()
    size = Worker(running.platform).backlogs()[0].anchored
    running.accept(*(officer.step() for _ in range(4)))
    running.drain()
    old = restored(running, urls)
    shutil.rmtree(running.settings.log_dir / kept.name)
    found = recover(old, accept_loss=True)
    assert (found.kept, found.lost) == (size, (size, size + 3))
    check_successor(old, kept, officer, found)
    old.platform.close()


@pytest.mark.parametrize("times", [1, 3])
def test_stolen_anchorer_and_succession(running: RunningPlatform, officer: Officer, times: int) -> None:
    kept = running.log()
    append_junk(running, times)
    running.accept(officer.step())
    with pytest.raises(Misconfigured) as refusal:
        Worker(running.platform).round()
    assert refusal.value.code == "database-behind"
    # Accepted, and its log is closed before it gets there: its receipt shows that; its sender signs it anew.
    with psycopg.connect(running.urls.owner) as owner:
        assert owner.execute("SELECT count(*) FROM records.record WHERE leaf_index IS NULL").fetchone() == (
            1,
        )
    found = recover(running, accept_loss=True)
    assert found.lost is not None
    assert found.lost[0] == found.kept
    check_successor(running, kept, officer, found)


def check_successor(running: RunningPlatform, kept: Log, officer: Officer, found: Recovered) -> None:
    """The successor's first record says what is lost; it takes records; the old log takes none."""
    successor = running.log()
    assert (successor.name, successor.predecessor) == (f"{CITY}-2", kept.origin)
    state = running.platform.chain.read(lambda contracts: contracts.record_log.log_of(log_id(kept.origin)))
    assert state is not None
    assert (state.closed, state.size, state.successor) == (True, found.kept, log_id(successor.origin))
    worker = Worker(running.platform)
    running.drain(worker)
    with running.platform.transaction() as session:
        first = session.scalar(
            text("SELECT jti FROM records.record WHERE log = :log AND leaf_index = 0"),
            {"log": successor.name},
        )
        row = record_row(session, first)
        fields = parse_presentation("~".join([row.entry, *row.disclosures]) + "~").fields
    assert found.lost is not None
    assert (row.kind, fields["predecessor"]) == ("deployment.incarnation.v1", kept.origin)
    assert (fields["size"], fields["lost_from"], fields["lost_to"]) == (found.kept, *found.lost)

    signer = Officer(
        running, officer.agency, officer.account, officer.username, officer.key, officer.account_sub
    )
    seen = running.seen()
    closed = running.accept(signer.step(aud=kept.origin, seen=None))[0]
    assert closed.error is not None
    assert closed.error.code == "log-closed"
    opened = running.accept(signer.step(seen=seen))[0]
    assert opened.receipt is not None
    assert opened.record is not None
    check_subjects_go_on(running, kept, signer)
    running.drain(worker)
    running.check_bundle(opened.record.claims.jti).require_proved()
    report = running.audit()
    assert set(report.failed) <= {"receipts"}, report.failed


def check_subjects_go_on(running: RunningPlatform, kept: Log, signer: Officer) -> None:
    """A subject of the closed log begins again in its successor, and in no other log."""
    with running.platform.transaction() as session:
        sub = session.scalar(
            text(
                "SELECT sub FROM records.record WHERE log = :log AND kind = 'case.step.v1' AND leaf_index > 0"
            ),
            {"log": kept.name},
        )
        assert sub is not None
        assert subject_log(session, sub) == kept.name
    there = {"aud": running.log(POLICE).origin, "seen": running.seen(POLICE)}
    codes = [
        None if outcome.error is None else outcome.error.code
        for outcome in running.accept(
            signer.step(sub=sub, **there), signer.step(sub=sub), signer.step(sub=sub, **there)
        )
    ]
    assert codes == ["subject-elsewhere", None, "subject-elsewhere"]
    with running.platform.transaction() as session:
        assert subject_log(session, sub) == running.log().name


def imported(running: RunningPlatform, **statuses: str) -> ImportSummary:
    kind = importable_kind("event.reported")
    rows = [Row(2, {"SRNumber": key, "Status": status}) for key, status in statuses.items()]
    mapping = ColumnMapping(kind, ZoneInfo("America/Los_Angeles"))
    summary = import_rows(
        running.platform, CITY, kind, "SRNumber", "MyLA311", rows, mapping=mapping, on_bad=print
    )
    running.drain()
    return summary


def test_a_changed_outside_row_goes_on_in_the_successor(running: RunningPlatform) -> None:
    assert imported(running, first="Open").recorded == 1
    append_junk(running)
    recover(running, accept_loss=True)
    summary = imported(running, first="Closed", second="Open")
    assert (summary.changed, summary.recorded, summary.bad) == (1, 1, 0)
    with running.platform.transaction() as session:
        (row,) = find_sources(session, [(CITY, "event.reported", "first")]).values()
        assert row.log == f"{CITY}-2"
    assert running.audit().failed == {}
