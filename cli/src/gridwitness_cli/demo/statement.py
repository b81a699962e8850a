"""Statements that no device command would sign: those of the checkpoints' feed, and wrong ones."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from gridwitness_evidence import Record, Seen, SigningKey, base64url, sign_record, uuid7

from gridwitness_cli.demo.company import Company


def seen_of(company: Company, agency: str) -> Seen | None:
    """The latest anchored head of an agency's log."""
    head = company.door(company.stage.admin[0]).get(f"/logs/{agency}")["seen"]
    return None if head is None else Seen(head["size"], base64url.decode(head["root"]))


def sign_statement(
    company: Company, key: SigningKey, agency: str, kind: str, fields: Mapping[str, Any], **claims: Any
) -> Record:
    """Sign at the head of `sub` (a new subject without one); `claims` override what would be right."""
    now = company.stage.now()
    log = company.door(company.stage.admin[0]).get(f"/logs/{agency}")
    given: dict[str, Any] = {
        "key": key,
        "iss": agency,
        "aud": log["origin"],
        "jti": uuid7(now),
        "src": "self",
        "seq": 0,
        "prev": None,
        "iat": int(now.timestamp()),
        "seen": seen_of(company, agency),
    }
    if "sub" in claims and "seq" not in claims:
        head = company.door(company.stage.admin[0]).get(f"/subjects/{claims['sub']}/head")
        given |= {"seq": head["next_seq"], "prev": base64url.decode(head["prev"])}
    return sign_record(kind=kind, fields=fields, **given | {"sub": secrets.token_hex(16)} | claims)
