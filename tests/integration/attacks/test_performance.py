"""Attacks on the figures of a period: prettier ones, ones with an event left out."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from gridwitness.records import Submission, add_file
from gridwitness_evidence import parse_presentation, strict_json
from support.attack import SERVICE, Judge, attack
from support.attack_events import WEEK, Ledger
from support.attack_target import Target
from support.platform import CITY


def figures(target: Target) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields of the honest snapshot, and the figures of its file."""
    row = target.one("SELECT record FROM performance.snapshot WHERE agency = %s", CITY)
    fields = dict(target.record(str(row["record"])).fields)
    digest = fields["result"]
    return fields, strict_json.loads((target.home / "files" / digest[:2] / digest).read_bytes())


def fix(target: Target, fields: dict[str, Any], document: dict[str, Any]) -> str:
    """A snapshot of these figures, made in order; gives its `jti`."""
    platform = target.platform
    data = strict_json.canonical(document)
    digest = hashlib.sha256(data).hexdigest()
    with platform.transaction() as session:
        stored = add_file(session, platform.files, digest, [data], target.running.clock.now(), "text/plain")
        file = {**fields["files"][0], "sha256": digest, "sm3": stored.sm3, "size": stored.size}
        statement: Submission = platform.acceptance.sign_own(
            session,
            target.running.log(),
            "performance.snapshot.v1",
            secrets.token_hex(16),
            {**fields, "number": fields["number"] + 1, "result": digest, "files": [file]},
            key=platform.keystore.service_key(CITY),
            iss=CITY,
        )
        platform.acceptance.accept_one(session, statement, internal=True)
    target.running.drain()
    return parse_presentation(str(statement.presentation)).claims.jti


@attack(
    "a snapshot with a prettier figure than the log gives",
    "考核快照所载数据优于日志重算结果",
    by=SERVICE,
    found="performance:performance-figure",
    exit_code=1,
    located="jti",
)
def test_prettier_figure(event_target: Target, judge: Judge) -> None:
    fields, document = figures(event_target)
    short = next(one for one in document["figures"] if (one["numerator"] or 0) < (one["denominator"] or 0))
    short["numerator"], short["value"] = short["denominator"], "1.000000"
    jti = fix(event_target, fields, document)
    judge(event_target.audit(), performance={"jti": jti})


@attack(
    "an event left out of the figures",
    "考核数据漏计一个事件",
    by=SERVICE,
    found="performance:performance-events",
    exit_code=1,
    located="jti",
)
def test_event_left_out(event_target: Target, ledger: Ledger, judge: Judge) -> None:
    fields, _ = figures(event_target)
    platform = event_target.platform
    # What the platform itself gives, with one event hidden from it.
    event_target.tamper("UPDATE events.event SET agency = %s WHERE sub = %s", "330100GA", ledger.story.late)
    with platform.transaction() as session:
        made = platform.performance.snapshot(session, CITY, WEEK, "少一件")
        jti = str(made.record)
    event_target.tamper("UPDATE events.event SET agency = %s WHERE sub = %s", CITY, ledger.story.late)
    event_target.running.drain()
    assert made.events == fields["events"] - 1
    judge(event_target.audit(), performance={"jti": jti})
