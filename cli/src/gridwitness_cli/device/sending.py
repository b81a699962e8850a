"""A draft goes to the platform, its files first; the receipt stays on the device."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.records import rfc3339
from gridwitness_evidence import Record, SigningKey

from gridwitness_cli.device.attachments import check_unchanged
from gridwitness_cli.device.device_clock import device_now
from gridwitness_cli.device.draft import Draft
from gridwitness_cli.device.local_files import write_json, write_local
from gridwitness_cli.device.platform_client import PlatformClient, Refused
from gridwitness_cli.device.signing import sign_at

_ATTEMPTS = 5
"""Signings at a subject that moves again and again."""


def send_draft(
    platform: PlatformClient, draft_file: Path, receipts: Path, key: Callable[[], SigningKey] | None
) -> tuple[Record, dict[str, Any]]:
    """Hand a draft in and keep its receipt; sending it again gives the same one. Gives what was accepted.

    Where the subject has moved and there is a `key`, it is signed again at the new head; the first signing
    stays as capture statement. Raises Refused, Unavailable, InvalidInput.
    """
    draft = Draft.load(draft_file)
    record = draft.parsed()
    _send_files(platform, draft, record)
    attempts = 1
    while True:
        try:
            answer = platform.submit(draft.record, draft.provenance)
            break
        except Refused as refused:
            if refused.code != "subject-moved" or key is None or attempts == _ATTEMPTS:
                raise
        attempts += 1
        draft = _signed_again(platform, draft, record, key())
        record = draft.parsed()
        draft.save(draft_file)  # before it is sent, so that a repetition sends the same bytes
    _keep(receipts, answer, draft, record)
    return record, answer


def _send_files(platform: PlatformClient, draft: Draft, record: Record) -> None:
    named = {file["sha256"] for value in record.fields.values() for file in _files(value)}
    for sha256 in sorted(named & draft.files.keys()):
        path = Path(draft.files[sha256])
        check_unchanged(sha256, path)
        platform.put_file(sha256, path)


def _files(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict) and isinstance(item.get("sha256"), str)]


def _signed_again(platform: PlatformClient, draft: Draft, record: Record, key: SigningKey) -> Draft:
    claims = record.claims
    if key.kid != record.kid:
        raise InvalidInput(
            "key-other", f"The draft was signed with key {record.kid}, not {key.kid}.", "give that key"
        )
    place = platform.subject(claims.sub)
    again = sign_at(place, key, claims.iss, claims.kind, record.fields, device_now())
    return draft.signed_again(again, rfc3339(datetime.fromtimestamp(claims.iat, UTC)))


def _keep(folder: Path, answer: dict[str, Any], draft: Draft, record: Record) -> None:
    """The folder holds receipts only, for `gridwitness-verify log --receipts`; the rest lies below it."""
    jti = record.claims.jti
    write_local(folder / f"{jti}.receipt", str(answer["receipt"]).encode())
    kept = {
        "jti": jti,
        "log": answer["log"],
        "kind": record.claims.kind,
        "sub": record.claims.sub,
        "seq": record.claims.seq,
        "receipt": answer["receipt"],
        "record": draft.record,
        "provenance": draft.provenance,
    }
    write_json(folder / "records" / f"{jti}.json", kept)
