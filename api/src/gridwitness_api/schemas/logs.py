"""Logs, their heads, and the heads of subjects."""

from __future__ import annotations

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import Answer, example

_SEEN = {"size": 1024, "root": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}
_ORIGIN = "gridwitness/0123456789abcdef0123456789abcdef/310000CG01"
_LOG = {
    "name": "310000CG01",
    "origin": _ORIGIN,
    "agency": "310000CG01",
    "vkey": f"{_ORIGIN}+0a1b2c3d+AQ7gYSBz0N1wX9c4mYw6tQx1vB8u3m0a2S5d4F6g7H8j",
    "maximum_merge_delay": 3600,
    "predecessor": None,
    "size": 1030,
    "seen": _SEEN,
    "anchored_at": "2026-03-02T00:00:02Z",
}


class SeenHead(Answer):
    """An anchored tree head, in the form of the claim `seen` 已上链的树头."""

    model_config = ConfigDict(json_schema_extra=example(_SEEN))

    size: int
    root: str
    """32 bytes, base64url without padding."""


class LogView(Answer):
    """A log 日志: `size` leaves are signed for; `seen` is the latest anchored head, null before the first."""

    model_config = ConfigDict(json_schema_extra=example(_LOG))

    name: str
    origin: str
    agency: str
    vkey: str
    maximum_merge_delay: int
    predecessor: str | None
    size: int
    seen: SeenHead | None
    anchored_at: str | None


class LogList(Answer):
    """The logs of this deployment 全部日志."""

    model_config = ConfigDict(json_schema_extra=example({"items": [_LOG]}))

    items: list[LogView]


class SubjectHeadView(Answer):
    """The newest record of a subject, and what the next one must say 主体最新状态."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "sub": "9f86d081884c7d659a2feaa0c55ad015",
                "log": "310000CG01",
                "origin": _ORIGIN,
                "seq": 3,
                "prev": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
                "next_seq": 4,
                "seen": _SEEN,
            }
        )
    )

    sub: str
    log: str
    origin: str
    seq: int
    prev: str
    """SHA-256 of the newest entry, base64url: the next record's `prev`."""
    next_seq: int
    seen: SeenHead | None
