"""The owner of the database against the rows that hold heads, anchors, key states and logs."""

from __future__ import annotations

from support.attack import DATABASE, Judge, attack
from support.attack_target import Target
from support.platform import CITY, POLICE


@attack(
    "a stored head of another key",
    "所存树头出自他人密钥",
    by=DATABASE,
    found="tree:note-unsigned anchors:head-unsigned",
    exit_code=1,
    located="log index table key",
)
def test_stored_head_of_another_key(target: Target, judge: Judge) -> None:
    other = target.one("SELECT note FROM records.tree_head WHERE log = %s LIMIT 1", POLICE)["note"]
    target.tamper(
        "UPDATE records.tree_head SET note = %s WHERE log = %s AND size = %s", other, CITY, target.size
    )
    stored = {"table": "records.tree_head", "key": str(target.size), "index": target.size, "log": CITY}
    judge(target.audit(), tree=stored, anchors={"log": CITY, "index": target.size})


@attack(
    "an anchor's block time moved three weeks back",
    "将锚定区块时间改早三周",
    by=DATABASE,
    found="anchors:altered",
    exit_code=1,
    located="log index table key column",
)
def test_anchor_moved_back(target: Target, judge: Judge) -> None:
    target.tamper(
        "UPDATE records.anchor SET block_time = block_time - interval '21 days' WHERE log = %s AND size = %s",
        CITY,
        target.size,
    )
    place = {
        "log": CITY,
        "index": target.size,
        "table": "records.anchor",
        "key": str(target.size),
        "column": "block_time",
    }
    judge(target.audit(), anchors=place)


@attack(
    "an anchor's proof swapped for another's",
    "互换锚定证明",
    by=DATABASE,
    found="anchors:column-differs",
    exit_code=1,
    located="log index table key",
)
def test_anchor_proof_swapped(target: Target, judge: Judge) -> None:
    target.tamper(
        "UPDATE records.anchor a SET proof = b.proof FROM records.anchor b"
        " WHERE a.log = %s AND a.size = %s AND b.log = a.log AND b.size = %s",
        CITY,
        target.size,
        target.size - 3,
    )
    judge(
        target.audit(),
        anchors={"log": CITY, "index": target.size, "table": "records.anchor", "key": str(target.size)},
    )


@attack(
    "an anchor invented",
    "虚构锚定",
    by=DATABASE,
    found="anchors:no-event",
    exit_code=1,
    located="log index",
)
def test_anchor_invented(target: Target, judge: Judge) -> None:
    target.tamper(
        "INSERT INTO records.anchor SELECT log, size + 100, size, root, transaction, block_number,"
        " block_hash, block_time, proof FROM records.anchor WHERE log = %s AND size = %s",
        CITY,
        target.size,
    )
    judge(target.audit(), anchors={"log": CITY, "index": target.size + 100})


@attack(
    "an anchor and its key states deleted",
    "删除锚定及其密钥状态证明",
    by=DATABASE,
    found="anchors:event-without-row keys:key-state-missing",
    exit_code=1,
    located="log index",
)
def test_anchor_deleted(target: Target, judge: Judge) -> None:
    target.tamper("DELETE FROM records.anchor WHERE log = %s AND size = %s", CITY, target.size - 3)
    target.tamper("DELETE FROM records.key_state WHERE log = %s AND size = %s", CITY, target.size - 3)
    judge(
        target.audit(),
        keys={"log": CITY, "index": target.size - 3},
        anchors={"log": CITY, "index": target.size - 3},
    )


@attack(
    "the newest anchor and its key states deleted: as before they are stored, and the contract has them",
    "删除最新一次锚定及其密钥状态证明（与尚未入库无异，合约仍有记载）",
    by=DATABASE,
    exit_code=0,
    located="log index",
    said="the newest head that the contract accepted",
)
def test_newest_anchor_deleted(target: Target, judge: Judge) -> None:
    target.tamper("DELETE FROM records.anchor WHERE log = %s AND size = %s", CITY, target.size)
    target.tamper("DELETE FROM records.key_state WHERE log = %s AND size = %s", CITY, target.size)
    judge(target.audit(), anchors={"log": CITY, "index": target.size})


