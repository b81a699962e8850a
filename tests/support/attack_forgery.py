"""Forged bytes: an entry with other claims, signed by nobody or somebody else; another value disclosed."""

from __future__ import annotations

import json
from typing import Any

from gridwitness_evidence import Record, SigningKey, base64url

ES256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def edited(record: Record, **claims: Any) -> str:
    """The entry with other claims under the signature it had."""
    header, payload, signature = record.entry.split(".")
    return f"{header}.{_compact({**_claims(payload), **claims})}.{signature}"


def resigned(record: Record, key: SigningKey, **claims: Any) -> str:
    """The entry's claims, some changed, signed by another key."""
    payload = _compact({**_claims(record.entry.split(".")[1]), **claims})
    signing_input = f"{_compact({'alg': key.alg, 'kid': key.kid, 'typ': 'gw-record+sd-jwt'})}.{payload}"
    return f"{signing_input}.{base64url.encode(key.sign(signing_input.encode()))}"


def malleated(record: Record) -> str:
    """The entry under its other valid ES256 signature: n − s in the place of s."""
    signing_input, _, signature = record.entry.rpartition(".")
    raw = base64url.decode(signature)
    twin = raw[:32] + (ES256_ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    return f"{signing_input}.{base64url.encode(twin)}"


def disclosed(encoded: str) -> list[Any]:
    """Salt, name and value of a disclosure."""
    value: list[Any] = json.loads(base64url.decode(encoded))
    return value


def place_of(record: Record, name: str) -> int:
    """Which element of `disclosures` shows a field, counted from 1 as PostgreSQL does."""
    return next(
        at for at, shown in enumerate(record.disclosures, start=1) if shown is not None and shown.name == name
    )


def revalued(record: Record, name: str, value: Any) -> str:
    """The disclosure of a field with its salt and another value."""
    shown = record.disclosures[place_of(record, name) - 1]
    assert shown is not None
    return _compact([shown.salt, name, value])


def _claims(payload: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(base64url.decode(payload))
    return claims


def _compact(value: Any) -> str:
    return base64url.encode(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
