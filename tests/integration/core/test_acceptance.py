"""The door: what it lets in, what it refuses with which code, and that nothing is ever half-applied."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from gridwitness.errors import Conflict
from gridwitness.records import Outcome, subject_log
from gridwitness.records.files import add_file
from gridwitness_evidence import Record, Seen, SigningKey, base64url
from sqlalchemy import text
from support.platform import CITY, POLICE, Officer, RunningPlatform, running_platform, step_fields

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform
        platform.drain()
        platform.audit().require_proved()


@pytest.fixture(scope="module")
def officer(running: RunningPlatform) -> Officer:
    return running.officer("zhang")


def counted(running: RunningPlatform) -> int:
    with running.platform.transaction() as session:
        return int(session.scalar(text("SELECT count(*) FROM records.record")) or 0)


def code_of(outcome: Outcome) -> str | None:
    assert (outcome.error is None) != (outcome.receipt is None)
    return None if outcome.error is None else outcome.error.code


def other_half(record: Record) -> str:
    """The same statement with the other ES256 signature, n − s: valid, and other bytes."""
    r, s = record.signature[:32], int.from_bytes(record.signature[32:], "big")
    twin = base64url.encode(r + (P256_ORDER - s).to_bytes(32, "big"))
    signed = record.signing_input.decode()
    return record.presentation.replace(record.entry, f"{signed}.{twin}", 1)


def missing_file() -> dict[str, object]:
    return {"name": "a.jpg", "sha256": "ab" * 32, "sm3": "cd" * 32, "size": 3, "type": "image/jpeg"}


Case = Callable[[RunningPlatform, Officer], Record | str]

REFUSED: dict[str, tuple[str, Case]] = {
    "not-compact": ("not-compact", lambda running, officer: officer.step().presentation[:-1]),
    "disclosure-missing": (
        "disclosure-missing",
        lambda running, officer: "~".join(officer.step().presentation.split("~")[:-2]) + "~",
    ),
    "base64url": ("base64url", lambda running, officer: "=" + officer.step().presentation),
    "kind-unknown": ("kind-unknown", lambda running, officer: officer.sign("case.dream.v1", {"a": "b"})),
    "kind-internal": (
        "kind-internal",
        lambda running, officer: officer.sign(
            "key.confirmed.v1", {"agency": CITY, "thumbprint": officer.key.kid}
        ),
    ),
    "effect-forged": (
        "kind-internal",
        lambda running, officer: officer.sign("state.effect.v1", {"cause": None, "by": None}),
    ),
    "fields-type": ("fields", lambda running, officer: officer.step(fields={"occurred_at": "yesterday"})),
    "fields-null": ("fields", lambda running, officer: officer.step(fields={"step": None})),
    "fields-enum": ("fields", lambda running, officer: officer.step(fields={"procedure": "secret"})),
    "fields-unknown": ("fields", lambda running, officer: officer.step(fields={"mood": "good"})),
    "source": ("source", lambda running, officer: officer.step(src="import")),
    "foreign-log": (
        "foreign-log",
        lambda running, officer: officer.step(aud=f"gridwitness/{'0' * 32}/{CITY}", seen=None),
    ),
    "key-unknown": (
        "key-unknown",
        lambda running, officer: officer.step(key=SigningKey.generate("ES256")),
    ),
    "key-of-other-agency": ("key-unknown", lambda running, officer: officer.step(iss=POLICE)),
    "iat-in-future": (
        "iat-in-future",
        lambda running, officer: officer.step(iat=int(running.clock.now().timestamp()) + 500),
    ),
    "seen-unknown": (
        "seen-unknown",
        lambda running, officer: officer.step(seen=Seen(3, bytes(32))),
    ),
    "seen-of-other-log": ("seen-unknown", lambda running, officer: officer.step(seen=running.seen(POLICE))),
    "file-missing": (
        "file-missing",
        lambda running, officer: officer.step(fields={"files": [missing_file()]}),
    ),
    "subject-gap": (
        "subject-moved",
        lambda running, officer: officer.step(seq=1, prev=bytes(32)),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_its_code_and_good_neighbours_kept(
    running: RunningPlatform, officer: Officer, name: str
) -> None:
    code, make = REFUSED[name]
    before = counted(running)
    good, bad, last = officer.step(), make(running, officer), officer.step()
    outcomes = running.accept(good, bad, last)
    assert [code_of(outcome) for outcome in outcomes] == [None, code, None]
    assert counted(running) == before + 2


def test_a_kind_under_the_wrong_key(running: RunningPlatform) -> None:
    service = running.platform.keystore.service_key(CITY)
    clerk = Officer(running, CITY, "-", "service", service, "-")
    assert code_of(running.accept(clerk.step())[0]) == "key-purpose"


def test_unconfirmed_key(running: RunningPlatform) -> None:
    assert code_of(running.accept(running.officer(confirmed=False).step())[0]) == "key-unconfirmed"


def test_key_outside_its_window(running: RunningPlatform) -> None:
    late = running.officer(confirmed=False)
    late.key = SigningKey.generate("ES256")
    now = running.clock.now()
    late.offer(window=(now + timedelta(hours=5), now + timedelta(days=1)))
    late.confirm()
    assert code_of(running.accept(late.step())[0]) == "key-expired"


def test_key_that_ends_before_the_record_could_be_anchored(running: RunningPlatform) -> None:
    ending = running.officer(confirmed=False)
    ending.key = SigningKey.generate("ES256")
    now = running.clock.now()
    delay = running.settings.maximum_merge_delay_seconds
    ending.offer(window=(now - timedelta(hours=1), now + timedelta(seconds=delay - 60)))
    ending.confirm()
    assert code_of(running.accept(ending.step())[0]) == "key-expired"


def test_key_of_the_other_algorithm(running: RunningPlatform, officer: Officer) -> None:
    record = officer.step()
    header = base64url.encode(
        b'{"alg":"EdDSA","kid":"%s","typ":"gw-record+sd-jwt"}' % officer.key.kid.encode()
    )
    _, payload, signature = record.entry.split(".")
    forged = record.presentation.replace(record.entry, f"{header}.{payload}.{signature}", 1)
    assert code_of(running.accept(forged)[0]) == "key-algorithm"


def test_altered_signature_and_its_good_twin_in_one_batch(running: RunningPlatform, officer: Officer) -> None:
    record = officer.step()
    signed, _, signature = record.entry.rpartition(".")
    wrong = base64url.encode(bytes([base64url.decode(signature)[0] ^ 1]) + base64url.decode(signature)[1:])
    bad = record.presentation.replace(record.entry, f"{signed}.{wrong}", 1)
    outcomes = running.accept(bad, record)
    assert [code_of(outcome) for outcome in outcomes] == ["signature", None]


def test_signature_with_n_minus_s_is_a_conflict(running: RunningPlatform, officer: Officer) -> None:
    record = officer.step()
    first, twin = running.accept(record)[0], running.accept(other_half(record))[0]
    assert (code_of(first), code_of(twin)) == (None, "identity-conflict")


def test_twins_in_one_batch(running: RunningPlatform, officer: Officer) -> None:
    record = officer.step()
    first, same, twin = running.accept(record, record, other_half(record))
    assert (first.receipt, same.replayed) == (same.receipt, True)
    assert code_of(twin) == "identity-conflict"


def test_same_jti_with_other_content(running: RunningPlatform, officer: Officer) -> None:
    first = officer.step()
    second = officer.step(jti=first.claims.jti)
    running.accept(first)
    assert code_of(running.accept(second)[0]) == "identity-conflict"


def test_same_bytes_again_give_the_same_receipt(running: RunningPlatform, officer: Officer) -> None:
    record = officer.step()
    first = running.accept(record)[0]
    running.drain()
    again = running.accept(record)[0]
    assert again.receipt == first.receipt
    assert again.replayed and not first.replayed


def test_backdated(running: RunningPlatform, officer: Officer) -> None:
    block = running.seen()
    old = int(running.clock.now().timestamp()) - 600
    assert code_of(running.accept(officer.step(iat=old, seen=block))[0]) == "backdated"


def test_seen_is_missed_where_the_log_was_anchored_before(running: RunningPlatform, officer: Officer) -> None:
    later = int(running.clock.now().timestamp()) + 200
    running.advance(200)
    assert code_of(running.accept(officer.step(iat=later, seen=None))[0]) == "seen-missing"


def test_file_with_another_digest_than_named(running: RunningPlatform, officer: Officer) -> None:
    content = secrets.token_hex(20).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    with running.platform.transaction() as session:
        digests = add_file(session, running.platform.files, sha256, [content], running.clock.now())
    named = {"name": "a", "sha256": sha256, "sm3": digests.sm3, "size": 40, "type": "text/plain"}
    disguised = officer.step(fields={"files": [named | {"type": "application/pdf"}]})
    assert code_of(running.accept(disguised)[0]) == "file-type-mismatch"
    wrong = officer.step(fields={"files": [named | {"sm3": "0" * 64}]})
    right = officer.step(fields={"files": [named]})
    short = officer.step(fields={"files": [named | {"size": 39}]})
    codes = [code_of(outcome) for outcome in running.accept(wrong, right, short)]
    assert codes == ["file-mismatch", None, "file-mismatch"]


def test_several_records_of_one_subject_in_one_batch(running: RunningPlatform, officer: Officer) -> None:
    first = officer.step()
    second = officer.step(after=first)
    fork = officer.step(after=first)
    third = officer.step(after=second)
    codes = [code_of(outcome) for outcome in running.accept(first, second, fork, third)]
    assert codes == [None, None, "subject-moved", None]


def test_what_follows_a_refused_record_is_refused(running: RunningPlatform, officer: Officer) -> None:
    first = officer.step(fields={"procedure": "secret"})
    second = officer.step(after=first)
    assert [code_of(outcome) for outcome in running.accept(first, second)] == ["fields", "subject-moved"]


def test_conflict_names_all_that_signing_again_takes(running: RunningPlatform, officer: Officer) -> None:
    first = officer.step()
    running.accept(first)
    stale = officer.step(sub=first.claims.sub)
    error = running.accept(stale)[0].error
    assert error is not None
    head = error.context["head"]
    assert (head["sub"], head["origin"]) == (first.claims.sub, first.claims.aud)
    again = officer.step(
        sub=head["sub"],
        seq=head["next_seq"],
        prev=base64url.decode(head["prev"]),
        seen=Seen(head["seen"]["size"], base64url.decode(head["seen"]["root"])),
    )
    assert code_of(running.accept(again)[0]) is None
    new = running.accept(officer.step(seq=1, prev=bytes(32)))[0].error
    assert new is not None
    assert new.context["head"] is None


def test_a_subject_lives_in_one_log(running: RunningPlatform, officer: Officer) -> None:
    there = {"aud": running.log(POLICE).origin, "seen": running.seen(POLICE)}
    first = officer.step()
    running.accept(first)
    stray = officer.step(sub=first.claims.sub, **there)
    error = running.accept(stray)[0].error
    assert error is not None
    assert (error.code, error.context["log"]) == ("subject-elsewhere", CITY)
    new = officer.step(**there)
    other, after = officer.step(sub=new.claims.sub), officer.step(after=new, **there)
    codes = [code_of(outcome) for outcome in running.accept(new, other, after)]
    assert codes == [None, "subject-elsewhere", None]
    with running.platform.transaction() as session:
        assert subject_log(session, new.claims.sub) == POLICE
        assert subject_log(session, "0" * 32) is None


def test_provenance_that_the_database_cannot_hold(running: RunningPlatform, officer: Officer) -> None:
    assert code_of(running.accept(officer.step(), device="a\0b")[0]) == "provenance"


def test_eddsa_key(running: RunningPlatform) -> None:
    assert code_of(running.accept(running.officer(algorithm="EdDSA").step())[0]) is None


def test_no_bundle_before_the_anchor(running: RunningPlatform, officer: Officer) -> None:
    record = officer.step()
    running.accept(record)
    with pytest.raises(Conflict) as refusal:
        running.check_bundle(record.claims.jti)
    assert refusal.value.code == "not-anchored-yet"


def test_bundle_of_an_accepted_record(running: RunningPlatform, officer: Officer) -> None:
    record = officer.step(fields=step_fields(running.clock.now(), step="inspection"))
    running.accept(record, device="pad 7", captured="2026-05-01T08:00:00Z")
    running.drain()
    running.check_bundle(record.claims.jti).require_proved()
