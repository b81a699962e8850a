"""Feeds, their batches and their dead letters."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from gridwitness_api.schemas.forms import Answer, Form, example

_FEED: dict[str, Any] = {
    "feed": "binjiang-kk",
    "sub": "9f86d081884c7d659a2feaa0c55ad015",
    "agency": "310000CG01",
    "door": "gat1400",
    "assurance": "network",
    "datum": "WGS84",
    "title": "滨江区渣土车卡口",
    "state": "open",
}
_BATCH: dict[str, Any] = {
    "first": 7200,
    "count": 240,
    "head": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    "assurance": "network",
    "received_from": "2026-03-02T02:00:00Z",
    "received_to": "2026-03-02T02:01:00Z",
    "captured_from": "2026-03-02T01:59:31Z",
    "captured_to": "2026-03-02T02:00:58Z",
    "serial_gaps": 0,
    "repeated": 3,
    "rejected": 1,
    "clock_offset": "1.250",
    "record": "0198f2a0-7c11-7abc-8def-0123456789ab",
}
_LETTER: dict[str, Any] = {
    "id": 17,
    "serial": 7311,
    "item": 0,
    "format": "gat1400",
    "code": "device-unknown",
    "detail": "No checkpoint has this device then",
    "state": "open",
    "tries": 0,
    "size": 512,
    "begins": "eyJNb3RvclZlaGljbGVJRCI6IjMzMDEifQ==",
    "received_at": "2026-03-02T02:00:31Z",
    "settled_at": None,
    "settled_by": None,
}


class FeedView(Answer):
    """A registered feed 数据源."""

    model_config = ConfigDict(json_schema_extra=example(_FEED))

    feed: str
    sub: str
    agency: str
    door: str
    assurance: str
    datum: str
    title: str
    state: str


class FeedList(Answer):
    """Feeds of an agency 数据源列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_FEED], "next": None}))

    items: list[FeedView]
    next: str | None


class FeedBatchView(Answer):
    """What a feed sent in a minute 批次."""

    model_config = ConfigDict(json_schema_extra=example(_BATCH))

    first: int
    count: int
    head: str
    assurance: str
    received_from: str
    received_to: str
    captured_from: str | None
    captured_to: str | None
    serial_gaps: int
    repeated: int
    rejected: int
    clock_offset: str | None
    """Median of received − captured, in seconds."""
    record: str


class FeedBatchList(Answer):
    """Batches of a feed, newest first 批次列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_BATCH], "next": None}))

    items: list[FeedBatchView]
    next: str | None


class DeadLetterView(Answer):
    """What could not be read 死信."""

    model_config = ConfigDict(json_schema_extra=example(_LETTER))

    id: int
    serial: int
    item: int | None
    """Its place in the message; null: all of it."""
    format: str
    code: str
    detail: str
    state: str
    tries: int
    size: int
    """Bytes; 0: the message as it is kept."""
    begins: str
    """Its first bytes, base64."""
    received_at: str
    settled_at: str | None
    settled_by: str | None


class DeadLetterList(Answer):
    """Dead letters of a feed 死信列表."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_LETTER], "next": None}))

    items: list[DeadLetterView]
    next: str | None


class LetterChoice(Form):
    """Which open letters 死信范围."""

    model_config = ConfigDict(json_schema_extra=example({"code": "device-unknown", "after": 0}))

    code: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)] | None = None
    after: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Only those behind this one."""


class Settled(Answer):
    """What became of letters 办理结果."""

    model_config = ConfigDict(json_schema_extra=example({"settled": 41, "still_open": 2, "last": 317}))

    settled: int
    still_open: int
    last: int
    """The greatest number looked at; 0: there was none."""


class NewFeedCredential(Form):
    """By what a sender will be known 接入凭据."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {"kind": "digest", "name": "33010000001190000001", "password": "correct horse battery"}
        )
    )

    kind: Literal["digest", "token", "certificate", "key"]
    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = None
    """User name; SHA-256 of the certificate; thumbprint of the key. A token has none."""
    password: Annotated[str, Field(min_length=12, max_length=256)] | None = None
    """Of a Digest account."""


class FeedCredentialView(Answer):
    """By what a sender is known 接入凭据."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "kind": "digest",
                "name": "33010000001190000001",
                "set_at": "2026-03-02T02:00:00Z",
                "set_by": "2f1c1b5e-8a43-4a5e-9a2c-0b7b7b1f6f10",
            }
        )
    )

    kind: str
    name: str
    """Of a token: its SHA-256."""
    set_at: str
    set_by: str | None


class FeedCredentialList(Answer):
    """Credentials of a feed 接入凭据列表."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "items": [
                    {
                        "kind": "certificate",
                        "name": "3f" * 32,
                        "set_at": "2026-03-02T02:00:00Z",
                        "set_by": None,
                    }
                ],
                "realm": "5d41402abc4b2a76b9719d911017c592",
            }
        )
    )

    items: list[FeedCredentialView]
    realm: str
    """What a Digest challenge of the door names."""


class FeedCredentialMade(Answer):
    """A credential that was set 已设凭据."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {"kind": "token", "token": "gwf_GmZpnyJ8nTkq3Xn0cPcVQ1v0zqB1Jm2yZyJ6n9m1b1E"}
        )
    )

    kind: str
    token: str | None
    """Shown this once."""
