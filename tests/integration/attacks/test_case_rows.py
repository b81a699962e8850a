"""The owner of the database against the rows of enforcement cases."""

from __future__ import annotations

import json
from typing import Any

from support.attack import DATABASE, Judge, attack
from support.attack_docket import Docket, step_of
from support.attack_target import Target
from support.platform import CITY


def key_of(**columns: Any) -> str:
    """A row's key as reports spell it."""
    return json.dumps(
        {name: str(value) for name, value in columns.items()}, sort_keys=True, separators=(",", ":")
    )


def decided_at(target: Target, sub: str) -> int:
    """Which step of the case is its decision."""
    return int(target.one("SELECT index FROM cases.step WHERE sub = %s AND step = 'decision'", sub)["index"])


@attack(
    "a case's row changed: its state, its number, the rules it is judged by",
    "改写案件：状态、案号、所依据的程序版本",
    by=DATABASE,
    found="rows:altered cases:case-number-differs",
    exit_code=1,
    located="log table key column",
)
def test_case_changed(case_target: Target, docket: Docket, judge: Judge) -> None:
    sub, other = docket.open.sub, docket.summary.rules
    case_target.tamper(
        "UPDATE cases.case_file SET state = 'closed', number = 99, rules = %s WHERE sub = %s", other, sub
    )
    report, row = case_target.audit(), {"log": CITY, "table": "cases.case_file", "key": key_of(sub=sub)}
    for column in ("state", "number", "rules"):
        judge(report, rows={**row, "column": column})


@attack(
    "a decision's fine lowered in every row that names it",
    "在各数据行中一并调低罚款数额",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="table key column",
)
def test_fine_lowered(case_target: Target, docket: Docket, judge: Judge) -> None:
    sub = docket.general.sub
    at = decided_at(case_target, sub)
    case_target.tamper("UPDATE cases.decision SET fine = 1 WHERE sub = %s", sub)
    case_target.tamper(
        "UPDATE cases.step SET details = jsonb_set(details, '{fine}', '\"1\"') WHERE sub = %s AND index = %s",
        sub, at,
    )  # fmt: skip
    report, key = case_target.audit(), key_of(sub=sub, index=at)
    judge(report, rows={"table": "cases.decision", "key": key, "column": "fine"})
    judge(report, rows={"table": "cases.step", "key": key, "column": "details"})


@attack(
    "another officer written in as who cosigned a step",
    "改写共同签名人",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="table key column",
)
def test_cosigner_changed(case_target: Target, docket: Docket, judge: Judge) -> None:
    sub, third = docket.general.sub, docket.cast.third.account
    at = decided_at(case_target, sub)
    case_target.tamper("UPDATE cases.step SET cosigner = %s WHERE sub = %s AND index = %s", third, sub, at)
    place = {"table": "cases.step", "key": key_of(sub=sub, index=at), "column": "cosigner"}
    judge(case_target.audit(), rows=place)


@attack(
    "a milestone's row made to name another place and another entry",
    "改写节点行所指的序号与条目",
    by=DATABASE,
    found="rows:altered cases:column-differs",
    exit_code=1,
    located="table key column jti",
)
def test_milestone_row_changed(case_target: Target, docket: Docket, judge: Judge) -> None:
    sub, jti = docket.open.sub, step_of(docket.open, "head-review").claims.jti
    case_target.tamper("UPDATE cases.milestone SET seq = seq + 1, head = sha256(head) WHERE jti = %s", jti)
    report, table = case_target.audit(), "cases.milestone"
    for column in ("seq", "head"):
        judge(
            report,
            rows={"table": table, "key": key_of(sub=sub, index=2), "column": column},
            cases={"table": table, "key": f"{sub}/2", "column": column, "jti": jti},
        )


@attack(
    "registrations altered, and one made up",
    "改写登记行，并捏造一行",
    by=DATABASE,
    found="cases:extra-row",
    exit_code=1,
    located="table key",
)
def test_registrations_changed(case_target: Target, docket: Docket, judge: Judge) -> None:
    sub = docket.open.sub
    case_target.tamper(
        "UPDATE cases.registration SET block_time = block_time - interval '21 days'"
        " WHERE sub = %s AND index = 1",
        sub,
    )
    case_target.tamper(
        "INSERT INTO cases.registration SELECT sub, index + 7, transaction, block_number, block_hash,"
        " block_time, proof FROM cases.registration WHERE sub = %s AND index = 2",
        sub,
    )
    report, table = case_target.audit(), "cases.registration"
    judge(report, cases={"table": table, "key": f"{sub}/9"})
    assert {"altered", "extra-row"} == {place["code"] for place in report.check("cases")["locations"]}


@attack(
    "the registration of a milestone deleted",
    "删除节点登记行",
    by=DATABASE,
    found="cases:registration-missing",
    exit_code=1,
    located="table seq",
)
def test_registration_deleted(case_target: Target, docket: Docket, judge: Judge) -> None:
    seq = step_of(docket.general, "decision").claims.seq
    case_target.tamper(
        "DELETE FROM cases.registration r USING cases.milestone m"
        " WHERE r.sub = m.sub AND r.index = m.index AND m.sub = %s AND m.seq = %s",
        docket.general.sub, seq,
    )  # fmt: skip
    judge(case_target.audit(), cases={"table": "cases.registration", "seq": seq})


@attack(
    "a term that was overrun made to look kept",
    "将逾期的期限改为按期",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="table key column",
)
def test_late_clock_met(case_target: Target, docket: Docket, judge: Judge) -> None:
    query = "SELECT * FROM cases.clock WHERE sub = %s AND clock = 'payment'"
    late = case_target.one(query, docket.general.sub)
    assert late["state"] == "late"
    case_target.tamper(
        "UPDATE cases.clock SET state = 'met' WHERE sub = %s AND clock = 'payment'", docket.general.sub
    )
    key = key_of(sub=late["sub"], clock="payment", turn=late["turn"])
    judge(case_target.audit(), rows={"table": "cases.clock", "key": key, "column": "state"})


@attack(
    "the trace of a refused step, and a decision's publication, deleted",
    "删除被拒步骤的留痕与处罚决定的公开记录",
    by=DATABASE,
    found="rows:missing-row",
    exit_code=1,
    located="table key",
)
def test_refusal_and_publication_deleted(case_target: Target, docket: Docket, judge: Judge) -> None:
    refusal = case_target.one("SELECT id FROM cases.refusal WHERE case_sub = %s", docket.open.sub)["id"]
    shown = case_target.one("SELECT * FROM cases.publication WHERE sub = %s", docket.general.sub)
    case_target.tamper("DELETE FROM cases.refusal")
    case_target.tamper("DELETE FROM cases.publication WHERE sub = %s", docket.general.sub)
    report = case_target.audit()
    judge(report, rows={"table": "cases.refusal", "key": key_of(id=refusal)})
    key = key_of(sub=shown["sub"], index=shown["index"])
    judge(report, rows={"table": "cases.publication", "key": key})


@attack(
    "a document added that was never issued",
    "添加从未制发的文书",
    by=DATABASE,
    found="rows:extra-row",
    exit_code=1,
    located="table key",
)
def test_document_added(case_target: Target, docket: Docket, judge: Judge) -> None:
    jti = step_of(docket.open, "filing").claims.jti
    case_target.tamper(
        "INSERT INTO cases.document (jti, sub, statement, document, effect)"
        " SELECT %s, %s, %s, 'filing-form', effect FROM cases.document LIMIT 1",
        jti, docket.open.sub, jti,
    )  # fmt: skip
    judge(case_target.audit(), rows={"table": "cases.document", "key": key_of(jti=jti)})
