"""Attacks on what feeds sent: the chain of messages, the batches that anchor it."""

from __future__ import annotations

import hashlib
from typing import Any

from gridwitness.feeds.chain import unpacked
from gridwitness_evidence import base64url, parse_presentation
from support.attack import DATABASE, OPERATOR, WORKER, Judge, attack
from support.attack_target import Target
from support.feeds import send
from support.platform import CITY, Officer

PART, BATCH = "feeds.part", "feeds.batch"


def part_at(serial: int) -> dict[str, Any]:
    return {"table": PART, "key": f'{{"feed":"binjiang","serial":"{serial}"}}'}


def batch_at(first: int) -> dict[str, Any]:
    return {"table": BATCH, "key": f'{{"feed":"binjiang","first":"{first}"}}'}


def packed(*messages: bytes) -> bytes:
    return b"".join(len(message).to_bytes(4, "big") + message for message in messages)


def relink(target: Target) -> None:
    """Have every link follow again, and the end of the chain, as somebody would who hides a change."""
    link, serial = hashlib.sha256(b"gridwitness-feed/v1\nbinjiang").digest(), 0
    for row in target.rows("SELECT * FROM feeds.part WHERE feed = 'binjiang' ORDER BY serial"):
        for message in unpacked(bytes(row["body"])):
            digest = hashlib.sha256(message).digest()
            link = hashlib.sha256(link + digest + digest).digest()
        serial = row["serial"] + row["count"]
        target.tamper("UPDATE feeds.part SET link = %s WHERE serial = %s", link, row["serial"])
    end = "UPDATE feeds.chain SET next_serial = %s, link = %s WHERE feed = 'binjiang'"
    target.tamper(end, serial, link)


@attack(
    "a message of a feed edited",
    "改写数据源的一条报文",
    by=DATABASE,
    found="feeds:link-differs",
    exit_code=1,
    located="table key",
)
def test_message_edited(target: Target, judge: Judge) -> None:
    target.tamper("UPDATE feeds.part SET body = %s WHERE serial = 2", packed(b"three!"))
    judge(target.audit(), feeds=part_at(2))


@attack(
    "a message of a feed edited and every link after it made to follow",
    "改写数据源报文并重算其后各链值",
    by=DATABASE,
    found="feeds:batch-head",
    exit_code=1,
    located="table key log",
)
def test_message_edited_and_linked(target: Target, judge: Judge) -> None:
    target.tamper("UPDATE feeds.part SET body = %s WHERE serial = 4", packed(b"FIVE"))
    relink(target)
    report = target.audit()
    assert len(report.failed["feeds"]) == 1, report.failed
    judge(report, feeds={**batch_at(4), "log": CITY})


@attack(
    "messages of a feed deleted",
    "删除数据源的报文",
    by=DATABASE,
    found="feeds:part-gap",
    exit_code=1,
    located="table key",
)
def test_messages_deleted(target: Target, judge: Judge) -> None:
    target.tamper("DELETE FROM feeds.part WHERE feed = 'binjiang' AND serial = 2")
    judge(target.audit(), feeds=part_at(3))


@attack(
    "a message put between others, numbers and links made to follow",
    "在数据源报文之间插入一条并重排编号与链值",
    by=DATABASE,
    found="feeds:batch-head",
    exit_code=1,
    located="table key",
)
def test_message_inserted(target: Target, judge: Judge) -> None:
    for serial in (5, 4, 3):
        target.tamper("UPDATE feeds.part SET serial = serial + 1 WHERE serial = %s", serial)
    target.tamper(
        "INSERT INTO feeds.part SELECT feed, 3, count, link, %s, received, received_at, connection, format,"
        " captured_from, captured_to, serial_gaps, repeated, offsets, pending"
        " FROM feeds.part WHERE serial = 2",
        packed(b"invented"),
    )
    relink(target)
    judge(target.audit(), feeds=batch_at(0))


@attack(
    "two messages of a feed change places",
    "对调数据源的两条报文",
    by=DATABASE,
    found="feeds:link-differs",
    exit_code=1,
    located="table key",
)
def test_messages_swapped(target: Target, judge: Judge) -> None:
    target.tamper("UPDATE feeds.part SET body = %s WHERE serial = 0", packed(b"two", b"one"))
    judge(target.audit(), feeds=part_at(0))


