"""The clear claims of a record: a closed set, each with a fixed form (docs/format.md section 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from . import base64url
from .errors import RecordError

MAXIMUM_DIGESTS = 128
DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # canonical base64url of 32 bytes

_TEXT_FORMS = {
    "iss": re.compile(r"[0-9A-Z]{6,18}"),
    "aud": re.compile(r"gridwitness/[0-9a-f]{32}/[0-9A-Z]{6,18}(?:-(?:[2-9]|[1-9][0-9]{1,3}))?"),
    "jti": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    "kind": re.compile(r"(?=.{1,64}\Z)[a-z][a-z0-9]*(?:\.[a-z][a-z0-9]*)+\.v[1-9][0-9]{0,2}"),
    "src": re.compile(r"self|device|import"),
    "sub": re.compile(r"[0-9a-f]{32}"),
    "_sd_alg": re.compile(r"sha-256"),
}
_ALWAYS = frozenset({*_TEXT_FORMS, "seq", "iat", "_sd"})
NAMES = _ALWAYS | {"prev", "seen"}


@dataclass(frozen=True, slots=True)
class Seen:
    """The latest anchored tree head the signer held: `size` ≥ 1 leaves, `root` 32 bytes."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Claims:
    """`iat` in Unix seconds; `prev` = SHA-256 of the previous entry (None at `seq` 0); `sd_digests` b64u."""

    iss: str
    aud: str
    jti: str
    kind: str
    src: str
    sub: str
    seq: int
    prev: bytes | None
    iat: int
    seen: Seen | None
    sd_digests: tuple[str, ...]


def claims_from_value(value: Any) -> Claims:
    """The claims in a parsed payload; `claims` names the first member that is not in form."""
    if not isinstance(value, dict):
        raise RecordError("claims", "the payload is not a JSON object")
    _check_names(value)
    for name, form in _TEXT_FORMS.items():
        text = value[name]
        if not (isinstance(text, str) and form.fullmatch(text)):
            raise _refused(name)
    seq = _integer(value, "seq", 0, 2**31 - 1)
    if ("prev" in value) != (seq > 0):
        raise RecordError("claims", "prev is present exactly when seq > 0")
    return Claims(
        value["iss"],
        value["aud"],
        value["jti"],
        value["kind"],
        value["src"],
        value["sub"],
        seq,
        _digest(value["prev"], "prev") if seq else None,
        _integer(value, "iat", 0, None),
        _seen(value["seen"]) if "seen" in value else None,
        _digests(value["_sd"]),
    )


def claims_to_value(claims: Claims) -> dict[str, Any]:
    """The payload of `claims`, ready for JSON."""
    value: dict[str, Any] = {
        "iss": claims.iss,
        "aud": claims.aud,
        "jti": claims.jti,
        "kind": claims.kind,
        "src": claims.src,
        "sub": claims.sub,
        "seq": claims.seq,
    }
    if claims.prev is not None:
        value["prev"] = base64url.encode(claims.prev)
    value["iat"] = claims.iat
    if claims.seen is not None:
        value["seen"] = {"size": claims.seen.size, "root": base64url.encode(claims.seen.root)}
    value["_sd_alg"] = "sha-256"
    value["_sd"] = list(claims.sd_digests)
    return value


def _check_names(value: dict[str, Any]) -> None:
    names = value.keys()
    if not names >= _ALWAYS:
        raise RecordError("claims", f"the payload lacks {', '.join(sorted(_ALWAYS - names))}")
    if not names <= NAMES:
        unknown = sorted(names - NAMES)[0]
        raise RecordError("claims", f"the payload has a member outside the closed set: {unknown[:40]!r}")


def _integer(value: dict[str, Any], name: str, least: int, most: int | None) -> int:
    number = value[name]
    if type(number) is not int or number < least or (most is not None and number > most):
        raise _refused(name)
    return number


def _digest(text: Any, name: str) -> bytes:
    if not (isinstance(text, str) and DIGEST.fullmatch(text)):
        raise _refused(name)
    return base64url.decode(text)


def _seen(value: Any) -> Seen:
    if not isinstance(value, dict) or value.keys() != {"size", "root"}:
        raise _refused("seen")
    return Seen(_integer(value, "size", 1, None), _digest(value["root"], "seen.root"))


def _digests(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAXIMUM_DIGESTS:
        raise _refused("_sd")
    before = ""
    for digest in value:
        if not (isinstance(digest, str) and DIGEST.fullmatch(digest)) or digest <= before:
            raise _refused("_sd")
        before = digest
    return tuple(value)


def _refused(name: str) -> RecordError:
    return RecordError("claims", f"{name} is not in the form of docs/format.md section 2")
