"""Bases of the schemas, and texts as a database can hold them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from gridwitness_api.parameters import AGENCY_FORM, DIGEST_FORM, UUID_FORM

TIME_FORM = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"

Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
AgencyCode = Annotated[str, StringConstraints(pattern=AGENCY_FORM)]
AccountText = Annotated[str, StringConstraints(pattern=UUID_FORM)]
Digest = Annotated[str, StringConstraints(pattern=DIGEST_FORM)]


def instant(text: str) -> datetime:
    """The moment a `TimeText` names, aware and in UTC."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _real(text: str) -> str:
    instant(text)
    return text


TimeText = Annotated[str, StringConstraints(pattern=TIME_FORM), AfterValidator(_real)]
"""RFC 3339 in UTC, whole seconds; 30 February is refused."""


def example(value: dict[str, Any]) -> dict[str, Any]:
    """`json_schema_extra` with one example."""
    return {"examples": [value]}


class Form(BaseModel):
    """What a client sends: exactly these members, no guessing between types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Answer(BaseModel):
    """What the platform answers."""

    model_config = ConfigDict(frozen=True)
