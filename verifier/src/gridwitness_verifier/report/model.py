"""Checks, the places they point to, and the report with its exit code (docs/format.md section 14)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..trust import Trust
from .phrase import Phrase
from .verdict import Result, is_required


@dataclass(frozen=True, slots=True)
class Location:
    """Where a check found something, as exactly as it can say; `code` is stable, `detail` is for people."""

    code: str
    detail: str
    log: str | None = None
    index: int | None = None
    jti: str | None = None
    sub: str | None = None
    seq: int | None = None
    field: str | None = None
    table: str | None = None
    key: str | None = None
    column: str | None = None
    file: str | None = None
    rule: str | None = None

    def places(self) -> dict[str, str | int]:
        """The members that are set, without code and detail, in the order of section 14."""
        pairs = ((name, getattr(self, name)) for name in _PLACES)
        return {name: value for name, value in pairs if value is not None}


_PLACES = ("log", "index", "jti", "sub", "seq", "field", "table", "key", "column", "file", "rule")


@dataclass(frozen=True, slots=True)
class Check:
    """One named check. `count` = how many things were looked at; `locations` = where it was not right."""

    name: str
    result: Result
    reason: str
    count: int | None = None
    locations: tuple[Location, ...] = ()


@dataclass(slots=True)
class Report:
    """What a command found. `subject` says what was checked, `not_shown` what the command can not show."""

    command: str
    trust: Trust
    subject: dict[str, Any]
    checks: list[Check]
    not_shown: list[str] = field(default_factory=list)
    require_confirmed: bool = False

    def is_required(self, check: Check) -> bool:
        """Whether the profile in the trust file requires the check."""
        return is_required(self.trust.profile, check.name)

    @property
    def unproved(self) -> list[Check]:
        """Required checks that are neither proved nor failed."""
        missing = (check for check in self.checks if self.is_required(check))
        return [check for check in missing if check.result not in (Result.PROVED, Result.FAILED)]

    @property
    def failed(self) -> list[Check]:
        """Checks that failed, required or not."""
        return [check for check in self.checks if check.result is Result.FAILED]

    @property
    def exit_code(self) -> int:
        """0 all required checks proved, 1 a check failed, 3 a required check is not proved."""
        if self.failed:
            return 1
        unconfirmed = self.require_confirmed and not self.trust.confirmed
        return 3 if self.unproved or unconfirmed or not self.checks else 0

    @property
    def verdict(self) -> Phrase:
        """One sentence that never says more than the checks do."""
        if self.failed:
            names = ", ".join(check.name for check in self.failed)
            return Phrase(f"failed: {names}", f"未通过：{names}")
        if self.unproved:
            names = ", ".join(check.name for check in self.unproved)
            return Phrase(f"not proved, though required: {names}", f"必须核实但未能核实：{names}")
        if self.exit_code == 3:
            return Phrase("the trust file is not confirmed", "信任文件未经确认")
        profile = self.trust.profile
        return Phrase(
            f"every check that profile {profile} requires is proved", f"“{profile}”配置要求的各项核查均已核实"
        )

    def to_json(self) -> dict[str, Any]:
        """The report as the JSON object of section 14."""
        return {
            "format": "gridwitness-report/v1",
            "command": self.command,
            "exit_code": self.exit_code,
            "verdict": str(self.verdict),
            "trust": {
                "sha256": self.trust.sha256,
                "status": "confirmed" if self.trust.confirmed else "unconfirmed",
                "profile": self.trust.profile,
                "clock": self.trust.clock,
            },
            "subject": self.subject,
            "checks": [self._check_json(check) for check in self.checks],
            "not_shown": [str(text) for text in self.not_shown],
        }

    def _check_json(self, check: Check) -> dict[str, Any]:
        return {
            "name": check.name,
            "result": check.result.value,
            "required": self.is_required(check),
            "reason": str(check.reason),
            "count": check.count,
            "locations": [
                {**place.places(), "code": place.code, "detail": str(place.detail)}
                for place in check.locations
            ],
        }
