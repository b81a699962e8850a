"""Steps signed on the device: what they need, and the drafts they stay as until they are handed in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gridwitness.errors import InvalidInput, Unavailable
from gridwitness_evidence import Record

from gridwitness_cli.case.device_folder import DeviceFolder
from gridwitness_cli.device.device_clock import device_now
from gridwitness_cli.device.draft import Draft
from gridwitness_cli.device.platform_client import PlatformClient
from gridwitness_cli.device.sending import send_draft
from gridwitness_cli.device.signing import sign_at
from gridwitness_cli.device.subject_place import SubjectPlace
from gridwitness_cli.device.typed_option import json_option, split_option, typed_option

KIND = "event.step.v1"
_ACCOUNT, _LOOP, _LOG = "account", "event-loop", "event-log"
_WORDS = ("actor", "unit", "note", "title", "description", "latitude", "longitude", "address")


def take_along(platform: PlatformClient, device: DeviceFolder) -> dict[str, Any]:
    """Account, loop and log, kept on the device: what a report signed offline needs."""
    account = device.remember(_ACCOUNT, platform.me())
    device.remember(_LOOP, platform.get("/events/loop"))
    device.remember(_LOG, platform.new_subject(str(account["agency"])).to_json())
    return account


def details_of(step: str, loop: Mapping[str, Any], given: list[str]) -> dict[str, Any]:
    """`name=value` options as the loop's details of the step.

    Raises InvalidInput `event-step`, `event-details`.
    """
    declared = loop["steps"].get(step)
    if declared is None:
        raise InvalidInput(
            "event-step", f"The loop has no step {step[:64]!r}.", "see `gridwitness event next`"
        )
    details: dict[str, Any] = {}
    for option in given:
        name, text, is_json = split_option(option)
        known = declared.get("details", {}).get(name)
        if known is None:
            allowed = ", ".join(declared.get("details", {})) or "none"
            raise InvalidInput(
                "event-details", f"{option[:80]!r} is no detail of {step}.", f"details: {allowed}"
            )
        if is_json:
            details[name] = json_option("event-details", name, text)
        elif known["type"] == "texts":
            details[name] = [part.strip() for part in text.split(",") if part.strip()]
        else:
            details[name] = typed_option("event-details", known["type"], name, text)
    return details


def fields_of(loop: str, step: str, occurred_at: str, round: int, **said: Any) -> dict[str, Any]:
    """The fields of an `event.step.v1`."""
    return {
        "loop": loop,
        "step": step,
        "round": round,
        "occurred_at": occurred_at,
        "details": {},
        "files": [],
        **dict.fromkeys(_WORDS),
        **said,
    }


def draft_report(
    device: DeviceFolder, fields: Mapping[str, Any], places: Mapping[str, str]
) -> tuple[Record, Path]:
    """Sign a report at a new subject, without network; gives the draft's file."""
    place = SubjectPlace.from_json(device.known(_LOG))
    version = str(device.known(_LOOP)["version"])
    return _draft(device, place, {**fields, "loop": version}, places)


def sign_step(
    device: DeviceFolder,
    platform: PlatformClient,
    sub: str,
    fields: Mapping[str, Any],
    places: Mapping[str, str],
) -> tuple[Record, dict[str, Any]]:
    """Sign a step at the event's head and hand it in. What was refused leaves no draft."""
    take_along(platform, device)
    _, path = _draft(device, platform.subject(sub), fields, places)
    try:
        return hand_in(device, platform, path)
    except Unavailable:
        raise
    except Exception:
        path.unlink(missing_ok=True)
        raise


def hand_in(device: DeviceFolder, platform: PlatformClient, path: Path) -> tuple[Record, dict[str, Any]]:
    """Send one draft with its files; it goes when it is accepted."""
    record, answer = send_draft(platform, path, device.receipts, device.opener())
    path.unlink(missing_ok=True)
    return record, answer


def drafts(device: DeviceFolder) -> list[Path]:
    """Drafts of events, oldest first: their names are UUIDs that begin with the time."""
    return sorted(device.drafts.glob("event-*.json"))


def _draft(
    device: DeviceFolder, place: SubjectPlace, fields: Mapping[str, Any], places: Mapping[str, str]
) -> tuple[Record, Path]:
    agency = str(device.known(_ACCOUNT)["agency"])
    record = sign_at(place, device.opener()(), agency, KIND, fields, device_now())
    path = device.drafts / f"event-{record.claims.jti}.json"
    Draft(record.presentation, {}, dict(places)).save(path)
    return record, path
