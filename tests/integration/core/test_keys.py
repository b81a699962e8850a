"""Signing keys: records and contract say the same at every step of a key's life."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from gridwitness.errors import Conflict, Forbidden, GridWitnessError, InvalidInput, NotFound
from gridwitness.members import Keys, UnderWay, find_key
from gridwitness.members.contract import ContractKeyRegistry
from gridwitness.records import unanchored
from gridwitness_chain import KeyState
from gridwitness_evidence import SigningKey, base64url
from support.platform import CITY, POLICE, Officer, RunningPlatform, running_platform


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform
        platform.drain()
        report = platform.audit()
        # The one key that was compromised a week before its offer was anchored is disputed, by name; nothing
        # failed.
        assert not report.failed
        disputed = [check["name"] for check in report.report["checks"] if check["result"] == "disputed"]
        assert (report.exit_code, disputed) == (3, ["keys"])


def contract_key(running: RunningPlatform, officer: Officer) -> KeyState:
    thumbprint = base64url.decode(officer.key.kid)
    return running.platform.chain.read(lambda contracts: contracts.members.key_of(officer.agency, thumbprint))


def keyless(running: RunningPlatform) -> Officer:
    """An officer with a second key that nobody has seen yet."""
    officer = running.officer(confirmed=False)
    officer.key = SigningKey.generate("ES256")
    return officer


def test_offered_and_confirmed(running: RunningPlatform) -> None:
    officer = running.officer()
    state = contract_key(running, officer)
    with running.platform.transaction() as session:
        row = find_key(session, CITY, officer.key.kid)
    assert (state.not_before, state.not_after) == (row.not_before.timestamp(), row.not_after.timestamp())
    assert (state.confirmed_by, row.confirmed_by, row.registered_alone) == (POLICE, POLICE, False)


def test_the_same_offer_again_changes_nothing(running: RunningPlatform) -> None:
    officer = keyless(running)
    first = officer.offer()
    assert first.record is not None
    with running.platform.transaction() as session:
        again = running.platform.keys.offer(session, first.record.presentation, by=None)
    assert (again.replayed, again.receipt) == (True, first.receipt)
    with pytest.raises(Conflict) as refusal:
        officer.offer()
    assert refusal.value.code == "key-registered"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"jwk": SigningKey.generate("ES256").jwk}, "key-possession"),
        ({"jwk": {"kty": "EC"}}, "key-possession"),
        ({"jwk": "no"}, "fields"),
        ({"purpose": "everything"}, "fields"),
        ({"holder": "00000000-0000-4000-8000-000000000000"}, "key-holder"),
        ({"holder": "somebody"}, "key-holder"),
        ({"not_after": "1970-01-01T00:00:00Z"}, "key-window"),
        ({"not_before": "0001-01-01T00:00:00Z"}, "key-window"),
        ({"not_before": "2030-02-30T00:00:00Z"}, "fields"),
        ({"replaces": "A" * 43}, "key-unknown"),
        ({"replaces": "\0"}, "key-unknown"),
    ],
)
def test_bad_offers(running: RunningPlatform, changed: dict[str, object], code: str) -> None:
    officer = keyless(running)
    with pytest.raises(GridWitnessError) as refusal:
        officer.offer(**changed)
    assert refusal.value.code == code
    assert not contract_key(running, officer).registered
    with running.platform.transaction() as session, pytest.raises(NotFound):
        find_key(session, CITY, officer.key.kid)


def test_only_an_offer_is_taken_for_one(running: RunningPlatform) -> None:
    officer = running.officer()
    with pytest.raises(InvalidInput) as refusal, running.platform.transaction() as session:
        running.platform.keys.offer(session, officer.step().presentation, by=None)
    assert refusal.value.code == "kind-wrong"


def test_no_agency_confirms_its_own_key(running: RunningPlatform) -> None:
    officer = running.officer(confirmed=False)
    with pytest.raises(Forbidden) as refusal:
        officer.confirm(CITY)
    assert refusal.value.code == "confirmer-own"
    officer.confirm()
    with pytest.raises(Conflict) as twice:
        officer.confirm()
    assert twice.value.code == "key-confirmed"


def test_rotation(running: RunningPlatform) -> None:
    officer = running.officer()
    old = officer.key
    running.accept(officer.step())
    officer.key = SigningKey.generate("ES256")
    officer.offer(replaces=old.kid)
    officer.confirm()
    running.drain()
    now = running.clock.now().replace(microsecond=0)
    with running.platform.transaction() as session:
        row = find_key(session, CITY, old.kid)
        running.platform.keys.shrink(
            session, CITY, old.kid, row.not_before, now + timedelta(hours=2), by=None
        )
    assert running.accept(officer.step())[0].error is None
    running.advance(7200)
    refused = running.accept(officer.step(key=old))[0].error
    assert refused is not None
    assert refused.code == "key-expired"


def test_window_never_grows(running: RunningPlatform) -> None:
    officer = running.officer()
    with running.platform.transaction() as session:
        row = find_key(session, CITY, officer.key.kid)
    wider = row.not_after + timedelta(seconds=1)
    with pytest.raises(InvalidInput) as refusal, running.platform.transaction() as session:
        running.platform.keys.shrink(session, CITY, officer.key.kid, row.not_before, wider, by=None)
    assert refusal.value.code == "key-window"


def revoke(
    running: RunningPlatform, officer: Officer, days: float = 0, seconded_by: str | None = None
) -> None:
    since = running.clock.now() - timedelta(days=days)
    with running.platform.transaction() as session:
        running.platform.keys.revoke(
            session, CITY, officer.key.kid, since, "lost", seconded_by=seconded_by, by=officer.account
        )


def test_revoked_key_signs_nothing_more_and_what_was_anchored_stays(running: RunningPlatform) -> None:
    officer = running.officer()
    record = officer.step()
    running.accept(record)
    running.drain()
    revoke(running, officer)
    assert contract_key(running, officer).revoked_at
    error = running.accept(officer.step())[0].error
    assert error is not None
    assert error.code == "key-revoked"
    replay = running.accept(record)[0]
    assert replay.replayed
    running.check_bundle(record.claims.jti).require_proved()
    with pytest.raises(Conflict) as twice:
        revoke(running, officer)
    assert twice.value.code == "key-revoked"


def test_revocation_as_of_now_on_a_chain_that_has_been_idle(running: RunningPlatform) -> None:
    officer = running.officer()
    running.drain()
    running.advance(3600)
    revoke(running, officer)
    assert contract_key(running, officer).revoked_at >= contract_key(running, officer).compromised_since


def test_revocation_far_back_takes_a_second_agency(running: RunningPlatform) -> None:
    officer = running.officer()
    running.drain()
    with pytest.raises(InvalidInput) as refusal:
        revoke(running, officer, days=8)
    assert refusal.value.code == "revocation-needs-second"
    assert not contract_key(running, officer).revoked_at
    revoke(running, officer, days=8, seconded_by=POLICE)
    assert contract_key(running, officer).revoked_at


def test_revocation_lets_what_was_accepted_be_anchored_first(running: RunningPlatform) -> None:
    officer = running.officer()
    record = officer.step()
    running.accept(record)
    thread = threading.Thread(target=revoke, args=(running, officer))
    thread.start()
    time.sleep(0.5)
    assert not contract_key(running, officer).revoked_at
    while thread.is_alive():  # the revocation's own records come in between
        running.worker.round()
    running.drain()
    assert contract_key(running, officer).revoked_at
    running.check_bundle(record.claims.jti).require_proved()


def test_revocation_says_so_when_nothing_gets_anchored(running: RunningPlatform) -> None:
    officer = running.officer()
    platform = running.platform
    running.accept(officer.step())
    impatient = Keys(
        platform.acceptance,
        ContractKeyRegistry(platform.chain),
        platform.keystore,
        UnderWay(running.clock, timedelta(0)),
    )
    with pytest.raises(Conflict) as refusal, platform.transaction() as session:
        impatient.revoke(session, CITY, officer.key.kid, running.clock.now(), "lost", by=None)
    assert refusal.value.code == "records-under-way"
    with platform.transaction() as session:
        assert unanchored(session, CITY, officer.key.kid, but="key.offered.v1")
        assert find_key(session, CITY, officer.key.kid).compromised_since is None
    assert not contract_key(running, officer).revoked_at
