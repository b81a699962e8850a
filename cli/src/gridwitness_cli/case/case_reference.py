"""How a person names a case: its number, or its subject; and what the device then knows of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gridwitness.errors import InvalidInput

from gridwitness_cli.case.device_folder import DeviceFolder
from gridwitness_cli.device.platform_client import PlatformClient
from gridwitness_cli.device.subject_place import SubjectPlace, checked_subject

_NUMBER = re.compile(r"([0-9A-Z]{6,18})-([0-9]{4})-([0-9]{1,6})")
_SUBJECT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class KnownCase:
    """A case as its next step needs it: place in the log, procedure with version, whose it is."""

    place: SubjectPlace
    procedure: str
    rules: str
    title: str

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> KnownCase:
        """What `to_json` gave. Raises InvalidInput `known-damaged`."""
        try:
            place = SubjectPlace.from_json(value["place"])
            return cls(place, str(value["procedure"]), str(value["rules"]), str(value["title"]))
        except (KeyError, AttributeError, InvalidInput) as error:
            raise InvalidInput(
                "known-damaged", "What this device kept of the case is damaged.", "`gridwitness case fetch`"
            ) from error

    def to_json(self) -> dict[str, Any]:
        """For `DeviceFolder.remember`."""
        return {
            "place": self.place.to_json(),
            "procedure": self.procedure,
            "rules": self.rules,
            "title": self.title,
        }


def subject_of(platform: PlatformClient, named: str) -> str:
    """The subject of a case, by number or subject. Raises InvalidInput `case-reference`, `case-unknown`."""
    number = _NUMBER.fullmatch(named.strip())
    if number is None:
        return checked_reference(named)
    agency, year, serial = number.groups()
    found = platform.get("/cases", agency=agency, year=int(year), number=int(serial))["items"]
    if not found:
        raise InvalidInput("case-unknown", f"There is no case {named}.", "see `gridwitness case list`")
    return str(found[0]["sub"])


def checked_reference(named: str) -> str:
    """The subject itself. Raises InvalidInput `case-reference`: without network a number leads nowhere."""
    if not _SUBJECT.fullmatch(named):
        raise InvalidInput(
            "case-reference",
            f"{named[:80]!r} names no case.",
            "its number as 330100CG-2026-000001, or its subject (32 hex digits; alone offline)",
        )
    return checked_subject(named)


def fetch_case(platform: PlatformClient, device: DeviceFolder, named: str) -> dict[str, Any]:
    """The whole view of a case; its place and procedure are kept on the device."""
    sub = subject_of(platform, named)
    view = platform.get(f"/cases/{sub}")
    case = view["case"]
    known = KnownCase(
        platform.subject(sub), case["procedure"], case["rules"], case["number"] or case["matter"] or sub
    )
    device.remember(sub, known.to_json())
    fetch_procedure(platform, device, known.rules)
    return view


def fetch_procedure(platform: PlatformClient, device: DeviceFolder, version: str) -> dict[str, Any]:
    """A procedure's document; a version never changes, so it is fetched once."""
    if device.knows(version):
        return device.known(version)
    return device.remember(version, platform.get(f"/procedures/{version}")["document"])
