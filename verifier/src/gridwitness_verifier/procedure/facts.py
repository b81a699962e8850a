"""The facts a procedure is judged by: a case's steps as far as they are disclosed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from typing import Any, Final

# Asia/Shanghai, without summer time since 1991: no time zone data is needed, and none can be altered.
LOCAL = timezone(timedelta(hours=8))


class Hidden(Enum):
    """A value that is committed to and not shown."""

    HIDDEN = "hidden"


HIDDEN: Final = Hidden.HIDDEN


@dataclass(frozen=True, slots=True)
class StepFact:
    """One `case.step.v2`; each member is HIDDEN where its field is not disclosed.

    `key` = thumbprint of the signing key; `signer` = the account that holds it, None where that is not known.
    """

    seq: int
    jti: str
    step: str | Hidden
    occurred_at: datetime | Hidden
    outcome: str | Hidden | None = None
    details: Mapping[str, Any] | Hidden = field(default_factory=dict)
    officers: tuple[str, ...] | Hidden = ()
    key: str = ""
    signer: str | None = None
    files: int | Hidden = 0
    has_party: bool | Hidden = False
    has_place: bool | Hidden = False
    has_facts: bool | Hidden = False

    @property
    def day(self) -> date | Hidden:
        """The local day on which it occurred."""
        return self.occurred_at if isinstance(self.occurred_at, Hidden) else local_day(self.occurred_at)


@dataclass(frozen=True, slots=True)
class DeviceReview:
    """One `device.review.v1`; members are None where they are not disclosed."""

    device: str | None
    review: str | None
    outcome: str | None
    valid_from: datetime | None
    valid_to: datetime | None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case's steps in order of `seq`, and what they lean on. `qualified` None: not known (section 15)."""

    steps: Sequence[StepFact] = ()
    device_reviews: Sequence[DeviceReview] = ()
    qualified: frozenset[str] | None = None


def local_day(moment: datetime) -> date:
    """The day of a moment in Asia/Shanghai."""
    return moment.astimezone(LOCAL).date()


def parse_moment(text: str) -> datetime:
    """A field of type `time` (already held to its form) as a moment."""
    return datetime.fromisoformat(text)
