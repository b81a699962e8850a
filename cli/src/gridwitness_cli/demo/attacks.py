"""The changes that somebody with the owner's password might make, each with the check that has to name it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from gridwitness_evidence import base64url

from gridwitness_cli.demo.owner_access import Change

Row = dict[str, Any]


@dataclass(frozen=True)
class Attack:
    """One attack. `check` must fail at a place that has all of `place`; `file`: bytes on disk, not a row."""

    what: str
    table: str
    key: str
    column: str
    check: str
    place: dict[str, Any]
    change: Change | None = None
    file: Path | None = None


@dataclass(frozen=True)
class Target:
    """What the story left in the database: the log, two records of the general case, the home's files."""

    connection: psycopg.Connection[Row]
    log: str
    step: str
    milestone: str
    files: Path

    def one(self, query: str, *values: Any) -> Row:
        """The first row of a query; the story made sure that there is one."""
        row = self.connection.execute(query.encode(), values).fetchone()
        assert row is not None, query
        return row


def attacks(target: Target) -> Iterator[Attack]:
    """Every attack, made from what is there now."""
    yield _entry(target)
    yield _disclosure(target)
    yield _withheld(target)
    yield _received(target)
    yield _receipt(target)
    yield _deleted_newest(target)
    yield _deleted_middle(target)
    yield _stated_column(target)
    yield _revocation_undone(target)
    yield _inserted_row(target)
    yield _tree_head(target)
    yield _anchor(target)
    yield _file(target)
    yield _fine(target)
    yield _step_date(target)
    yield _registration(target)


def _entry(target: Target) -> Attack:
    """The decision made an hour earlier than it was signed."""
    entry = str(target.one("SELECT entry FROM records.record WHERE jti = %s", target.milestone)["entry"])
    header, payload, signature = entry.split(".")
    claims = json.loads(base64url.decode(payload))
    claims["iat"] -= 3600
    forged = base64url.encode(json.dumps(claims, separators=(",", ":")).encode())
    return _of_record(
        "条目：签名时间提前一小时 entry: signed an hour earlier",
        target.milestone,
        "entry",
        "signatures",
        "entry = %(value)s",
        f"{header}.{forged}.{signature}",
    )


def _disclosure(target: Target) -> Attack:
    """Other facts under the same signature."""
    row = target.one("SELECT disclosures FROM records.record WHERE jti = %s", target.step)
    shown = [_field(text) for text in row["disclosures"]]
    position = next(i for i, field in enumerate(shown) if field[1] == "facts")
    salt, name, _ = shown[position]
    forged = base64url.encode(json.dumps([salt, name, "未发现违法行为"], ensure_ascii=False).encode())
    attack = _of_record(
        "字段：改写事实 field: other facts",
        target.step,
        "disclosures",
        "disclosures",
        f"disclosures[{position + 1}] = %(value)s",
        forged,
    )
    return _located(attack, field="facts")


def _withheld(target: Target) -> Attack:
    """A value made to vanish, as if it had been lawfully erased."""
    row = target.one("SELECT disclosures FROM records.record WHERE jti = %s", target.step)
    position = next(i for i, text in enumerate(row["disclosures"]) if _field(text)[1] == "place")
    attack = _of_record(
        "字段：无删除记录而消失 field: gone without an erasure",
        target.step,
        "disclosures",
        "disclosures",
        f"disclosures[{position + 1}] = %(value)s",
        None,
    )
    return _located(attack, field="place")


def _received(target: Target) -> Attack:
    what = "接收时间：提前一天 received a day earlier"
    assignment = "received_at = received_at - %(value)s::interval"
    return _of_record(what, target.step, "received_at", "receipts", assignment, "1 day")


def _receipt(target: Target) -> Attack:
    other = target.one("SELECT receipt FROM records.record WHERE jti = %s", target.milestone)["receipt"]
    what = "回执：换成另一条的 receipt of another record"
    return _of_record(what, target.step, "receipt", "receipts", "receipt = %(value)s", other)


def _deleted_newest(target: Target) -> Attack:
    row = target.one(
        "SELECT jti::text, leaf_index FROM records.record WHERE log = %s ORDER BY leaf_index DESC LIMIT 1",
        target.log,
    )
    what = "删除最新一条记录 newest record deleted"
    return _deletion(target, what, row, "anchors")


def _deleted_middle(target: Target) -> Attack:
    row = target.one("SELECT jti::text, leaf_index FROM records.record WHERE jti = %s", target.step)
    return _deletion(target, "删除中间一条记录 a middle record deleted", row, "entries")


def _deletion(target: Target, what: str, row: Row, check: str) -> Attack:
    table, values = "records.record", {"jti": row["jti"]}
    change = Change(table, "jti = %(jti)s", values)
    place = {"log": target.log, "index": row["leaf_index"]}
    return Attack(what, table, row["jti"], "–", check, place, change)


