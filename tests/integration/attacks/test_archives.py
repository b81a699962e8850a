"""Attacks on archived passages: their rows, their files, their salts, and the proof of one of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gridwitness.trucks.archive.folder import PartName
from gridwitness.trucks.archive.leaves import Leaves, leaf_of
from gridwitness.trucks.archive.proof import prove_row
from gridwitness.trucks.kinds import EXPIRED
from gridwitness.trucks.models_sightings import PassageRow
from gridwitness.trucks.rows import row_bytes
from support.attack import BEARER, DATABASE, FILES, OPERATOR, SERVICE, Judge, attack
from support.attack_target import Target
from support.platform import CITY
from support.sightings import put_passages

FEED, MESSAGE = "binjiang", 2


def row_at(item: int) -> dict[str, Any]:
    key = json.dumps({"feed": FEED, "item": str(item), "serial": str(MESSAGE)}, separators=(",", ":"))
    return {"table": "trucks.passage", "key": key}


def name_of(target: Target) -> PartName:
    day = target.story.archived.astimezone(target.platform.settings.zone).date()
    return PartName(FEED, "passages", day, 0)


def part_at(target: Target) -> dict[str, Any]:
    name = name_of(target)
    places = {"content": name.content, "day": name.day.isoformat(), "feed": FEED, "part": "0"}
    return {"table": "trucks.part", "key": json.dumps(places, separators=(",", ":"))}


def file_of(target: Target, ending: str) -> Path:
    path = target.home / "archive" / f"{name_of(target)}.{ending}"
    assert path.is_file()
    return path


@attack(
    "an archived passage edited",
    "改写已归档的过车记录",
    by=DATABASE,
    found="archives:row-altered",
    exit_code=1,
    located="table key",
)
def test_archived_passage_edited(target: Target, judge: Judge) -> None:
    target.tamper("UPDATE trucks.passage SET plate = '浙A99999' WHERE item = 3")
    judge(target.audit(), archives=row_at(3))


@attack(
    "the values of two archived passages swapped",
    "互换两条已归档过车记录的值",
    by=DATABASE,
    found="archives:row-altered",
    exit_code=1,
    located="table key",
)
def test_archived_passages_swapped(target: Target, judge: Judge) -> None:
    target.tamper(
        "UPDATE trucks.passage AS a SET plate = b.plate FROM trucks.passage AS b"
        " WHERE a.item + b.item = 9 AND a.item IN (4, 5) AND b.item IN (4, 5)"
    )
    report = target.audit()
    assert len(report.failed["archives"]) == 2
    judge(report, archives=row_at(5))


@attack(
    "an archived passage deleted",
    "删除已归档的过车记录",
    by=DATABASE,
    found="archives:row-destroyed",
    exit_code=1,
    located="table key",
)
def test_archived_passage_deleted(target: Target, judge: Judge) -> None:
    target.tamper("DELETE FROM trucks.passage WHERE item = 3")
    judge(target.audit(), archives=row_at(3))


@attack(
    "a passage slipped into a day that is archived",
    "在已归档的日期中插入过车记录",
    by=DATABASE,
    found="archives:row-added",
    exit_code=1,
    located="table key",
)
def test_passage_slipped_in(target: Target, judge: Judge) -> None:
    target.tamper(
        "INSERT INTO trucks.passage (feed, serial, item, captured_at, received_at, checkpoint, plate)"
        " SELECT feed, 1, 5, captured_at, received_at, checkpoint, '浙A99999'"
        " FROM trucks.passage WHERE item = 3"
    )
    place = {**row_at(5), "key": row_at(5)["key"].replace('"2"', '"1"')}
    judge(target.audit(), archives=place)


@attack(
    "a passage made up after the last part",
    "在最后一次归档之后捏造过车记录",
    by=DATABASE,
    exit_code=0,
    said="1 rows of binjiang are in no part yet",
)
def test_passage_made_up(target: Target, judge: Judge) -> None:
    """It will be archived like any other; what the feed sent, by its messages, does not hold it."""
    put_passages(target.running, target.story.feed, 5, target.story.archived, 1)
    judge(target.audit())


@attack(
    "the row of an archived part deleted",
    "删除归档数据行",
    by=DATABASE,
    found="archives:archive-without-row rows:missing-row",
    exit_code=1,
    located="log table",
)
def test_part_deleted(target: Target, judge: Judge) -> None:
    target.tamper("DELETE FROM trucks.part")
    judge(target.audit(), archives={"log": CITY}, rows={"log": CITY, "table": "trucks.part"})


@attack(
    "the salts of an archived part destroyed",
    "销毁归档的盐值",
    by=DATABASE,
    found="archives:part-key-destroyed",
    exit_code=1,
    located="table key",
)
def test_part_key_destroyed(target: Target, judge: Judge) -> None:
    target.tamper("UPDATE trucks.part SET key = NULL")
    judge(target.audit(), archives=part_at(target))


@attack(
    "the file of an archived part edited",
    "改写归档文件",
    by=FILES,
    found="archives:archive-altered",
    exit_code=1,
    located="table key file",
)
def test_archive_file_edited(target: Target, judge: Judge) -> None:
    path = file_of(target, "parquet")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    judge(target.audit(), archives={**part_at(target), "file": f"{name_of(target)}.parquet"})


@attack(
    "the file of an archived part deleted",
    "删除归档文件",
    by=FILES,
    found="archives:archive-destroyed",
    exit_code=1,
    located="table key file",
)
def test_archive_file_deleted(target: Target, judge: Judge) -> None:
    file_of(target, "parquet").unlink()
    judge(target.audit(), archives={**part_at(target), "file": f"{name_of(target)}.parquet"})


@attack(
    "an archived passage edited, and its leaf made to fit",
    "改写已归档的过车记录并重算其叶值",
    by=OPERATOR,
    found="archives:leaves-altered",
    exit_code=1,
    located="table key file",
)
def test_passage_and_leaf_edited(target: Target, judge: Judge) -> None:
    target.tamper("UPDATE trucks.passage SET plate = '浙A99999' WHERE item = 3")
    (key,) = [bytes(row["key"]) for row in target.rows("SELECT key FROM trucks.part")]
    path = file_of(target, "leaves")
    leaves = Leaves.from_bytes(path.read_bytes())
    with target.platform.transaction() as session:
        row = session.get_one(PassageRow, (FEED, MESSAGE, 3))
        forged = leaf_of(key, 3, row_bytes("passages", vars(row)))
    hashes = (*leaves.hashes[:3], forged, *leaves.hashes[4:])
    path.write_bytes(Leaves(leaves.keys, hashes).to_bytes())
    judge(target.audit(), archives={**part_at(target), "file": f"{name_of(target)}.leaves"})


@attack(
    "the proof of an archived passage with another plate",
    "篡改单条过车证明中的车牌",
    by=BEARER,
    found="row:row-path",
    exit_code=1,
    located="jti sub seq",
)
def test_proof_with_another_plate(target: Target, judge: Judge) -> None:
    with target.platform.transaction() as session:
        folder = target.platform.archive.folder
        proof = prove_row(session, target.platform.bundles, folder, FEED, MESSAGE, 3, "passages")
    assert target.check(proof).exit_code == 0
    proof["row"]["plate"] = "浙A99999"
    report = target.check(proof)
    (found,) = report.check("row")["locations"]
    judge(report, row={name: found[name] for name in ("jti", "sub", "seq")})


@attack(
    "an archived part removed by one person alone",
    "一人申请并自行批准到期删除",
    by=SERVICE,
    helped_by=DATABASE,
    found="archives:expiry-alone archives:archive-destroyed archives:leaves-destroyed "
    "archives:part-key-destroyed",
    exit_code=1,
    located="log jti sub seq",
)
def test_removed_by_one_person(target: Target, judge: Judge) -> None:
    platform, zhang, feed = target.platform, target.story.zhang, target.story.feed
    (digest,) = [row["sha256"] for row in target.rows("SELECT sha256 FROM trucks.part")]
    told = target.story.archived.strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {
        "feed": FEED,
        "content": "passages",
        "until": told,
        "parts": [digest],
        "rows": 12,
        "reason": "保存期限届满",
        "requested_by": zhang.account,
        "approved_by": zhang.account,
        "retention_ended": told,
    }
    with platform.transaction() as session:
        log = target.running.log(CITY)
        key = platform.keystore.service_key(CITY)
        statement = platform.acceptance.sign_own(session, log, EXPIRED, feed.sub, fields, key=key, iss=CITY)
        outcome = platform.acceptance.accept_one(session, statement, internal=True)
    assert outcome.record is not None
    target.running.drain()
    target.tamper("DELETE FROM trucks.passage")
    target.tamper("UPDATE trucks.part SET key = NULL")
    platform.archive.folder.remove(name_of(target))
    claims = outcome.record.claims
    judge(target.audit(), archives={"log": CITY, "jti": claims.jti, "sub": claims.sub, "seq": claims.seq})
