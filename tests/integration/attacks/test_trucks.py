"""Attacks on anomalies, their reviews, the registers they rest on, and the snapshots made of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from gridwitness.hotspots import making
from gridwitness.hotspots.sources import Sources
from gridwitness.records import Submission
from gridwitness_chain import BoardSnapshot
from gridwitness_evidence import base64url, parse_presentation
from support.attack import DATABASE, FEED, OPERATOR, PUBLISHER, SERVICE, Judge, attack
from support.attack_target import Target, place
from support.attack_week import Week
from support.feeds import send
from support.hotspot_story import HOT
from support.platform import CITY


def key_of(**key: str) -> str:
    return json.dumps(key, sort_keys=True, separators=(",", ":"))


@attack(
    "an anomaly written off in its row",
    "在数据行中将疑似异常改为排除",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="log table key column",
)
def test_anomaly_written_off(week_target: Target, week: Week, judge: Judge) -> None:
    sub = week.subs[1]
    week_target.tamper("UPDATE trucks.anomaly SET state = 'excluded' WHERE sub = %s", sub)
    judge(
        week_target.audit(),
        rows={"log": CITY, "table": "trucks.anomaly", "key": key_of(sub=sub), "column": "state"},
    )


@attack(
    "an anomaly deleted with its row",
    "删去疑似异常的数据行",
    by=DATABASE,
    found="rows:missing-row",
    exit_code=1,
    located="log table key",
)
def test_anomaly_deleted(week_target: Target, week: Week, judge: Judge) -> None:
    sub = week.subs[2]
    week_target.tamper("DELETE FROM trucks.anomaly WHERE sub = %s", sub)
    judge(week_target.audit(), rows={"log": CITY, "table": "trucks.anomaly", "key": key_of(sub=sub)})


@attack(
    "a review's outcome turned round in its row",
    "在数据行中改变复核结果",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="table column",
)
def test_review_turned_round(week_target: Target, judge: Judge) -> None:
    week_target.tamper("UPDATE trucks.review SET outcome = 'excluded'")
    judge(week_target.audit(), rows={"table": "trucks.review", "column": "outcome"})


@attack(
    "a checkpoint moved in its register",
    "在登记数据行中移动卡口位置",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="table column",
)
def test_checkpoint_moved(week_target: Target, judge: Judge) -> None:
    week_target.tamper(
        "UPDATE trucks.checkpoint SET lat_e6 = lat_e6 + 9000 WHERE checkpoint = %s", f"{HOT:x}"
    )
    judge(week_target.audit(), rows={"table": "trucks.checkpoint", "column": "lat_e6"})


@attack(
    "a passage changed before it was archived",
    "在归档之前改写过车数据",
    by=DATABASE,
    exit_code=0,
    said="how it read what it kept",
)
def test_passage_changed(week_target: Target, judge: Judge) -> None:
    week_target.tamper("UPDATE trucks.passage SET plate = '浙A99999' WHERE checkpoint = %s", f"{HOT:x}")
    judge(week_target.audit())


@attack(
    "an anomaly upheld by the agency's service key",
    "以机关服务密钥代替执法人员复核异常",
    by=SERVICE,
    found="keys:key-purpose",
    exit_code=1,
    located="jti sub seq",
    refused="key-purpose",
)
def test_review_by_the_service_key(week_target: Target, week: Week, judge: Judge) -> None:
    sub, platform = week.subs[3], week_target.platform
    entry = week_target.one(
        "SELECT entry FROM records.record WHERE sub = %s AND kind = %s", sub, "truck.anomaly.v2"
    )
    digest = base64url.encode(hashlib.sha256(entry["entry"].encode()).digest())
    fields = {
        "entry": digest,
        "outcome": "upheld",
        "reason": "机器复核",
        "second_source": "轨迹",
        "files": [],
    }
    with platform.transaction() as session:
        key = platform.keystore.service_key(CITY)
        statement = platform.acceptance.sign_own(
            session, week_target.running.log(), "truck.review.v1", sub, fields, key=key, iss=CITY
        )
        (outcome,) = platform.acceptance.accept(session, [Submission(statement.presentation)])
        assert outcome.error is not None
        judge.refusal(outcome.error.code)
    forged = parse_presentation(statement.presentation)
    week_target.force(forged)
    week_target.running.drain()
    judge(week_target.audit(), keys=place(forged))


@attack(
    "a feed on an open line that reports a passage nobody made",
    "公开线路上的数据源上报从未发生的过车",
    by=FEED,
    exit_code=0,
    said="what signers stated being true",
)
def test_passage_nobody_made(week_target: Target, week: Week, judge: Judge) -> None:
    send(week_target.running, week.story.feed, b'{"PlateNo": "\xe6\xb5\x99A00000"}')
    week_target.running.advance(61)
    week_target.running.drain()
    judge(week_target.audit())


@attack(
    "a snapshot that leaves an anomaly out",
    "快照遗漏一条疑似异常",
    by=OPERATOR,
    found="hotspots:snapshot-omits",
    exit_code=1,
    located="log sub",
)
def test_anomaly_left_out(
    week_target: Target, week: Week, monkeypatch: pytest.MonkeyPatch, judge: Judge
) -> None:
    honest = making.read_sources

    def without_one(*arguments: object) -> Sources:
        found = honest(*arguments)  # type: ignore[arg-type]
        return Sources(found.leaves[1:], found.anomalies[1:]) if found.anomalies else found

    monkeypatch.setattr(making, "read_sources", without_one)
    week.make()
    judge(week_target.audit(), hotspots={"log": CITY, "sub": week.subs[0]})


@attack(
    "a snapshot with fewer anomalies in a cell than the records give",
    "快照网格内的异常数少于记录",
    by=OPERATOR,
    found="hotspots:snapshot-cell",
    exit_code=1,
    located="log key",
)
def test_cell_made_better(
    week_target: Target, week: Week, monkeypatch: pytest.MonkeyPatch, judge: Judge
) -> None:
    honest = making.compose

    def edited(*arguments: object):  # type: ignore[no-untyped-def]
        found = honest(*arguments)  # type: ignore[arg-type]
        return replace(found, cells=tuple(replace(c, anomalies=c.anomalies - 1) for c in found.cells))

    monkeypatch.setattr(making, "compose", edited)
    week.make()
    judge(week_target.audit(), hotspots={"log": CITY, "key": f"{CITY}/1"})


@attack(
    "a snapshot published that no record of the log is",
    "发布日志中不存在的快照",
    by=PUBLISHER,
    found="hotspots:snapshot-foreign",
    exit_code=1,
    located="key",
)
def test_snapshot_of_no_record(week_target: Target, week: Week, judge: Judge) -> None:
    week.make()
    chain = week_target.platform.chain
    board, end = chain.contracts.hotspot_board, chain.contracts.hotspot_board.end_of(CITY, "passages")
    foreign = BoardSnapshot("passages", end, end + 1, 8, bytes(32), bytes(32), bytes(32), bytes(31) + b"\1")
    chain.submit(chain.publisher(CITY), board, board.publish(CITY, board.count_of(CITY) + 1, foreign, b""))
    judge(week_target.audit(), hotspots={"key": f"{CITY}/3"})


@attack(
    "the traffic that a snapshot counts against made heavier",
    "加大快照所用的车流量分母",
    by=DATABASE,
    found="hotspots:altered",
    exit_code=1,
    located="table key",
)
def test_exposure_made_heavier(week_target: Target, week: Week, judge: Judge) -> None:
    week.make()
    week_target.tamper(
        "UPDATE hotspots.exposure SET cells = overlay(cells PLACING '\\x01' FROM 11) WHERE number = 1"
    )
    judge(week_target.audit(), hotspots={"table": "hotspots.exposure", "key": f"{CITY}/1"})


@attack(
    "a snapshot's cells changed in its row",
    "在数据行中改写快照网格",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="table column",
)
def test_cells_changed(week_target: Target, week: Week, judge: Judge) -> None:
    week.make()
    week_target.tamper("UPDATE hotspots.snapshot SET cells = '' WHERE number = 1")
    judge(week_target.audit(), rows={"table": "hotspots.snapshot", "column": "cells"})
