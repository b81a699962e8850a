"""Accounts: roles as records, passwords, lockout, logins, answers kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from gridwitness.errors import Conflict, GridWitnessError, InvalidInput, NotFound, Unauthenticated
from gridwitness.members import AccountRow, Actor, account_named
from gridwitness.records import presentation
from gridwitness.records.models import RecordRow
from gridwitness_evidence import parse_presentation
from sqlalchemy import func, select
from support.platform import CITY, PASSWORD, POLICE, Officer, RunningPlatform, running_platform


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform
        platform.drain()
        platform.audit().require_proved()


@pytest.fixture
def officer(running: RunningPlatform) -> Officer:
    return running.officer(confirmed=False)


def actor(running: RunningPlatform, token: str) -> Actor:
    with running.platform.transaction() as session:
        return running.platform.accounts.actor(session, token)


def log_in(running: RunningPlatform, username: str, password: str) -> str:
    """As a door does it: a failure is counted, so it is committed too."""
    with running.platform.sessions() as session:
        try:
            row = running.platform.accounts.check_password(session, username, password)
            return running.platform.accounts.open_session(session, row.id)[0]
        finally:
            session.commit()


def create(running: RunningPlatform, username: str, **changed: object) -> AccountRow:
    given = {
        "agency": CITY,
        "username": username,
        "display_name": "张三",
        "password": PASSWORD,
        "roles": ["officer", "checker"],
        "by": None,
    } | changed
    with running.platform.transaction() as session:
        return running.platform.accounts.create(session, **given)  # type: ignore[arg-type]


def test_logs_in_with_the_roles_given(running: RunningPlatform) -> None:
    create(running, "li")
    found = actor(running, log_in(running, "li", PASSWORD))
    assert (found.agency, found.username) == (CITY, "li")
    assert {grant.role for grant in found.grants} == {"officer", "checker"}


def test_an_account_without_a_role_is_somebody_too(running: RunningPlatform) -> None:
    row = create(running, "no.role", roles=[])
    found = actor(running, log_in(running, "no.role", PASSWORD))
    assert (found.account, found.agency, found.grants) == (row.id, CITY, ())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"agency": "330100XX"}, "agency-unknown"),
        ({"roles": ["king"]}, "role-unknown"),
        ({"password": "short"}, "password-weak"),
        ({"username": "a\nb"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "\ud800"}, "username"),
        ({"password": "\ud800" * 12}, "password-weak"),
        ({"display_name": "a\0b"}, "no-text-form"),
        ({"display_name": "x" * 70_000}, "too-large"),
    ],
)
def test_what_no_account_can_be(running: RunningPlatform, changed: dict[str, object], code: str) -> None:
    with pytest.raises(GridWitnessError) as refusal:
        create(running, **({"username": f"u{uuid4()}"} | changed))  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_one_of_two_gets_the_name(running: RunningPlatform) -> None:
    results: list[str] = []

    def attempt() -> None:
        try:
            create(running, "wang")
            results.append("created")
        except GridWitnessError as error:
            results.append(error.code)

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["created", *["username-taken"] * 3]


def test_as_many_roles_as_there_are(running: RunningPlatform) -> None:
    """More rows than one effect holds: several effects, all with one subject, and the audit agrees."""
    row = create(running, "everything", roles=["officer"])
    scopes = [f"grid-{number}" for number in range(3)]
    with running.platform.transaction() as session:
        for scope in scopes:
            running.platform.accounts.grant(session, row.id, "checker", CITY, scope, by=None)
    with pytest.raises(Conflict), running.platform.transaction() as session:
        running.platform.accounts.grant(session, row.id, "checker", CITY, scopes[0], by=None)
    with running.platform.transaction() as session:
        running.platform.accounts.withdraw(session, row.id, "checker", CITY, scopes[0], by=None)
        running.platform.accounts.grant(session, row.id, "checker", CITY, scopes[0], by=None)
    token = log_in(running, "everything", PASSWORD)
    assert {g.scope for g in actor(running, token).grants if g.role == "checker"} == set(scopes)


def test_withdrawing_what_is_not_there(running: RunningPlatform, officer: Officer) -> None:
    with pytest.raises(NotFound), running.platform.transaction() as session:
        running.platform.accounts.withdraw(session, UUID(officer.account), "auditor", POLICE, None, by=None)


def test_five_failures_lock_and_time_opens(running: RunningPlatform, officer: Officer) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated) as wrong:
            log_in(running, officer.username, "a wrong password")
        assert wrong.value.code == "login-failed"
    with pytest.raises(Unauthenticated) as locked:
        log_in(running, officer.username, PASSWORD)
    assert locked.value.code == "account-locked"
    running.advance(15 * 60)
    assert log_in(running, officer.username, PASSWORD)


@pytest.mark.parametrize("name", ["nobody", "", "a\0b", "\ud800"])
@pytest.mark.parametrize("password", [PASSWORD, "", "\ud800", "\0"])
def test_unknown_name_is_answered_like_a_wrong_password(
    running: RunningPlatform, name: str, password: str
) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        log_in(running, name, password)
    assert refusal.value.code == "login-failed"


def test_tokens_end(running: RunningPlatform, officer: Officer) -> None:
    platform = running.platform
    first, second = log_in(running, officer.username, PASSWORD), log_in(running, officer.username, PASSWORD)
    with platform.transaction() as session:
        platform.accounts.close_session(session, first)
    with pytest.raises(Unauthenticated):
        actor(running, first)
    assert actor(running, second)
    with platform.transaction() as session:
        platform.accounts.set_password(session, UUID(officer.account), "another good password", by=None)
    with pytest.raises(Unauthenticated):
        actor(running, second)
    third = log_in(running, officer.username, "another good password")
    running.advance(platform.settings.token_lifetime_seconds)
    with pytest.raises(Unauthenticated):
        actor(running, third)


def test_a_password_set_by_another_names_who_and_when(running: RunningPlatform, officer: Officer) -> None:
    administrator, account = uuid4(), UUID(officer.account)
    before = running.advance(60)
    with running.platform.transaction() as session:
        running.platform.accounts.set_password(
            session, account, "a third good password", by=str(administrator)
        )
    with running.platform.transaction() as session:
        set_at = account_named(session, account).password_set_at
        row = session.scalars(
            select(RecordRow).where(RecordRow.sub == officer.account_sub).order_by(RecordRow.seq.desc())
        ).first()
        assert row is not None
        stated = parse_presentation(presentation(row)).fields
    assert (row.kind, stated["by"]) == ("state.effect.v1", str(administrator))
    assert stated["row.0.password_set_at"] == set_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert before <= set_at <= running.clock.now()
    assert "third" not in row.entry + "".join(disclosure or "" for disclosure in row.disclosures)


def test_closed_account(running: RunningPlatform, officer: Officer) -> None:
    token = log_in(running, officer.username, PASSWORD)
    for _ in range(2):
        with running.platform.transaction() as session:
            running.platform.accounts.deactivate(session, UUID(officer.account), by=None)
    with pytest.raises(Unauthenticated):
        actor(running, token)
    with pytest.raises(Unauthenticated):
        log_in(running, officer.username, PASSWORD)


def test_an_answer_is_kept_for_its_key(running: RunningPlatform, officer: Officer) -> None:
    answers, account = running.platform.answers, UUID(officer.account)
    with running.platform.transaction() as session:
        assert answers.recall(session, account, "k1", b"POST /x {}") is None
        answers.remember(session, account, "k1", b"POST /x {}", {"status": 201})
    with running.platform.transaction() as session:
        assert answers.recall(session, account, "k1", b"POST /x {}") == {"status": 201}
        assert answers.recall(session, uuid4(), "k1", b"POST /x {}") is None
        with pytest.raises(Conflict) as other:
            answers.recall(session, account, "k1", b"POST /x {1}")
        with pytest.raises(InvalidInput):
            answers.recall(session, account, "", b"")
    assert other.value.code == "idempotency-conflict"
    running.advance(24 * 3600)
    with running.platform.transaction() as session:
        assert answers.recall(session, account, "k1", b"anything else") is None
        answers.remember(session, account, "k1", b"anything else", {})


def test_two_at_once_write_once(running: RunningPlatform, officer: Officer) -> None:
    account = UUID(officer.account)
    written: list[int] = []

    def write() -> None:
        with running.platform.transaction() as session:
            if running.platform.answers.recall(session, account, "once", b"r") is None:
                written.append(1)
                running.platform.answers.remember(session, account, "once", b"r", {"n": len(written)})

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written == [1]


def test_every_account_has_its_effect(running: RunningPlatform) -> None:
    with running.platform.transaction() as session:
        assert (session.scalar(select(func.count()).select_from(AccountRow)) or 0) > 3
