"""Act 3: checkpoints report trucks, human review upholds or excludes; the police's feed key signs.

Before that, one checkpoint is announced and passes both reviews: only then may its records be evidence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gridwitness.records import rfc3339
from gridwitness_evidence import base64url

from gridwitness_cli.demo.anomalies import (
    ANOMALIES,
    CHECKPOINT,
    PLATE_COLOUR,
    RULE_VERSION,
    SEEN_AT,
    Anomaly,
)
from gridwitness_cli.demo.cast import POLICE, POLICE_NODE, REVIEWER, WANG, Role
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.statement import sign_statement
from gridwitness_cli.demo.story import Told, expect

_STATES_ZH = {"suspected": "疑似", "upheld": "成立", "excluded": "排除"}


def announce_checkpoint(company: Company) -> None:
    """Registered with its place and mark; legal and technical review by two people (行政处罚法 Art. 41)."""
    now = company.stage.now()
    registered = {
        "device": CHECKPOINT,
        "category": "卡口抓拍",
        "place": "示范市城北路与同协路交叉口",
        "datum": "WGS84",
        "latitude": "30.3312",
        "longitude": "120.1871",
        "announced_at": rfc3339(now - timedelta(days=60)),
        "marked": "设有电子监控标志",
    }
    sub = _state(company, WANG, "device.registered.v1", registered, "new", "登记 registered")
    for reviewer, review, title in (
        (REVIEWER, "legal", "法制审核 legal"),
        (WANG, "technical", "技术审核 technical"),
    ):
        fields = {
            "device": CHECKPOINT,
            "review": review,
            "outcome": "passed",
            "reviewed_at": rfc3339(now),
            "valid_from": rfc3339(now),
            "valid_to": rfc3339(now + timedelta(days=365)),
            "standard": "GA/T 497",
        }
        _state(company, reviewer, "device.review.v1", fields, sub, title)


def _state(company: Company, signer: Role, kind: str, fields: dict[str, Any], sub: str, title: str) -> str:
    device, name = company.device(signer), f"checkpoint-{kind.split('.')[1]}-{signer.username}"
    kept = device.send(device.sign(kind, fields, draft=name, subject=sub))
    told = Told(kept["jti"], f"卡口 checkpoint {CHECKPOINT} · {title}", signer.username, name)
    company.story.records.append(told)
    found: str = kept["sub"]
    return found


def report_anomalies(company: Company) -> None:
    """Every anomaly, and what review made of it the same night; the first becomes the clue of a case."""
    company.stage.go_to(SEEN_AT)
    company.named["captured_at"] = rfc3339(company.stage.now())
    for number, anomaly in enumerate(ANOMALIES):
        sub = _send(company, number, anomaly, "suspected", anomaly.reason, "device", {})
        company.named.setdefault("anomaly", sub)
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
