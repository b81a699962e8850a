"""A checkpoint with its reviews (行政处罚法 Art. 41)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from gridwitness.records import Submission, heads_of, rfc3339
from support.case_story import Cast
from support.platform import CITY, Officer, RunningPlatform


def sign_for(running: RunningPlatform, signer: Officer, sub: str, kind: str, fields: dict[str, Any]) -> None:
    """Sign at the subject's head and hand in; raises the refusal."""
    log = running.log(CITY)
    with running.platform.transaction() as session:
        head = heads_of(session, [(log.name, sub)]).get((log.name, sub))
    place: dict[str, Any] = {"sub": sub, "aud": log.origin, "seen": running.seen(CITY)}
    if head is not None:
        place |= {"seq": head.seq + 1, "prev": head.digest}
    record = signer.sign(kind, fields, **place)
    with running.platform.transaction() as session:
        running.platform.acceptance.accept_one(session, Submission(record.presentation, by=signer.account))


def registered(running: RunningPlatform, device: str, **changed: Any) -> dict[str, Any]:
    """Fields of a `device.registered.v1`."""
    return {
        "device": device,
        "category": "checkpoint",
        "place": "示范市滨江路 K3+200",
        "datum": "GCJ-02",
        "latitude": "30.2741",
        "longitude": "120.1551",
        "announced_at": rfc3339(running.clock.now() - timedelta(days=90)),
        "marked": "前方设有渣土车智能卡口标志牌",
        **changed,
    }


def reviewed(running: RunningPlatform, device: str, review: str, **changed: Any) -> dict[str, Any]:
    """Fields of a `device.review.v1`, valid for a year around now."""
    now = running.clock.now()
    return {
        "device": device,
        "review": review,
        "outcome": "passed",
        "reviewed_at": rfc3339(now - timedelta(days=31)),
        "valid_from": rfc3339(now - timedelta(days=30)),
        "valid_to": rfc3339(now + timedelta(days=335)),
        "standard": "GB/T 28181-2022",
        "report": "检-2026-01",
        "files": [],
        **changed,
    }


def install_device(
    running: RunningPlatform, cast: Cast, device: str, *, legal: bool = True, technical: bool = True
) -> str:
    """Register a device and have it reviewed; gives its subject."""
    sub = secrets.token_hex(16)
    sign_for(running, cast.third, sub, "device.registered.v1", registered(running, device))
    if technical:
        sign_for(running, cast.third, sub, "device.review.v1", reviewed(running, device, "technical"))
    if legal:
        sign_for(running, cast.reviewer, sub, "device.review.v1", reviewed(running, device, "legal"))
    return sub