def _stated_column(target: Target) -> Attack:
    account = str(target.one("SELECT id::text FROM members.account WHERE username = 'li.na'")["id"])
    table = "members.account"
    values = {"id": account, "value": "王某"}
    change = Change(table, "id = %(id)s", values, "display_name = %(value)s")
    place = {"table": table, "column": "display_name"}
    return Attack(
        "数据行：执法人员改名 row: an officer renamed", table, account, "display_name", "rows", place, change
    )


def _revocation_undone(target: Target) -> Attack:
    row = target.one("SELECT agency, kid FROM members.signing_key WHERE compromised_since IS NOT NULL")
    table, where = "members.signing_key", "agency = %(agency)s AND kid = %(kid)s"
    change = Change(table, where, row, "compromised_since = NULL")
    place = {"table": table, "column": "compromised_since"}
    what = "数据行：抹去密钥吊销 row: a revocation undone"
    return Attack(what, table, str(row["kid"]), "compromised_since", "rows", place, change)


def _inserted_row(target: Target) -> Attack:
    """The auditor made an administrator, with no record of it."""
    row = target.one("SELECT account, agency, effect FROM members.role WHERE role = 'auditor'")
    new = "00000000-0000-4000-8000-000000000001"
    table = "members.role"
    values = {**row, "id": new, "role": "administrator", "scope": None}
    columns = ("id", "account", "role", "agency", "scope", "effect")
    change = Change(table, "id = %(id)s", values, columns=columns)
    what = "数据行：无记录新增管理员角色 row: a role granted without a record"
    return Attack(what, table, new, "–", "rows", {"table": table}, change)


def _tree_head(target: Target) -> Attack:
    query = "SELECT size FROM records.tree_head WHERE log = %s ORDER BY size LIMIT 1 OFFSET 1"
    size = target.one(query, target.log)["size"]
    table, where = "records.tree_head", "log = %(log)s AND size = %(size)s"
    change = Change(table, where, {"log": target.log, "size": size}, "root = sha256(root)")
    what = "树头：改根哈希 tree head: another root"
    return Attack(what, table, f"{target.log} {size}", "root", "tree", {"log": target.log}, change)


def _anchor(target: Target) -> Attack:
    query = "SELECT size FROM records.anchor WHERE log = %s ORDER BY size LIMIT 1 OFFSET 1"
    size = target.one(query, target.log)["size"]
    table, where = "records.anchor", "log = %(log)s AND size = %(size)s"
    values = {"log": target.log, "size": size}
    change = Change(table, where, values, "block_time = block_time - interval '1 day'")
    what = "锚定：区块时间提前一天 anchor: a day earlier"
    return Attack(what, table, f"{target.log} {size}", "block_time", "anchors", {"log": target.log}, change)


def _file(target: Target) -> Attack:
    digest = str(target.one("SELECT encode(sha256, 'hex') AS sha256 FROM records.file LIMIT 1")["sha256"])
    path = target.files / digest[:2] / digest
    what = "文件：改一个字节 file: one byte changed"
    return Attack(what, "files", digest, "–", "files", {"file": digest}, file=path)


def _fine(target: Target) -> Attack:
    """The general case's fine becomes what a summary one would be."""
    row = target.one("SELECT sub, index FROM cases.decision WHERE jti = %s", target.milestone)
    what = "案件：罚款由五万改为二百 case: another fine"
    return _of_case(what, "cases.decision", "fine", row, "fine = 200", "rows")


def _step_date(target: Target) -> Attack:
    """The decision brought forward by ten days, as if a term had been kept."""
    row = target.one("SELECT sub, index FROM cases.step WHERE jti = %s", target.milestone)
    what = "案件：决定日期提前十天 case: decided ten days earlier"
    assignment = "occurred_at = occurred_at - interval '10 days'"
    return _of_case(what, "cases.step", "occurred_at", row, assignment, "rows")


def _registration(target: Target) -> Attack:
    """The block in which the contract took the decision, said to be an earlier one."""
    query = "SELECT sub, index FROM cases.milestone WHERE jti = %s"
    row = target.one(query, target.milestone)
    what = "案件：节点区块时间提前 case: a milestone registered earlier"
    assignment = "block_time = block_time - interval '10 days'"
    return _of_case(what, "cases.registration", "block_time", row, assignment, "cases")


def _of_case(what: str, table: str, column: str, row: Row, assignment: str, check: str) -> Attack:
    change = Change(table, "sub = %(sub)s AND index = %(index)s", row, assignment)
    place = {"table": table, "column": column} if check == "rows" else {}
    return Attack(what, table, f"{row['sub']} {row['index']}", column, check, place, change)


def _of_record(what: str, jti: str, column: str, check: str, assignment: str, value: Any) -> Attack:
    table = "records.record"
    change = Change(table, "jti = %(jti)s", {"jti": jti, "value": value}, assignment)
    return Attack(what, table, jti, column, check, {"jti": jti}, change)


def _located(attack: Attack, **place: Any) -> Attack:
    return replace(attack, place={**attack.place, **place})


def _field(encoded: str) -> list[Any]:
    value: list[Any] = json.loads(base64url.decode(encoded))
    return value
