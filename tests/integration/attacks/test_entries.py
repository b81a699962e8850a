"""The owner of the database against stored records: entries, disclosures, receipts, columns."""

from __future__ import annotations

import hashlib

from gridwitness_evidence import Record, SigningKey, parse_entry
from support.attack import DATABASE, Judge, attack
from support.attack_door import Door
from support.attack_forgery import edited, malleated, place_of, resigned, revalued
from support.attack_target import Target
from support.platform import CITY

THREE_WEEKS = 21 * 86_400


def put_entry(target: Target, record: Record, entry: str) -> None:
    """Another entry in a record's place, every column that repeats it along with it."""
    forged = parse_entry(entry)
    target.tamper(
        "UPDATE records.record SET entry = %s, identity = %s, kid = %s, iat = %s WHERE jti = %s",
        entry, forged.identity, forged.kid, forged.claims.iat, record.claims.jti,
    )  # fmt: skip


@attack(
    "an entry edited",
    "改写条目",
    by=DATABASE,
    found="entries:column-differs signatures:signature receipts:receipt-leaf subjects:prev tree:root"
    " time:backdated",
    exit_code=1,
    located="log index jti sub seq table key column",
)
def test_entry_edited(target: Target, judge: Judge) -> None:
    record, following = target.story.case[1:]
    index = target.leaf(record)
    entry = edited(record, iat=record.claims.iat - 3600)
    target.tamper("UPDATE records.record SET entry = %s WHERE jti = %s", entry, record.claims.jti)
    judge(
        target.audit(),
        entries={"jti": record.claims.jti, "column": "identity", "table": "records.record"},
        signatures={"jti": record.claims.jti, "index": index, "key": record.claims.jti, "column": "entry"},
        receipts={"jti": record.claims.jti, "column": "receipt"},
        subjects={"jti": following.claims.jti, "sub": record.claims.sub, "seq": 2},
        tree={"log": CITY},
    )


@attack(
    "a statement backdated three weeks in the database, with every column that repeats it",
    "库中将签名时间改早三周，并同步改写各列",
    by=DATABASE,
    found="signatures:signature receipts:receipt-leaf subjects:prev tree:root time:backdated",
    exit_code=1,
    located="log index jti sub seq",
)
def test_entry_backdated(target: Target, judge: Judge) -> None:
    record, following = target.story.case[1:]
    put_entry(target, record, edited(record, iat=record.claims.iat - THREE_WEEKS))
    judge(
        target.audit(),
        signatures={"jti": record.claims.jti, "index": target.leaf(record)},
        receipts={"jti": record.claims.jti},
        subjects={"jti": following.claims.jti},
        time={"jti": record.claims.jti, "sub": record.claims.sub, "seq": 1},
        tree={"log": CITY},
    )


@attack(
    "a statement signed again with a key of the attacker's",
    "用另一把密钥重新签名",
    by=DATABASE,
    found="signatures:key-not-offered keys:key-unknown receipts:receipt-leaf tree:root",
    exit_code=1,
    located="log index jti sub seq",
)
def test_signed_again_with_another_key(target: Target, judge: Judge) -> None:
    record = target.story.case[-1]
    put_entry(target, record, resigned(record, SigningKey.generate("ES256")))
    judge(
        target.audit(),
        signatures={"jti": record.claims.jti, "sub": record.claims.sub, "seq": 2},
        keys={"jti": record.claims.jti, "index": target.leaf(record)},
        receipts={"jti": record.claims.jti},
        tree={"log": CITY},
    )


@attack(
    "a statement signed again with another officer's valid key",
    "用另一名执法人员的有效密钥重新签名",
    by=DATABASE,
    found="receipts:receipt-leaf tree:root",
    exit_code=1,
    located="log index jti",
)
def test_signed_again_with_another_officers_key(target: Target, judge: Judge) -> None:
    record = target.story.case[-1]
    put_entry(target, record, resigned(record, target.story.li.key))
    judge(
        target.audit(), receipts={"jti": record.claims.jti, "index": target.leaf(record)}, tree={"log": CITY}
    )


@attack(
    "a statement signed again with a revoked key",
    "用已吊销的密钥重新签名",
    by=DATABASE,
    found="keys:key-revoked receipts:receipt-leaf tree:root",
    exit_code=1,
    located="log index jti sub seq",
)
def test_signed_again_with_a_revoked_key(target: Target, judge: Judge) -> None:
    record = target.story.case[-1]
    put_entry(target, record, resigned(record, target.story.revoked.key))
    judge(
        target.audit(),
        keys={"jti": record.claims.jti, "sub": record.claims.sub, "seq": 2},
        receipts={"jti": record.claims.jti, "index": target.leaf(record)},
        tree={"log": CITY},
    )


@attack(
    "the same statement with a malleated signature, in the database",
    "库中换成同一陈述的可延展签名",
    by=DATABASE,
    found="receipts:receipt-leaf subjects:prev tree:root",
    exit_code=1,
    located="log index jti sub seq",
)
def test_signature_malleated(target: Target, judge: Judge) -> None:
    record, following = target.story.case[:2]
    put_entry(target, record, malleated(record))
    judge(
        target.audit(),
        receipts={"jti": record.claims.jti, "index": target.leaf(record)},
        subjects={"jti": following.claims.jti, "sub": record.claims.sub, "seq": 1},
        tree={"log": CITY},
    )


