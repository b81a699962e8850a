"""Feeds on a real database: registered by an officer, appended to by many at once, never with a gap."""

from __future__ import annotations

import hashlib
import secrets
import threading

import pytest
from gridwitness.errors import Conflict, Forbidden, GridWitnessError, NotFound
from gridwitness.feeds import Letter, LetterRow, Message, PartRow, feed_named
from gridwitness.feeds.chain import unpacked
from sqlalchemy import select
from support.devices import sign_for
from support.feeds import REGISTERED, feed_fields, install_feed, send
from support.platform import Officer, RunningPlatform


def refusal_of(running: RunningPlatform, signer: Officer, sub: str, **fields: str) -> GridWitnessError:
    with pytest.raises(GridWitnessError) as refusal:
        sign_for(running, signer, sub, REGISTERED, feed_fields(**fields))
    return refusal.value


def parts_of(running: RunningPlatform, feed: str) -> list[PartRow]:
    with running.platform.transaction() as session:
        return [*session.scalars(select(PartRow).where(PartRow.feed == feed).order_by(PartRow.serial))]


def test_a_feed_is_one_subject_and_keeps_its_door(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "kk-1")
    sign_for(running, officer, feed.sub, REGISTERED, feed_fields("kk-1", assurance="mutual-tls", title="新"))
    with running.platform.transaction() as session:
        assert (again := feed_named(session, "kk-1")).assurance == "mutual-tls"
        assert again.title == "新"
        with pytest.raises(NotFound):
            feed_named(session, "kk-9")
    assert refusal_of(running, officer, feed.sub, feed="kk-1", door="file").code == "feed-door"
    assert refusal_of(running, officer, feed.sub, feed="kk-2").code == "subject-taken"
    twice = refusal_of(running, officer, secrets.token_hex(16), feed="kk-1")
    assert isinstance(twice, Conflict) and twice.context["sub"] == feed.sub
    for name in ("", "../etc", "a:b", "卡口", "x" * 65):
        assert refusal_of(running, officer, secrets.token_hex(16), feed=name).code == "fields"
    other = running.officer("clerk", roles=("grid_worker",))
    refused = refusal_of(running, other, secrets.token_hex(16), feed="kk-3")
    assert isinstance(refused, Forbidden) and refused.code == "feed-role"


def test_a_closed_feed_takes_nothing(running: RunningPlatform, officer: Officer) -> None:
    install_feed(running, officer, "shut", state="closed")
    with running.platform.transaction() as session, pytest.raises(Conflict) as refusal:
        feed_named(session, "shut")
    assert refusal.value.code == "feed-closed"


def test_the_chain_runs_over_parts_and_transactions(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "chained")
    came_in = hashlib.sha256(b"with a face").digest()
    with running.platform.transaction() as session:
        messages = [
            Message(b""),
            Message(b"without", came_in),
            *[Message(bytes([n % 251])) for n in range(998)],
        ]
        assert running.platform.intake.append(session, feed, [*messages, Message(b"last")], format="x") == 0
    assert send(running, feed, b"next") == 1001
    link = hashlib.sha256(b"gridwitness-feed/v1\nchained").digest()
    serial = 0
    for part in parts_of(running, "chained"):
        assert part.serial == serial
        kept = unpacked(bytes(part.body))
        assert len(kept) == part.count
        for index, body in enumerate(kept):
            received = part.received and bytes(part.received[32 * index : 32 * index + 32])
            digest = hashlib.sha256(body).digest()
            link = hashlib.sha256(link + (received or digest) + digest).digest()
        assert link == part.link
        serial += part.count
    assert serial == 1002
    first = parts_of(running, "chained")[0]
    assert first.received is not None and bytes(first.received[32:64]) == came_in


def test_what_is_rolled_back_leaves_no_gap(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "careful")
    with pytest.raises(RuntimeError), running.platform.transaction() as session:
        running.platform.intake.append(session, feed, [Message(b"lost")], format="x")
        raise RuntimeError
    assert send(running, feed, b"kept") == 0


def test_many_append_at_once(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "busy")
    serials: list[int] = []

    def work() -> None:
        for _ in range(10):
            serials.append(send(running, feed, b"a", b"b", b"c"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(serials) == [*range(0, 120, 3)]
    assert [part.serial for part in parts_of(running, "busy")] == [*range(0, 120, 3)]


def test_letters_go_with_their_messages(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "dirty")
    send(running, feed, b"fine")
    with running.platform.transaction() as session:
        letters = [Letter(1, 4, b"\xff", "plate-invalid", "no plate: \0")]
        first = running.platform.intake.append(
            session, feed, [Message(b"m"), Message(b"n")], format="tracks", letters=letters
        )
        running.platform.intake.letters(session, feed, first, [Letter(0, None, b"m", "device-unknown", "D7")])
    with running.platform.transaction() as session:
        rows = session.scalars(
            select(LetterRow).where(LetterRow.feed == "dirty").order_by(LetterRow.id)
        ).all()
    found = [(row.serial, row.item, row.raw, row.code, row.format, row.state) for row in rows]
    assert found == [
        (2, 4, b"\xff", "plate-invalid", "tracks", "open"),
        (1, None, b"m", "device-unknown", "tracks", "open"),
    ]
    assert "\0" not in rows[0].detail
