"""Attacks on the history of events: steps, clocks, orders, and what stands in their rows."""

from __future__ import annotations

from datetime import timedelta

from gridwitness.events.models import EventRow, OrderRow
from gridwitness.records import change, remove, rfc3339
from support.attack import DATABASE, SERVICE, Judge, attack
from support.attack_events import Ledger
from support.attack_target import Target
from support.event_story import DONE
from support.platform import CITY


@attack(
    "a step deleted with its row",
    "删去环节的数据行",
    by=DATABASE,
    found="rows:missing-row",
    exit_code=1,
    located="log table",
)
def test_step_deleted_in_its_row(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    event_target.tamper(
        "DELETE FROM events.step WHERE sub = %s AND step = %s", ledger.story.whole, "return_ask"
    )
    judge(event_target.audit(), rows={"log": CITY, "table": "events.step"})


@attack(
    "a deadline moved in its row",
    "在数据行中推迟办理时限",
    by=DATABASE,
    found="rows:altered",
    exit_code=1,
    located="log table column",
)
def test_deadline_moved_in_its_row(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    event_target.tamper(
        "UPDATE events.clock SET due_at = due_at + interval '9 days' WHERE sub = %s AND clock = 'handle'",
        ledger.story.late,
    )
    judge(event_target.audit(), rows={"log": CITY, "table": "events.clock", "column": "due_at"})


@attack(
    "a step's record taken out of the log's table",
    "从日志表中抽走一条环节记录",
    by=DATABASE,
    found="entries:index-gap subjects:gap tree: rows:cause-missing events:loop-state",
    exit_code=1,
    located="log index sub",
)
def test_record_taken_out(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub = ledger.story.whole
    row = event_target.one(
        "SELECT r.jti, r.leaf_index FROM records.record r JOIN events.step s ON s.jti = r.jti"
        " WHERE s.sub = %s AND s.step = 'return_grant'",
        sub,
    )
    event_target.tamper("DELETE FROM records.record WHERE jti = %s", row["jti"])
    judge(
        event_target.audit(),
        entries={"log": CITY, "index": row["leaf_index"]},
        subjects={"sub": sub},
        events={"sub": sub},
    )


@attack(
    "a deadline moved by an effect of the service key",
    "以服务密钥签名的变更推迟办理时限",
    by=SERVICE,
    found="events:clock-differs",
    exit_code=1,
    located="sub table column",
)
def test_deadline_moved(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub = ledger.story.late
    ledger.clock(sub, "handle", due_at=ledger.target.running.clock.now())
    judge(event_target.audit(), events={"sub": sub, "table": "events.clock", "column": "due_at"})


@attack(
    "a late time limit quietly marked as kept",
    "将超期的时限悄悄改为按期",
    by=SERVICE,
    found="events:clock-differs",
    exit_code=1,
    located="sub table column",
)
def test_clock_marked_met(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub = ledger.story.late
    ledger.clock(sub, "handle", state="met")
    judge(event_target.audit(), events={"sub": sub, "table": "events.clock", "column": "state"})


@attack(
    "a pause that nobody granted",
    "无人批准的挂账时段",
    by=SERVICE,
    found="events:clock-differs",
    exit_code=1,
    located="sub table column",
)
def test_pause_nobody_granted(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub = ledger.story.fresh
    began = ledger.event(sub).moved_at
    pause = [rfc3339(began), rfc3339(began + timedelta(days=3))]
    ledger.clock(sub, "handle", pauses=[pause])
    judge(event_target.audit(), events={"sub": sub, "table": "events.clock", "column": "pauses"})


@attack(
    "a clock that counts by hours its unit never had",
    "计时采用单位从未有过的工作时段",
    by=SERVICE,
    found="events:clock-hours",
    exit_code=1,
    located="sub table column",
)
def test_hours_made_up(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub = ledger.story.fresh
    ledger.clock(sub, "handle", hours={"hours": [["09:00", "09:05"]]})
    judge(event_target.audit(), events={"sub": sub, "table": "events.clock", "column": "hours"})


@attack(
    "a supervision order made to vanish",
    "使一项督办消失",
    by=SERVICE,
    found="events:event-row-missing",
    exit_code=1,
    located="sub table key",
)
def test_order_vanishes(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub = ledger.story.whole
    ledger.effect(sub, remove(OrderRow, {"sub": sub, "number": 1}))
    judge(event_target.audit(), events={"sub": sub, "table": "events.order", "key": "1"})


@attack(
    "returns that count one less than were granted",
    "回退次数少计一次",
    by=SERVICE,
    found="events:event-row-differs",
    exit_code=1,
    located="sub table column",
)
def test_returns_counted_less(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub = ledger.story.whole
    ledger.effect(sub, change(EventRow, {"sub": sub}, returns=0))
    judge(event_target.audit(), events={"sub": sub, "table": "events.event", "column": "returns"})


@attack(
    "an event taken out of its table by an effect",
    "以变更将整个事件移出数据表",
    by=SERVICE,
    found="events:event-row-missing",
    exit_code=1,
    located="sub table",
)
def test_event_taken_out(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub = ledger.story.still
    ledger.effect(sub, remove(EventRow, {"sub": sub}))
    judge(event_target.audit(), events={"sub": sub, "table": "events.event"})


@attack(
    "an event closed without a check",
    "未经核查即结案",
    by=SERVICE,
    refused="event-state",
    found="events:loop-state",
    exit_code=1,
    located="log index jti sub seq",
)
def test_closed_without_a_check(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub = ledger.story.fresh
    record = ledger.step(sub, "close", by="acceptor", details={"outcome": "solved"})
    judge.refusal(ledger.refusal(record))
    ledger.force(record)
    ledger.effect(sub, change(EventRow, {"sub": sub}, state="closed", outcome="solved"))
    judge(event_target.audit(), events=ledger.place(record))


@attack(
    "an answer dated before the step that it follows",
    "处置反馈倒签至前一环节之前",
    by=SERVICE,
    refused="event-time",
    found="events:step-dated-back",
    exit_code=1,
    located="log index jti sub seq",
)
def test_answer_dated_back(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub = ledger.story.fresh
    ledger.story.desk.go(sub, ("sign", "handler"))
    earlier = rfc3339(ledger.event(sub).moved_at - timedelta(days=2))
    record = ledger.step(sub, "answer", by="handler", occurred_at=earlier, **DONE)
    judge.refusal(ledger.refusal(record))
    ledger.force(record)
    judge(event_target.audit(), events=ledger.place(record))


@attack(
    "an extension granted by who asked for it",
    "申请人自行批准延期",
    by=SERVICE,
    refused="ask-own",
    found="events:ask-own",
    exit_code=1,
    located="log index jti sub seq",
)
def test_granted_by_who_asked(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub, desk = ledger.story.fresh, ledger.story.desk
    desk.go(sub, ("sign", "handler"), ("extend_ask", "handler", {"note": "忙", "details": {"amount": 2}}))
    target = event_target.platform
    with target.transaction() as session:
        target.accounts.grant(session, desk.account("handler"), "duty_chief", CITY, None, by=None)
    record = ledger.step(sub, "extend_grant", by="handler")
    judge.refusal(ledger.refusal(record))
    ledger.force(record)
    report = event_target.audit()
    judge(report, events=ledger.place(record))


@attack(
    "an answer that says it was in time, signed after the limit was over",
    "时限届满后签名，而自述按期完成",
    by=SERVICE,
    exit_code=0,
    said="time limits were kept by the times that the steps themselves state",
)
def test_in_time_by_its_own_word(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    sub, desk = ledger.story.fresh, ledger.story.desk
    desk.go(sub, ("sign", "handler"))
    in_time = ledger.event(sub).moved_at
    ledger.target.running.advance(9 * 86_400)
    record = ledger.step(sub, "answer", by="handler", occurred_at=rfc3339(in_time), **DONE)
    outcome = ledger.target.running.accept(record)[0]
    assert outcome.error is None
    ledger.target.running.drain()
    judge(event_target.audit())
