"""Erasure end to end: what goes, what stays, and that every other proof still holds."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from gridwitness.errors import Conflict, Forbidden, GridWitnessError
from gridwitness.members import AccountRow
from gridwitness.records import add_file, find_erasure, heads_of, presentation, record_row
from gridwitness_evidence import Record, parse_presentation
from support.platform import Officer, RunningPlatform, running_platform

DAY = 24 * 3600
ASKING, APPROVING = uuid4(), uuid4()
NAME = "members.account.display_name"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(retention_days=30) as platform:
        yield platform
        platform.drain()
        platform.audit().require_proved()


@pytest.fixture(scope="module")
def officer(running: RunningPlatform) -> Officer:
    return running.officer("zhang")


@pytest.fixture
def case(running: RunningPlatform, officer: Officer) -> list[Record]:
    """Two anchored steps of one case, whose retention has ended."""
    first = officer.step(fields={"place": "家住文三路"})
    records = [first, officer.step(after=first, fields={"place": "家住文三路"})]
    running.accept(*records)
    running.drain()
    running.advance(31 * DAY)
    return records


def request(running: RunningPlatform, sub: str, field: str, by: UUID = ASKING) -> UUID:
    with running.platform.transaction() as session:
        return running.platform.erasures.request(session, sub, field, "当事人申请", by).id


def approve(running: RunningPlatform, identifier: UUID, by: UUID = APPROVING) -> None:
    with running.platform.transaction() as session:
        running.platform.erasures.approve(session, identifier, by)


def state_of(running: RunningPlatform, identifier: UUID) -> str:
    with running.platform.transaction() as session:
        return find_erasure(session, identifier).state


def shown(running: RunningPlatform, record: Record) -> dict[str, object]:
    with running.platform.transaction() as session:
        return parse_presentation(presentation(record_row(session, UUID(record.claims.jti)))).fields


def test_a_field_of_every_step_of_a_case(running: RunningPlatform, case: list[Record]) -> None:
    identifier = request(running, case[0].claims.sub, "place")
    approve(running, identifier)
    assert shown(running, case[0])["place"] == "家住文三路"  # nothing goes before the erasure is anchored
    running.drain()
    assert state_of(running, identifier) == "done"
    for record in case:
        assert "place" not in shown(running, record)
        assert shown(running, record)["facts"] == "占道经营"
        running.check_bundle(record.claims.jti).require_proved()
    with pytest.raises(GridWitnessError) as nothing:
        request(running, case[0].claims.sub, "place")
    assert nothing.value.code == "nothing-to-erase"


def test_a_name_in_a_stated_row(running: RunningPlatform) -> None:
    officer = running.officer(confirmed=False)
    running.drain()
    running.advance(31 * DAY)
    identifier = request(running, officer.account_sub, NAME)
    approve(running, identifier)
    running.drain()
    with running.platform.transaction() as session:
        assert session.get_one(AccountRow, UUID(officer.account)).display_name is None
    assert state_of(running, identifier) == "done"


def test_what_is_recorded_after_the_approval_stays(
    running: RunningPlatform, officer: Officer, case: list[Record]
) -> None:
    identifier = request(running, case[0].claims.sub, "place")
    approve(running, identifier)
    with running.platform.transaction() as session:
        place = (running.log().name, case[0].claims.sub)
        head = heads_of(session, [place])[place]
    late = officer.step(
        sub=case[0].claims.sub, seq=head.seq + 1, prev=head.digest, fields={"place": "another"}
    )
    assert running.accept(late)[0].error is None
    running.drain()
    assert state_of(running, identifier) == "done"
    assert shown(running, late)["place"] == "another"
    assert "place" not in shown(running, case[0])


def test_files_go_with_the_last_record_that_names_them(running: RunningPlatform, officer: Officer) -> None:
    own, shared = stored(running, b"a face in a window"), stored(running, b"a map of the district")
    first = officer.step(fields={"files": [own, shared]})
    other = officer.step(fields={"files": [shared]})
    running.accept(first, other)
    running.drain()
    running.advance(31 * DAY)
    approve(running, request(running, first.claims.sub, "files"))
    running.drain()
    assert "files" not in shown(running, first)
    there = {file["sha256"]: running.platform.files.path(file["sha256"]).exists() for file in (own, shared)}
    assert there == {own["sha256"]: False, shared["sha256"]: True}
    running.audit("--files", str(running.settings.files_dir)).require_proved()


def stored(running: RunningPlatform, content: bytes) -> dict[str, Any]:
    sha256 = hashlib.sha256(content).hexdigest()
    with running.platform.transaction() as session:
        found = add_file(session, running.platform.files, sha256, [content], running.clock.now())
    return {"name": "photo", "sha256": sha256, "sm3": found.sm3, "size": found.size, "type": "text/plain"}


@pytest.mark.parametrize("field", ["officers", "outcome", "occurred_at"])
def test_what_may_not_be_erased(running: RunningPlatform, case: list[Record], field: str) -> None:
    with pytest.raises(Forbidden) as refusal:
        request(running, case[0].claims.sub, field)
    assert refusal.value.code == "not-erasable"


def test_a_column_that_may_not_be_erased(running: RunningPlatform, officer: Officer) -> None:
    with pytest.raises(Forbidden) as refusal:
        request(running, officer.account_sub, "members.account.username")
    assert refusal.value.code == "not-erasable"


def test_not_while_records_must_be_kept(running: RunningPlatform, officer: Officer) -> None:
    record = officer.step()
    running.accept(record)
    with pytest.raises(Forbidden) as refusal:
        request(running, record.claims.sub, "place")
    assert refusal.value.code == "retention-runs"


def test_a_second_person_approves_once(running: RunningPlatform, case: list[Record]) -> None:
    identifier = request(running, case[0].claims.sub, "facts")
    with pytest.raises(Forbidden) as same:
        approve(running, identifier, by=ASKING)
    assert same.value.code == "second-person"
    results: list[str] = []

    def attempt() -> None:
        try:
            approve(running, identifier, by=uuid4())
            results.append("approved")
        except Conflict as error:
            results.append(error.code)

    threads = [threading.Thread(target=attempt) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["approved", "erasure-decided", "erasure-decided"]


def test_carried_out_again_after_a_crash(
    running: RunningPlatform, case: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = request(running, case[0].claims.sub, "place")
    approve(running, identifier)
    accepting = type(running.platform.acceptance)
    real = accepting.machine_step

    def ended(*arguments: object, **named: object) -> str:
        real(*arguments, **named)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(accepting, "machine_step", ended)
        running.drain()
    assert shown(running, case[0])["place"] == "家住文三路"
    running.drain()
    assert state_of(running, identifier) == "done"
    assert "place" not in shown(running, case[0])
