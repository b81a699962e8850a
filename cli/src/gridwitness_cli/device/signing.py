"""A statement signed on the device, at a place in its subject's history."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.records.kinds import is_time
from gridwitness_evidence import EvidenceError, Record, SigningKey, sign_record, uuid7

from gridwitness_cli.device.subject_place import SubjectPlace

NEW = "new"


def sign_at(
    place: SubjectPlace,
    key: SigningKey,
    agency: str,
    kind: str,
    fields: Mapping[str, Any],
    now: datetime,
    subject: str = NEW,
) -> Record:
    """Sign at a place, with a fresh `jti`. Raises InvalidInput with the grammar's code."""
    sub = place.sub or (secrets.token_hex(16) if subject == NEW else subject)
    try:
        return sign_record(
            key=key, iss=agency, aud=place.origin, jti=uuid7(now), kind=kind, src="self", sub=sub,
            seq=place.seq, prev=place.prev, iat=int(now.timestamp()), seen=place.seen, fields=fields,
        )  # fmt: skip
    except EvidenceError as error:
        raise InvalidInput(error.code, error.message, "see docs/format.md sections 2 and 3") from error


def capture_provenance(captured: str | None, device: str | None, clock_source: str | None) -> dict[str, Any]:
    """What the device says of the making, never proof. Raises InvalidInput `captured-form`."""
    if captured is not None and not is_time(captured):
        raise InvalidInput("captured-form", f"{captured!r} is no time.", "as 2026-03-02T08:00:00Z")
    given = {"captured": captured, "device": device, "clock_source": clock_source}
    return {name: value for name, value in given.items() if value is not None}
