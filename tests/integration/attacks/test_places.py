"""The owner of the database against the places of records: deleted, closed up, swapped, doubled."""

from __future__ import annotations

from uuid import UUID

from support.attack import DATABASE, Judge, attack
from support.attack_target import Target
from support.platform import CITY


@attack(
    "the newest record deleted",
    "删除最新记录",
    by=DATABASE,
    found="anchors:rolled-back tree:root-missing",
    exit_code=1,
    located="log index",
)
def test_newest_deleted(target: Target, judge: Judge) -> None:
    record = target.story.case[-1]
    index = target.leaf(record)
    target.tamper("DELETE FROM records.record WHERE jti = %s", record.claims.jti)
    judge(target.audit(), anchors={"log": CITY, "index": index}, tree={"log": CITY, "index": index})


@attack(
    "a middle record deleted",
    "删除中间一条记录",
    by=DATABASE,
    found="entries:index-gap subjects:gap tree:root-missing",
    exit_code=1,
    located="log index jti sub seq",
)
def test_middle_deleted(target: Target, judge: Judge) -> None:
    record, following = target.story.case[1:]
    index = target.leaf(record)
    target.tamper("DELETE FROM records.record WHERE jti = %s", record.claims.jti)
    judge(
        target.audit(),
        entries={"log": CITY, "index": index},
        subjects={"jti": following.claims.jti, "sub": record.claims.sub, "seq": 2},
        tree={"log": CITY, "index": index},
    )


@attack(
    "every record of a subject deleted",
    "删除某主体的全部记录",
    by=DATABASE,
    found="entries:index-gap tree:root-missing anchors:rolled-back",
    exit_code=1,
    located="log index",
)
def test_subject_deleted(target: Target, judge: Judge) -> None:
    index = target.leaf(target.story.case[0])
    target.tamper("DELETE FROM records.record WHERE sub = %s", target.story.case[0].claims.sub)
    judge(target.audit(), entries={"log": CITY, "index": index}, tree={"log": CITY, "index": index})


@attack(
    "a subject deleted and the log closed up over it",
    "删除某主体并将日志序号前移",
    by=DATABASE,
    found="tree:root anchors:rolled-back time:seen-after",
    exit_code=1,
    located="log index",
)
def test_subject_deleted_and_closed_up(target: Target, judge: Judge) -> None:
    with target.owner() as owner:
        owner.execute("DELETE FROM records.record WHERE sub = %s", (target.story.other[0].claims.sub,))
        owner.execute("ALTER TABLE records.record DROP CONSTRAINT uq_record_log_leaf_index")
        owner.execute(
            "UPDATE records.record r SET leaf_index = n.place FROM (SELECT jti, row_number() OVER"
            " (PARTITION BY log ORDER BY leaf_index) - 1 AS place FROM records.record) n WHERE n.jti = r.jti"
        )
    judge(target.audit(), tree={"log": CITY}, anchors={"log": CITY, "index": target.size - 2})


@attack(
    "two records swapped in the log",
    "调换两条记录的次序",
    by=DATABASE,
    found="subjects:order tree:root",
    exit_code=1,
    located="log index jti sub seq",
)
def test_two_swapped(target: Target, judge: Judge) -> None:
    first, second = target.story.case[1:]
    one, other = target.leaf(first), target.leaf(second)
    with target.owner() as owner:
        owner.execute("ALTER TABLE records.record DROP CONSTRAINT uq_record_log_leaf_index")
        for record, index in ((first, other), (second, one)):
            owner.execute(
                "UPDATE records.record SET leaf_index = %s WHERE jti = %s", (index, UUID(record.claims.jti))
            )
    judge(
        target.audit(),
        subjects={"jti": second.claims.jti, "sub": second.claims.sub, "seq": 2, "index": one},
        tree={"log": CITY},
    )


@attack(
    "a record put in twice",
    "同一记录重复入册",
    by=DATABASE,
    found="entries:jti-twice subjects:fork",
    exit_code=1,
    located="log index jti sub seq",
)
def test_record_doubled(target: Target, judge: Judge) -> None:
    record = target.story.case[-1]
    with target.owner() as owner:
        for constraint in ("pk_record", "uq_record_identity", "uq_record_sub_log_seq"):
            owner.execute(f"ALTER TABLE records.record DROP CONSTRAINT {constraint}".encode())
        owner.execute("CREATE TEMPORARY TABLE twin AS SELECT * FROM records.record")
        owner.execute("DELETE FROM twin WHERE jti <> %s", (record.claims.jti,))
        owner.execute("UPDATE twin SET leaf_index = NULL")
        owner.execute("INSERT INTO records.record SELECT * FROM twin")
    place = {"jti": record.claims.jti, "sub": record.claims.sub, "seq": 2}
    judge(
        target.audit(),
        entries={"jti": record.claims.jti, "log": CITY},
        subjects={**place, "index": target.size - 1},
    )