@attack(
    "a disclosed field edited",
    "改写披露值",
    by=DATABASE,
    refused="record-damaged",
    found="disclosures:altered",
    exit_code=1,
    located="log index jti sub seq field table key column",
)
def test_disclosure_edited(target: Target, record: Record, door: Door, judge: Judge) -> None:
    """The platform itself does not show it any more."""
    forged = revalued(record, "outcome", "不予处罚")
    target.tamper(
        "UPDATE records.record SET disclosures[%s] = %s WHERE jti = %s",
        place_of(record, "outcome"), forged, record.claims.jti,
    )  # fmt: skip
    place = {"log": CITY, "index": target.leaf(record), "jti": record.claims.jti, "sub": record.claims.sub}
    stored = {"table": "records.record", "key": record.claims.jti, "column": "disclosures"}
    judge.refusal(door.problem(f"/api/v1/records/{record.claims.jti}"))
    judge(target.audit(), disclosures={**place, **stored, "seq": 2, "field": "outcome"})


@attack(
    "a field withheld without an erasure",
    "未经删除程序而隐匿字段",
    by=DATABASE,
    found="disclosures:withheld",
    exit_code=1,
    located="log index jti sub field table key column",
)
def test_disclosure_withheld(target: Target, judge: Judge) -> None:
    record = target.story.case[0]
    target.tamper(
        "UPDATE records.record SET disclosures[%s] = NULL WHERE jti = %s",
        place_of(record, "facts"), record.claims.jti,
    )  # fmt: skip
    place = {"log": CITY, "index": target.leaf(record), "jti": record.claims.jti, "sub": record.claims.sub}
    stored = {"table": "records.record", "key": record.claims.jti, "column": "disclosures"}
    judge(target.audit(), disclosures={**place, **stored, "field": "facts"})


@attack(
    "disclosures wrapped into an array of arrays, to blind the audit",
    "将披露值改为嵌套数组，使核查失灵",
    by=DATABASE,
    found="disclosures:disclosure-count",
    exit_code=1,
    located="jti table column",
)
def test_disclosures_wrapped(target: Target, judge: Judge) -> None:
    jti = target.story.case[0].claims.jti
    target.tamper(
        "UPDATE records.record SET disclosures ="
        " (SELECT array_agg(ARRAY[one]) FROM unnest(disclosures) AS one) WHERE jti = %s",
        jti,
    )
    judge(target.audit(), disclosures={"jti": jti, "table": "records.record", "column": "disclosures"})


@attack(
    "columns of a record that repeat its entry changed",
    "改写记录中与条目重复的列",
    by=DATABASE,
    found="entries:column-differs",
    exit_code=1,
    located="log index jti sub seq table key column",
)
def test_repeated_column_changed(target: Target, judge: Judge) -> None:
    record = target.story.case[0]
    target.tamper("UPDATE records.record SET iss = '330100GA' WHERE jti = %s", record.claims.jti)
    stored = {"table": "records.record", "key": record.claims.jti, "column": "iss"}
    place = {"log": CITY, "index": target.leaf(record), "jti": record.claims.jti, "sub": record.claims.sub}
    judge(target.audit(), entries={**place, **stored, "seq": 0})


@attack(
    "the time of receipt moved a day back",
    "将受理时间改早一天",
    by=DATABASE,
    found="receipts:received-at",
    exit_code=1,
    located="jti table key column",
)
def test_received_earlier(target: Target, judge: Judge) -> None:
    jti = target.story.case[0].claims.jti
    target.tamper(
        "UPDATE records.record SET received_at = received_at - interval '1 day' WHERE jti = %s", jti
    )
    judge(
        target.audit(), receipts={"jti": jti, "table": "records.record", "key": jti, "column": "received_at"}
    )


@attack(
    "a receipt put in another's place",
    "以他人回执替换",
    by=DATABASE,
    found="receipts:receipt-leaf",
    exit_code=1,
    located="jti table key column",
)
def test_receipt_swapped(target: Target, judge: Judge) -> None:
    jti, other = (record.claims.jti for record in target.story.case[:2])
    target.tamper(
        "UPDATE records.record SET receipt = (SELECT receipt FROM records.record WHERE jti = %s)"
        " WHERE jti = %s",
        other, jti,
    )  # fmt: skip
    judge(target.audit(), receipts={"jti": jti, "table": "records.record", "key": jti, "column": "receipt"})


@attack(
    "a file listed with another size and SM3",
    "改写文件登记的大小与 SM3",
    by=DATABASE,
    found="files:altered",
    exit_code=1,
    located="table key file",
)
def test_file_row_changed(target: Target, judge: Judge) -> None:
    digest = target.story.photo["sha256"]
    other = hashlib.sha256(b"another").digest()
    target.tamper(
        "UPDATE records.file SET sm3 = %s, size = 1 WHERE sha256 = %s", other, bytes.fromhex(digest)
    )
    judge(target.audit(), files={"table": "records.file", "key": digest, "file": digest})
