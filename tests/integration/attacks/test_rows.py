"""The owner of the database against stated rows."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import psycopg
import pytest
from gridwitness_verifier.main import main as verify
from support.attack import DATABASE, Judge, attack
from support.attack_forgery import place_of, revalued
from support.attack_target import Target
from support.platform import CITY

HOSTILE = "\u202e长官\u0007\x1b[2J\x1b]0;pwned\x07<script>alert(1)</script>\u2066|](http://x)"


def key_of(**columns: str) -> str:
    """A row's key as reports spell it."""
    return json.dumps(columns, sort_keys=True, separators=(",", ":"))


@attack(
    "a stated column edited",
    "改写陈述类列",
    by=DATABASE,
    refused="GW001",
    found="rows:altered",
    exit_code=1,
    located="log table key column",
)
def test_stated_column_edited(target: Target, judge: Judge) -> None:
    """The guard stays awake under `session_replication_role`, so it has to be switched off."""
    account = target.story.zhang.account
    with pytest.raises(psycopg.Error) as refused, target.superuser() as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE members.account SET username = 'wang' WHERE id = %s", (account,))
    judge.refusal(str(refused.value.sqlstate))
    target.tamper("UPDATE members.account SET username = 'wang' WHERE id = %s", account)
    place = {"log": CITY, "table": "members.account", "key": key_of(id=account), "column": "username"}
    judge(target.audit(), rows=place)


@attack(
    "a key's revocation undone in its row",
    "在数据行中抹去密钥吊销",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="log table key column",
)
def test_revocation_undone(target: Target, judge: Judge) -> None:
    kid = target.story.revoked.key.kid
    target.tamper("UPDATE members.signing_key SET compromised_since = NULL WHERE kid = %s", kid)
    key = key_of(agency=CITY, kid=kid)
    place = {"log": CITY, "table": "members.signing_key", "key": key, "column": "compromised_since"}
    judge(target.audit(), rows=place)


@attack(
    "two rows' values swapped",
    "互换两行的值",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="table key column",
)
def test_rows_swapped(target: Target, judge: Judge) -> None:
    one, other = target.story.zhang.account, target.story.li.account
    target.tamper(
        "UPDATE members.account a SET display_name = b.display_name FROM members.account b"
        " WHERE (a.id = %s AND b.id = %s) OR (a.id = %s AND b.id = %s)",
        one, other, other, one,
    )  # fmt: skip
    place = {"table": "members.account", "key": key_of(id=one), "column": "display_name"}
    judge(target.audit(), rows=place)


@attack(
    "a row without a record",
    "无记录而新增数据行",
    by=DATABASE,
    found="rows:extra-row",
    exit_code=1,
    located="table key",
)
def test_row_without_record(target: Target, judge: Judge) -> None:
    role = str(uuid.uuid4())
    target.tamper(
        "INSERT INTO members.role (id, account, role, agency, effect)"
        " SELECT %s, account, 'administrator', agency, effect FROM members.role LIMIT 1",
        role,
    )
    judge(target.audit(), rows={"table": "members.role", "key": key_of(id=role)})


@attack(
    "a record without its row",
    "有记录而删去数据行",
    by=DATABASE,
    found="rows:missing-row",
    exit_code=1,
    located="log table key",
)
def test_record_without_row(target: Target, judge: Judge) -> None:
    account = target.story.li.account
    target.tamper("DELETE FROM members.account WHERE id = %s", account)
    judge(target.audit(), rows={"log": CITY, "table": "members.account", "key": key_of(id=account)})


@attack(
    "a row that names another effect as its reason",
    "将数据行改指另一状态变更",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="table key column",
)
def test_row_of_another_effect(target: Target, judge: Judge) -> None:
    account = target.story.zhang.account
    target.tamper(
        "UPDATE members.account SET effect = (SELECT effect FROM members.agency LIMIT 1) WHERE id = %s",
        account,
    )
    place = {"table": "members.account", "key": key_of(id=account), "column": "effect"}
    judge(target.audit(), rows=place)


@attack(
    "an effect's disclosure and its row edited alike",
    "同时改写状态变更的披露值与数据行",
    by=DATABASE,
    found="disclosures:altered rows:altered",
    exit_code=1,
    located="jti field table column",
)
def test_effect_and_row_edited_alike(target: Target, judge: Judge) -> None:
    account = target.story.zhang.account
    effect = str(target.one("SELECT effect FROM members.account WHERE id = %s", account)["effect"])
    record = target.record(effect)
    name = next(name for name in record.fields if name.endswith(".username"))
    with target.owner() as owner:
        owner.execute(
            "UPDATE records.record SET disclosures[%s] = %s WHERE jti = %s",
            (place_of(record, name), revalued(record, name, "wang"), effect),
        )
        owner.execute("UPDATE members.account SET username = 'wang' WHERE id = %s", (account,))
    judge(
        target.audit(),
        disclosures={"jti": effect, "field": name},
        rows={"table": "members.account", "column": "username"},
    )


@attack(
    "markup, terminal codes and bidi marks in a row",
    "在数据行中植入标记、终端控制码与双向字符",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="table column",
)
def test_hostile_text_is_shown_harmless(
    target: Target, judge: Judge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target.tamper(
        "UPDATE members.account SET display_name = %s WHERE id = %s", HOSTILE, target.story.li.account
    )
    page = tmp_path / "report.html"
    judge(target.audit("--html", str(page)), rows={"table": "members.account", "column": "display_name"})
    capsys.readouterr()
    verify(["audit", "--database", target.running.urls.auditor, "--trust", str(target.trust)])
    printed = capsys.readouterr().out
    assert "长官" in printed and "长官" in page.read_text(encoding="utf-8")
    for text in (printed, page.read_text(encoding="utf-8")):
        assert not set(text) & set("\u202e\u2066\x1b\x07")
    assert "<script>alert" not in page.read_text(encoding="utf-8")


@attack(
    "operational columns and a record's provenance edited",
    "改写运行类列与记录来源信息",
    by=DATABASE,
    exit_code=0,
    said="records.record.provenance",
)
def test_operational_columns_edited(target: Target, judge: Judge) -> None:
    target.tamper('UPDATE records.record SET provenance = \'{"device": "another"}\'')
    target.tamper("UPDATE members.account SET last_login = now(), failed_logins = 0, password_hash = NULL")
    judge(target.audit())