@attack(
    "the last messages of a feed cut off, and the end of its chain put back",
    "截去数据源末尾报文并回退链尾",
    by=DATABASE,
    found="feeds:messages-missing",
    exit_code=1,
    located="table key",
)
def test_tail_cut_off(target: Target, judge: Judge) -> None:
    target.tamper("DELETE FROM feeds.part WHERE serial = 5")
    relink(target)
    judge(target.audit(), feeds=part_at(5))


@attack(
    "the first messages of a feed removed without a record of their expiry",
    "无到期删除记录而删去数据源最早的报文",
    by=DATABASE,
    found="feeds:front-removed",
    exit_code=1,
    located="table key",
)
def test_front_removed(target: Target, judge: Judge) -> None:
    target.tamper("DELETE FROM feeds.part WHERE serial < 4")
    judge(target.audit(), feeds=part_at(4))


@attack(
    "a piece of a message left over behind a part's last one",
    "在报文分段末尾附加残片",
    by=DATABASE,
    found="feeds:part-form",
    exit_code=1,
    located="table key",
)
def test_piece_left_over(target: Target, judge: Judge) -> None:
    target.tamper("UPDATE feeds.part SET body = %s WHERE serial = 0", packed(b"one", b"two") + b"\0")
    judge(target.audit(), feeds=part_at(0))


@attack(
    "the row of a batch changed",
    "改写批次数据行",
    by=DATABASE,
    found="rows:altered feeds:batch-differs",
    exit_code=1,
    located="table key column",
)
def test_batch_row_changed(target: Target, judge: Judge) -> None:
    target.tamper("UPDATE feeds.batch SET serial_gaps = 9 WHERE first = 0")
    place = {**batch_at(0), "column": "serial_gaps"}
    judge(target.audit(), rows=place, feeds=place)


@attack(
    "the row of a batch deleted",
    "删去批次数据行",
    by=DATABASE,
    found="rows:missing-row feeds:batch-without-row",
    exit_code=1,
    located="log table key sub",
)
def test_batch_row_deleted(target: Target, judge: Judge) -> None:
    target.tamper("DELETE FROM feeds.batch WHERE first = 4")
    sub = target.story.feed.sub
    judge(target.audit(), rows={**batch_at(4), "log": CITY}, feeds={"log": CITY, "sub": sub})


@attack(
    "a second batch of the same messages, of other bytes",
    "对同一批报文另作内容不同的批次",
    by=OPERATOR,
    found="feeds:batch-gap feeds:batch-head feeds:batch-without-row",
    exit_code=1,
    located="log sub",
    refused="batch-place",
)
def test_second_batch(target: Target, judge: Judge) -> None:
    platform, feed = target.platform, target.story.feed
    honest = target.record(str(target.one("SELECT record FROM feeds.batch WHERE first = 4")["record"]))
    target.tamper("UPDATE feeds.part SET body = %s WHERE serial = 4", packed(b"FIVE"))
    relink(target)
    link = bytes(target.one("SELECT link FROM feeds.part WHERE serial = 5")["link"])
    fields = {**honest.fields, "head": base64url.encode(link)}
    with platform.transaction() as session:
        key = platform.keystore.service_key(CITY)
        statement = platform.acceptance.sign_own(
            session, target.running.log(), "feed.batch.v1", feed.sub, fields, key=key, iss=CITY
        )
        (outcome,) = platform.acceptance.accept(session, [statement], internal=True)
        assert outcome.error is not None
        judge.refusal(outcome.error.code)
    target.force(parse_presentation(statement.presentation))
    target.running.drain()
    judge(target.audit(), feeds={"log": CITY, "sub": feed.sub})


@attack(
    "a feed's messages kept out of batches",
    "不为数据源报文制作批次",
    by=WORKER,
    found="feeds:batch-overdue",
    exit_code=1,
    located="table key",
)
def test_no_more_batches(target: Target, zhang: Officer, judge: Judge) -> None:
    send(target.running, target.story.feed, b"seven")
    target.platform.batches.due = lambda _: []  # type: ignore[method-assign]
    target.running.advance(600)
    target.running.accept(zhang.step())
    target.running.drain()
    judge(target.audit(), feeds=part_at(6))


@attack(
    "the messages after a feed's last batch cut off",
    "截去数据源最后一个批次之后的报文",
    by=DATABASE,
    exit_code=0,
    said="what a feed sent after its last batch",
)
def test_unbatched_tail_cut_off(target: Target, judge: Judge) -> None:
    send(target.running, target.story.feed, b"seven")
    target.tamper("DELETE FROM feeds.part WHERE serial = 6")
    relink(target)
    judge(target.audit())
