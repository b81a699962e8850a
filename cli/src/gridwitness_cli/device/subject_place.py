"""Where a record goes: the log, and the place in the subject's history that it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness_evidence import EvidenceError, Seen, base64url

_SUBJECT = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class SubjectPlace:
    """`seq` and `prev` of the record to be signed; `sub` None where it opens a new subject."""

    origin: str
    seen: Seen | None
    sub: str | None = None
    seq: int = 0
    prev: bytes | None = None

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> SubjectPlace:
        """The platform's answer, or what `submit head` wrote of it. Raises InvalidInput `head-invalid`."""
        try:
            seen, sub = value.get("seen"), value.get("sub")
            if sub is None:
                return cls(_text(value["origin"]), _seen(seen))
            checked_subject(sub)
            return cls(
                _text(value["origin"]), _seen(seen), sub, int(value["next_seq"]), digest(value["prev"])
            )
        except (KeyError, TypeError, ValueError, EvidenceError) as error:
            raise InvalidInput(
                "head-invalid",
                f"This is no head of a subject or log: {error!r}.",
                "fetch it with `gridwitness submit head`",
            ) from error

    def to_json(self) -> dict[str, Any]:
        """As the platform gives it."""
        seen = None
        if self.seen is not None:
            seen = {"size": self.seen.size, "root": base64url.encode(self.seen.root)}
        place: dict[str, Any] = {"origin": self.origin, "seen": seen}
        if self.sub is not None and self.prev is not None:
            place |= {"sub": self.sub, "seq": self.seq - 1, "next_seq": self.seq}
            place["prev"] = base64url.encode(self.prev)
        return place


def checked_subject(sub: str) -> str:
    """Raises InvalidInput `subject-form` for what is no 32 hex digits."""
    if not isinstance(sub, str) or not _SUBJECT.fullmatch(sub):
        raise InvalidInput(
            "subject-form", f"{sub!r} is no subject.", "32 hex digits, or `new` for a subject of its own"
        )
    return sub


def seen_option(text: str) -> Seen:
    """`SIZE:ROOT` (root in base64url). Raises InvalidInput `seen-form`."""
    size, _, root = text.partition(":")
    try:
        return _seen_of(int(size), root)
    except (ValueError, EvidenceError):
        raise InvalidInput(
            "seen-form", f"{text!r} is no tree head.", "SIZE:ROOT, from `gridwitness submit head`"
        ) from None


def digest(text: Any) -> bytes:
    """32 bytes in base64url. Raises ValueError, EvidenceError."""
    value = base64url.decode(_text(text))
    if len(value) != 32:
        raise ValueError("a digest has 32 bytes")
    return value


def _seen(value: Any) -> Seen | None:
    return None if value is None else _seen_of(int(value["size"]), value["root"])


def _seen_of(size: int, root: Any) -> Seen:
    if size < 1:
        raise ValueError("a head has at least one leaf")
    return Seen(size, digest(root))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value
