"""Anomalies that a clue may name: the port by which cases ask, and a later feature answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, InvalidInput, NotFound

DETAIL = "anomaly"
"""The detail of a clue that names the anomaly's subject."""


@dataclass(frozen=True, slots=True)
class KnownAnomaly:
    """An anomaly as its review left it. `device`: of its checkpoint then; None where it says nothing."""

    sub: str
    state: str
    device: str | None
    occurred_at: datetime | None


class AnomalyStanding(Protocol):
    """Finds anomalies by subject and holds them: until the transaction ends none is reviewed anew."""

    def find(self, session: Session, subs: Iterable[str]) -> Mapping[str, KnownAnomaly]:
        """Those that there are; unknown ones are left out. One query or two."""
        ...


def named_anomaly(details: Mapping[str, Any]) -> str | None:
    """The anomaly a step's details name."""
    named = details.get(DETAIL)
    return named if isinstance(named, str) else None


def named_anomalies(details: Iterable[Mapping[str, Any]]) -> set[str]:
    """The anomalies that several steps name."""
    return {sub for each in details if (sub := named_anomaly(each)) is not None}


def check_anomaly(details: Mapping[str, Any], known: Mapping[str, KnownAnomaly]) -> None:
    """Only an anomaly that was reviewed and upheld opens a case, and with what it says itself.

    Raises NotFound `anomaly-unknown`; Conflict `anomaly-not-upheld`; InvalidInput `anomaly-device`,
    `anomaly-time`.
    """
    sub = named_anomaly(details)
    if sub is None:
        return
    anomaly = known.get(sub)
    if anomaly is None:
        raise NotFound("anomaly-unknown", f"There is no anomaly {sub[:64]!r}.", "name an anomaly's subject")
    if anomaly.state != "upheld":
        raise Conflict(
            "anomaly-not-upheld",
            f"Anomaly {sub} is {anomaly.state}: 未经复核成立的疑似异常不得立案.",
            "have it reviewed first",
            state=anomaly.state,
        )
    if anomaly.device is not None and details.get("device", anomaly.device) != anomaly.device:
        raise InvalidInput(
            "anomaly-device", f"Anomaly {sub} is of device {anomaly.device}.", "name that device"
        )
    captured = details.get("captured_at")
    if anomaly.occurred_at is not None and captured is not None and not _same(captured, anomaly.occurred_at):
        raise InvalidInput(
            "anomaly-time",
            f"Anomaly {sub} occurred at {anomaly.occurred_at.isoformat()}.",
            "give that time as captured_at",
        )


def _same(told: Any, occurred_at: datetime) -> bool:
    try:
        moment = datetime.fromisoformat(told).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return True  # the procedure says what a time looks like
    return moment == occurred_at.replace(microsecond=0)