@attack(
    "the two newest anchors and their key states deleted",
    "删除最新两次锚定及其密钥状态证明",
    by=DATABASE,
    found="anchors:event-without-row",
    exit_code=1,
    located="log index",
)
def test_two_newest_anchors_deleted(target: Target, judge: Judge) -> None:
    target.tamper("DELETE FROM records.anchor WHERE log = %s AND size >= %s", CITY, target.size - 3)
    target.tamper("DELETE FROM records.key_state WHERE log = %s AND size >= %s", CITY, target.size - 3)
    judge(target.audit(), anchors={"log": CITY, "index": target.size - 3})


@attack(
    "the stored states of two keys swapped",
    "互换两把密钥的状态证明",
    by=DATABASE,
    found="keys:trie",
    exit_code=1,
    located="log index table key",
)
def test_key_states_swapped(target: Target, judge: Judge) -> None:
    zhang, li = target.story.zhang.key.kid, target.story.li.key.kid
    target.tamper(
        "UPDATE records.key_state a SET proof = b.proof FROM records.key_state b"
        " WHERE a.log = %s AND a.size = %s AND b.log = a.log AND b.size = a.size AND a.kid = %s"
        " AND b.kid = %s",
        CITY, target.size, zhang, li,
    )  # fmt: skip
    place = {"log": CITY, "index": target.size, "table": "records.key_state", "key": f"{CITY} {zhang}"}
    judge(target.audit(), keys=place)


@attack(
    "a key's stored state of an earlier block, from before it was revoked",
    "以吊销之前的区块状态顶替密钥状态证明",
    by=DATABASE,
    found="keys:key-state-block",
    exit_code=1,
    located="log index table key",
)
def test_key_state_of_an_earlier_block(target: Target, judge: Judge) -> None:
    service = target.platform.keystore.service_key(CITY).kid
    sizes = target.rows(
        "SELECT size FROM records.key_state WHERE log = %s AND kid = %s ORDER BY size DESC", CITY, service
    )
    newest, oldest = sizes[0]["size"], sizes[-1]["size"]
    target.tamper(
        "UPDATE records.key_state a SET proof = b.proof FROM records.key_state b"
        " WHERE a.log = %s AND a.kid = %s AND a.size = %s"
        " AND b.log = a.log AND b.kid = a.kid AND b.size = %s",
        CITY, service, newest, oldest,
    )  # fmt: skip
    place = {"log": CITY, "index": newest, "table": "records.key_state", "key": f"{CITY} {service}"}
    judge(target.audit(), keys=place)


@attack(
    "the terms of a log changed",
    "改动日志的约定",
    by=DATABASE,
    found="anchors:altered",
    exit_code=1,
    located="log table key column",
)
def test_terms_of_a_log_changed(target: Target, judge: Judge) -> None:
    target.tamper("UPDATE records.log SET maximum_merge_delay = 86400 WHERE name = %s", CITY)
    place = {"log": CITY, "table": "records.log", "key": CITY, "column": "maximum_merge_delay"}
    judge(target.audit(), anchors=place)


@attack(
    "NULL where none may be, to blind the audit",
    "在不可为空处置空，使核查失灵",
    by=DATABASE,
    found="tree:note-form keys:key-state-missing anchors:head-unsigned files:destroyed",
    exit_code=1,
    located="log index table",
)
def test_null_where_none_may_be(target: Target, judge: Judge) -> None:
    with target.owner() as owner:
        for name in ("tree_head.size", "tree_head.note", "key_state.agency", "key_state.kid", "file.sha256"):
            table, column = name.split(".")
            owner.execute(f"ALTER TABLE records.{table} DROP CONSTRAINT IF EXISTS pk_{table}".encode())
            owner.execute(f"ALTER TABLE records.{table} ALTER {column} DROP NOT NULL".encode())
        owner.execute(
            "UPDATE records.tree_head SET size = NULL WHERE log = %s AND size = %s", (CITY, target.size - 3)
        )
        owner.execute(
            "UPDATE records.tree_head SET note = NULL WHERE log = %s AND size = %s", (CITY, target.size)
        )
        owner.execute(
            "UPDATE records.key_state SET agency = NULL, kid = NULL WHERE log = %s AND size = %s",
            (CITY, target.size),
        )
        owner.execute(
            "INSERT INTO records.file SELECT NULL, sm3, size, media_type, received_at FROM records.file"
        )
    judge(
        target.audit(),
        tree={"log": CITY, "index": target.size, "table": "records.tree_head"},
        keys={"log": CITY, "index": target.size},
        files={"table": "records.file"},
    )
