"""Header and claims of a record: closed sets, each member with its form (docs/format.md section 2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import lt
from typing import Any

from . import strict_json
from .errors import VerificationError
from .strict_json import MAXIMUM_INTEGER

_HEADER_MEMBERS = frozenset({"alg", "kid", "typ"})
_ALWAYS = frozenset(["iss", "aud", "jti", "kind", "src", "sub", "seq", "iat", "_sd_alg", "_sd"])
_SOMETIMES = frozenset({"prev", "seen"})
_DIGEST_FORM = r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
_AGENCY_FORM = r"[0-9A-Z]{6,18}"
_ORIGIN_FORM = rf"gridwitness/[0-9a-f]{{32}}/{_AGENCY_FORM}(?:-(?:[2-9]|[1-9][0-9]{{1,3}}))?"
_JTI_FORM = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_KIND_FORM = r"[a-z][a-z0-9]*(?:\.[a-z][a-z0-9]*)+\.v[1-9][0-9]{0,2}"
_SUBJECT_FORM = r"[0-9a-f]{32}"
_DIGEST = re.compile(rf"{_DIGEST_FORM}\Z")
_DIGESTS = re.compile(rf"{_DIGEST_FORM}(?:~{_DIGEST_FORM})*\Z")

AGENCY = re.compile(rf"{_AGENCY_FORM}\Z")
ORIGIN = re.compile(rf"{_ORIGIN_FORM}\Z")
JTI = re.compile(rf"{_JTI_FORM}\Z")
KIND = re.compile(rf"(?=.{{1,64}}\Z){_KIND_FORM}\Z")
SUBJECT = re.compile(rf"{_SUBJECT_FORM}\Z")

# A payload as signers write it: no space, nothing escaped, the claims in this order. It takes no claim that
# `check_claims` refuses; what does not match is parsed.
_PLAIN = re.compile(
    rf'{{"iss":"({_AGENCY_FORM})","aud":"({_ORIGIN_FORM})","jti":"({_JTI_FORM})",'
    rf'"kind":"((?=[a-z0-9.]{{1,64}}"){_KIND_FORM})","src":"(self|device|import)","sub":"({_SUBJECT_FORM})",'
    rf'"seq":(0|[1-9][0-9]{{0,8}}),(?:"prev":"({_DIGEST_FORM})",)?"iat":(0|[1-9][0-9]{{0,14}}),'
    rf'(?:"seen":{{"size":([1-9][0-9]{{0,14}}),"root":"({_DIGEST_FORM})"}},)?'
    rf'"_sd_alg":"sha-256","_sd":\["({_DIGEST_FORM}(?:","{_DIGEST_FORM}){{0,127}})"\]}}\Z'
)


def check_header(header: Any) -> dict[str, Any]:
    """The header itself when its form is right; raises VerificationError `header`."""
    if not isinstance(header, dict) or header.keys() != _HEADER_MEMBERS:
        raise VerificationError("header", "a header has exactly alg, kid and typ")
    if header["alg"] not in ("ES256", "EdDSA"):
        raise VerificationError("header", "alg is neither ES256 nor EdDSA")
    if not is_digest(header["kid"]):
        raise VerificationError("header", "kid is not a base64url SHA-256 thumbprint")
    if header["typ"] != "gw-record+sd-jwt":
        raise VerificationError("header", "typ is not gw-record+sd-jwt")
    return header


def read_claims(payload: bytes) -> dict[str, Any]:
    """The claims of a payload, every one in its form; raises VerificationError `claims` or `json-…`."""
    return _plain_claims(payload) or check_claims(strict_json.loads(payload))


def _plain_claims(payload: bytes) -> dict[str, Any] | None:
    """The claims of a payload that is written as most are, None where it has to be parsed."""
    match = _PLAIN.match(payload.decode("ascii")) if payload.isascii() else None
    if match is None:
        return None
    iss, aud, jti, kind, src, sub, seq, prev, iat, size, root, digests = match.groups()
    sd = digests.split('","')
    if (prev is None) != (seq == "0") or not _ascends(sd):
        return None
    claims = {"iss": iss, "aud": aud, "jti": jti, "kind": kind, "src": src, "sub": sub, "seq": int(seq)}
    if prev is not None:
        claims["prev"] = prev
    claims["iat"] = int(iat)
    if size is not None:
        claims["seen"] = {"size": int(size), "root": root}
    return {**claims, "_sd_alg": "sha-256", "_sd": sd}


def check_claims(claims: Any) -> dict[str, Any]:
    """The claims themselves when every one has its form; raises VerificationError `claims`."""
    if not isinstance(claims, dict):
        raise VerificationError("claims", "the payload is not an object")
    if not claims.keys() >= _ALWAYS or not claims.keys() <= _ALWAYS | _SOMETIMES:
        raise VerificationError("claims", "a claim is missing or not one of the closed set")
    for name, value in claims.items():
        if not _FORMS[name](value):
            raise VerificationError("claims", f"claim {name} does not have its form")
    if ("prev" in claims) != (claims["seq"] > 0):
        raise VerificationError("claims", "prev is present exactly when seq is above 0")
    return claims


def is_digest(value: Any) -> bool:
    """True for a canonical base64url SHA-256 digest (43 characters, unused bits zero)."""
    return isinstance(value, str) and _DIGEST.match(value) is not None


def is_integer(value: Any, low: int, high: int = MAXIMUM_INTEGER) -> bool:
    """True for an integer (not a boolean) in [low, high]."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.match(value) is not None


def _is_seen(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() != {"size", "root"}:
        return False
    return is_integer(value["size"], 1) and is_digest(value["root"])


def _is_digest_list(value: Any) -> bool:
    if not isinstance(value, list) or not 1 <= len(value) <= 128:
        return False
    # One look at all of them. The length leaves room for no `~` but those that join puts in.
    try:
        joined = "~".join(value)
    except TypeError:
        return False
    if len(joined) != 44 * len(value) - 1 or _DIGESTS.match(joined) is None:
        return False
    return _ascends(value)


def _ascends(digests: list[str]) -> bool:
    return all(map(lt, digests, digests[1:]))


_FORMS: dict[str, Callable[[Any], bool]] = {
    "iss": _matches(AGENCY),
    "aud": _matches(ORIGIN),
    "jti": _matches(JTI),
    "kind": _matches(KIND),
    "src": lambda value: value in ("self", "device", "import"),
    "sub": _matches(SUBJECT),
    "seq": lambda value: is_integer(value, 0, 2**31 - 1),
    "prev": is_digest,
    "iat": lambda value: is_integer(value, 0),
    "seen": _is_seen,
    "_sd_alg": lambda value: value == "sha-256",
    "_sd": _is_digest_list,
}
