"""Webhooks and upper platforms, and what was delivered to them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from gridwitness_api.schemas.channels import Number
from gridwitness_api.schemas.forms import AgencyCode, Answer, Form, example

StepName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Address = Annotated[str, StringConstraints(min_length=8, max_length=500, pattern=r"^https?://[!-~]+$")]

_WEBHOOK: dict[str, Any] = {
    "id": "7d0a3c2e-55b1-4c7e-8f60-3a9a4f6f1e22",
    "agency": "310000CG01",
    "url": "https://example.org/events",
    "scope": "310106",
    "steps": ["dispatch", "close"],
    "state": "open",
}
_UPSTREAM: dict[str, Any] = {
    "upstream": "city",
    "agency": "310000CG01",
    "title": "市级平台",
    "url": "https://example.org/push",
    "scope": None,
    "state": "open",
    "reached": "81234.5521",
}
_DELIVERY: dict[str, Any] = {
    "id": 17,
    "movements": 1,
    "body": '{"id":"81234.5521","step":"close"}',
    "state": "waiting",
    "tries": 3,
    "next_try_at": "2026-03-02T02:00:40Z",
    "made_at": "2026-03-02T02:00:00Z",
    "settled_at": None,
    "status": 503,
    "answer": "busy",
}
_SECRET = "gws_GmZpnyJ8nTkq3Xn0cPcVQ1v0zqB1Jm2yZyJ6n9m1b1E"  # noqa: S105 - an example


class NewWebhook(Form):
    """Whom news of steps goes to 新建回调."""

    model_config = ConfigDict(
        json_schema_extra=example({name: _WEBHOOK[name] for name in ("agency", "url", "scope", "steps")})
    )

    agency: AgencyCode
    url: Address
    scope: Number | None = None
    """A grid, and all below it; none: the whole agency."""
    steps: Annotated[list[StepName], Field(max_length=100)] = Field(default=[])
    """None: all."""


class WebhookView(Answer):
    """A webhook 回调."""

    model_config = ConfigDict(json_schema_extra=example(_WEBHOOK))

    id: str
    agency: str
    url: str
    scope: str | None
    steps: list[str]
    state: str


class WebhookMade(Answer):
    """A webhook with its secret, shown this once 新建回调."""

    model_config = ConfigDict(json_schema_extra=example({"webhook": _WEBHOOK, "secret": _SECRET}))

    webhook: WebhookView
    secret: str
    """Deliveries are signed with it: docs/format.md section 25."""


class WebhookList(Answer):
    """Webhooks of an agency 回调列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_WEBHOOK], "next": None}))

    items: list[WebhookView]
    next: str | None


class NewUpstream(Form):
    """An upper platform 上级平台."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "upstream": "city",
                "agency": "310000CG01",
                "title": "市级平台",
                "url": "https://example.org/push",
                "scope": None,
                "from_start": True,
            }
        )
    )

    upstream: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    agency: AgencyCode
    title: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
    url: Address
    scope: Number | None = None
    from_start: bool = False
    """Whether it gets all there is, or what comes from now on."""


class UpstreamView(Answer):
    """An upper platform and how far it has been told 上级平台."""

    model_config = ConfigDict(json_schema_extra=example(_UPSTREAM))

    upstream: str
    agency: str
    title: str
    url: str
    scope: str | None
    state: str
    reached: str | None
    """Position behind the last movement that was made ready for it."""


class UpstreamMade(Answer):
    """An upper platform with its secret, shown this once 上级平台."""

    model_config = ConfigDict(json_schema_extra=example({"upstream": _UPSTREAM, "secret": _SECRET}))

    upstream: UpstreamView
    secret: str


class UpstreamList(Answer):
    """Upper platforms of an agency 上级平台列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_UPSTREAM]}))

    items: list[UpstreamView]


class DeliveryView(Answer):
    """One delivery 投递."""

    model_config = ConfigDict(json_schema_extra=example(_DELIVERY))

    id: int
    movements: int
    body: str
    state: str
    tries: int
    next_try_at: str
    made_at: str
    settled_at: str | None
    status: int | None
    """HTTP status of the last try; null: no answer came."""
    answer: str | None
    """What the target said; of an upper platform its receipt."""


class DeliveryList(Answer):
    """The delivery log of a target, newest first 投递记录."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_DELIVERY], "next": None}))

    items: list[DeliveryView]
    next: str | None
