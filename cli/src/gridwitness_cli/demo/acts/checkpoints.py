"""Act 3: checkpoints report trucks, human review upholds or excludes; the police's feed key signs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from gridwitness.records import rfc3339
from gridwitness_evidence import base64url

from gridwitness_cli.demo.cases import ANOMALIES, PLATE_COLOUR, RULE_VERSION, Anomaly
from gridwitness_cli.demo.cast import POLICE, POLICE_NODE
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.statement import sign_statement
from gridwitness_cli.demo.story import Told, expect

_STATES_ZH = {"suspected": "疑似", "upheld": "成立", "excluded": "排除"}


def report_anomalies(company: Company) -> None:
    """Every anomaly, and what review made of it the same day."""
    for number, anomaly in enumerate(ANOMALIES):
        sub = _send(company, number, anomaly, "suspected", anomaly.reason, "device", {})
        _send(company, number, anomaly, anomaly.reviewed, anomaly.review_reason, "self", {"sub": sub})
    company.story.counts["truck_anomalies"] = len(ANOMALIES)
    upheld = sum(anomaly.reviewed == "upheld" for anomaly in ANOMALIES)
    company.story.say(
        f"   {len(ANOMALIES)} 条疑似异常，复核后 {upheld} 成立、{len(ANOMALIES) - upheld} 排除  "
        f"suspected; {upheld} upheld, {len(ANOMALIES) - upheld} excluded after review"
    )


def _send(
    company: Company,
    number: int,
    anomaly: Anomaly,
    state: str,
    reason: str,
    src: str,
    claims: Mapping[str, Any],
) -> str:
    passage = f"{anomaly.checkpoint}|{anomaly.plate}|{number}".encode()
    fields = {
        "rule": anomaly.rule,
        "rule_version": RULE_VERSION,
        "plate": anomaly.plate,
        "plate_color": PLATE_COLOUR,
        "checkpoint": anomaly.checkpoint,
        "occurred_at": rfc3339(company.stage.now()),
        "state": state,
        "reason": reason,
        "inputs": [base64url.encode(hashlib.sha256(passage).digest())],
        "files": [],
    }
    record = sign_statement(company, company.feed, POLICE, "truck.anomaly.v1", fields, src=src, **claims)
    answer = company.door(POLICE_NODE.username).submit(record.presentation)
    expect(answer.status_code == 201, "anomaly-refused", answer.text)
    company.story.records.append(
        Told(
            record.claims.jti,
            f"{anomaly.rule} {anomaly.plate} · {_STATES_ZH[state]} {state}",
            POLICE_NODE.username,
            f"anomaly-{number:02}-{state}",
        )
    )
    return record.claims.sub
