"""HTTP Digest (RFC 7616, MD5 with qop=auth as GA/T 1400.4 asks): challenges, and whether an answer holds.

A nonce is ours, lives 30 seconds and is good for one answer: an answer that was overheard is worth nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

NONCE_SECONDS = 30.0
MOST_NONCES = 20_000

_PARAMETER = re.compile(r'([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,\s*|$)')
_NEEDED = ("username", "realm", "nonce", "uri", "response", "nc", "cnonce", "qop")


class Nonces:
    """The nonces given out by this process. `now`: seconds of a clock that never goes back."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._given: OrderedDict[str, float] = OrderedDict()

    def give(self) -> str:
        """A new nonce."""
        self._forget()
        nonce = secrets.token_hex(16)
        self._given[nonce] = self._now()
        return nonce

    def take(self, nonce: str) -> bool:
        """Whether a nonce was given within 30 seconds and not taken before; it is taken now."""
        given = self._given.pop(nonce, None)
        return given is not None and self._now() - given <= NONCE_SECONDS

    def _forget(self) -> None:
        limit = self._now() - NONCE_SECONDS
        while self._given:
            oldest = next(iter(self._given))
            if self._given[oldest] >= limit and len(self._given) < MOST_NONCES:
                return
            del self._given[oldest]


def challenge(realm: str, nonce: str, *, stale: bool) -> str:
    """Value of `WWW-Authenticate`; `stale`: the account was right, the nonce was not."""
    again = ", stale=true" if stale else ""
    return f'Digest realm="{realm}", qop="auth", nonce="{nonce}", opaque="", algorithm=MD5{again}'


def answered(header: str | None) -> Mapping[str, str] | None:
    """The parameters of `Authorization: Digest …`; None where it is none, or lacks one that is needed."""
    found = None if header is None else quoted(header)
    return found if found is not None and all(name in found for name in _NEEDED) else None


def quoted(header: str) -> dict[str, str] | None:
    """The parameters of a challenge or an answer, by lower-case name; None where it is not Digest's."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest" or len(header) > 4_096:
        return None
    found: dict[str, str] = {}
    place, rest = 0, rest.strip()
    while place < len(rest):
        part = _PARAMETER.match(rest, place)
        if part is None or part[1].lower() in found:
            return None
        found[part[1].lower()] = re.sub(r"\\(.)", r"\1", part[2]) if part[2] is not None else part[3]
        place = part.end()
    return found


def answer_holds(told: Mapping[str, str], ha1: str, realm: str, method: str, target: str) -> bool:
    """Whether an answer is that of who knows the secret of `ha1`, for this request; the nonce aside."""
    right_form = (
        told["qop"].lower() == "auth"
        and told.get("algorithm", "MD5").upper() == "MD5"
        and told["realm"] == realm
        and re.fullmatch(r"[0-9a-fA-F]{8}", told["nc"]) is not None
        and _path(told["uri"]) == _path(target)
    )
    ha2 = _md5(f"{method}:{told['uri']}")
    parts = (ha1, told["nonce"], told["nc"], told["cnonce"], told["qop"], ha2)
    expected = _md5(":".join(parts))
    return hmac.compare_digest(expected.encode(), told["response"].lower().encode()) and right_form


def _path(target: str) -> str:
    """Path and query: some clients sign the whole URL."""
    parts = urlsplit(target)
    return f"{parts.path}?{parts.query}"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
