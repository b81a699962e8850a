"""Records as SD-JWT (docs/format.md section 2): an entry, its disclosures, its signature."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from . import base64url, strict_json
from .claims import check_header, read_claims
from .errors import VerificationError
from .jwk import parse_jwk
from .merkle import hash_leaf

MAXIMUM_ENTRY = 16_384
MAXIMUM_DISCLOSURES = 128
MAXIMUM_DISCLOSURE = 65_536
_MAXIMUM_PRESENTATION = MAXIMUM_ENTRY + 1 + MAXIMUM_DISCLOSURES * (MAXIMUM_DISCLOSURE + 1)

_VISIBLE = re.compile(r"[\x21-\x7e]*\Z")
# 16 bytes, canonical: the last character has four unused bits.
_SALT = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]\Z")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}(\.[a-z0-9_]{1,63}){0,2}\Z")
# What most disclosures are: no space, and a value that is null or text in which nothing is escaped. Text that
# matches is strict JSON of the right form; what does not match is parsed.
_PLAIN = re.compile(
    rb'\["[A-Za-z0-9_-]{21}[AQgw]","([a-z][a-z0-9_]{0,62}(?:\.[a-z0-9_]{1,63}){0,2})",'
    rb'(?:null|"([^"\\\x00-\x1f]*)")\]\Z'
)
_CLAIM_NAMES = frozenset(
    ["iss", "aud", "jti", "kind", "src", "sub", "seq", "prev", "iat", "seen"]
)  # `_sd…` fails the pattern


# A header is longer only by space that nobody needs; such a one is parsed each time.
_CACHED_HEADER = 256


class Entry(NamedTuple):
    """An entry. `identity`, `digest`, `leaf_hash`, `prev`, `seen_root` are 32 bytes; `sd_digests` b64u."""

    alg: str
    kid: str
    iss: str
    aud: str
    jti: str
    kind: str
    src: str
    sub: str
    seq: int
    prev: bytes | None
    iat: int
    seen_size: int | None
    seen_root: bytes | None
    sd_digests: tuple[str, ...]
    entry: str
    signing_input: bytes
    signature: bytes
    digest: bytes

    @property
    def identity(self) -> bytes:
        return sha256(self.signing_input).digest()

    @property
    def leaf_hash(self) -> bytes:
        return hash_leaf(self.entry.encode("ascii"))


class Disclosure(NamedTuple):
    """One disclosed field; `digest` is b64u as it stands in `_sd`."""

    name: str
    value: Any
    digest: str
    encoded: str


def parse_entry(entry: str) -> Entry:
    """Parse an entry (the issuer-signed JWT), its signature unverified. Raises VerificationError."""
    # 1. size
    if len(entry) > MAXIMUM_ENTRY:
        raise VerificationError("too-large", f"an entry of {len(entry)} bytes; {MAXIMUM_ENTRY} are allowed")
    # 2. compact form
    if not _VISIBLE.match(entry) or "~" in entry or entry.count(".") != 2:
        raise VerificationError("not-compact", "an entry is three parts joined by dots")
    header_part, payload_part, signature_part = entry.split(".")
    # 3. base64url of every part, before any is read
    header_bytes, payload_bytes, signature = map(
        base64url.decode, (header_part, payload_part, signature_part)
    )
    # 4. header
    parse = _parse_header if len(header_bytes) <= _CACHED_HEADER else _parse_header.__wrapped__
    alg, kid = parse(header_bytes)
    # 5. payload
    claims = read_claims(payload_bytes)
    return _entry(entry, alg, kid, claims, signature)


@lru_cache(maxsize=4096)
def _parse_header(data: bytes) -> tuple[str, str]:
    """`alg` and `kid`. Every record of a key has the same header, and a log has many records of few keys."""
    header = check_header(strict_json.loads(data))
    return header["alg"], header["kid"]


def _entry(entry: str, alg: str, kid: str, claims: dict[str, Any], signature: bytes) -> Entry:
    raw = entry.encode("ascii")
    signing_input = raw[: raw.rindex(b".")]
    prev, seen = claims.get("prev"), claims.get("seen")
    return Entry(
        alg=alg,
        kid=kid,
        iss=claims["iss"],
        aud=claims["aud"],
        jti=claims["jti"],
        kind=claims["kind"],
        src=claims["src"],
        sub=claims["sub"],
        seq=claims["seq"],
        prev=None if prev is None else base64url.decode(prev),
        iat=claims["iat"],
        seen_size=None if seen is None else seen["size"],
        seen_root=None if seen is None else base64url.decode(seen["root"]),
        sd_digests=tuple(claims["_sd"]),
        entry=entry,
        signing_input=signing_input,
        signature=signature,
        digest=sha256(raw).digest(),
    )


def parse_disclosure(encoded: str) -> Disclosure:
    """Parse one encoded disclosure. Raises VerificationError."""
    name, value = read_disclosure(encoded)
    return Disclosure(name, value, disclosure_digest(encoded), encoded)


def read_disclosure(encoded: str) -> tuple[str, Any]:
    """Name and value of one encoded disclosure. Raises VerificationError."""
    if len(encoded) > MAXIMUM_DISCLOSURE:
        raise VerificationError("too-large", f"a disclosure of {len(encoded)} bytes")
    data = base64url.decode(encoded)
    return _plain(data) or _read_parsed(data)


def _read_parsed(data: bytes) -> tuple[str, Any]:
    value = strict_json.loads(data)
    if not isinstance(value, list) or len(value) != 3:
        raise VerificationError("disclosure-form", "a disclosure is [salt, name, value]")
    salt, name, content = value
    if not isinstance(salt, str) or not _SALT.match(salt):
        raise VerificationError("disclosure-form", "a salt is 16 bytes in 22 base64url characters")
    if not isinstance(name, str) or not _NAME.match(name) or name in _CLAIM_NAMES:
        raise VerificationError("disclosure-form", "the name is not a field name")
    if isinstance(content, dict | list):
        _refuse_nested(content)
    return name, content


def _plain(data: bytes) -> tuple[str, str | None] | None:
    """Name and value of a disclosure that is written as most are, None where it has to be parsed."""
    match = _PLAIN.match(data)
    if match is None:
        return None
    name, value = match.groups()
    field = name.decode("ascii")
    if field in _CLAIM_NAMES:
        return None
    try:
        return field, None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return None


def disclosure_digest(encoded: str) -> str:
    """The b64u SHA-256 that stands in `_sd` for an encoded disclosure."""
    return base64url.encode(sha256(encoded.encode("ascii", "replace")).digest())


def digests_in_bytes(entry: Entry) -> list[bytes]:
    """The digests of `_sd`, 32 bytes each."""
    # 43 characters and an A are 33 bytes, so that all can be decoded at once.
    joined = base64url.decode("".join(f"{digest}A" for digest in entry.sd_digests))
    return [joined[start : start + 32] for start in range(0, len(joined), 33)]


def match_disclosures(entry: Entry, encoded: Iterable[str]) -> list[Disclosure]:
    """Parse disclosures and tie each to a digest of the entry. Raises at the first that does not belong."""
    digests, seen_digests, names = frozenset(entry.sd_digests), set[str](), set[str]()
    disclosures = []
    for text in encoded:
        disclosure = parse_disclosure(text)
        if disclosure.digest in seen_digests or disclosure.name in names:
            raise VerificationError("disclosure-duplicate", f"{disclosure.name!r} is disclosed twice")
        if disclosure.digest not in digests:
            raise VerificationError("disclosure-unreferenced", f"{disclosure.name!r} has no digest in _sd")
        seen_digests.add(disclosure.digest)
        names.add(disclosure.name)
        disclosures.append(disclosure)
    return disclosures


def require_all_disclosures(entry: Entry, disclosures: Collection[Disclosure]) -> None:
    """Raises VerificationError `disclosure-missing` unless every digest of the entry has its disclosure."""
    missing = len(entry.sd_digests) - len(disclosures)
    if missing:
        raise VerificationError("disclosure-missing", f"{missing} digests have no disclosure")


def split_presentation(text: str) -> tuple[str, list[str]]:
    """Entry and encoded disclosures of `<entry>~<disclosure>~…~`, sizes first. Raises VerificationError."""
    if len(text) > _MAXIMUM_PRESENTATION:
        raise VerificationError("too-large", f"a record of {len(text)} bytes")
    entry, *rest = text.split("~")
    disclosures = rest[:-1] if rest and not rest[-1] else rest
    if len(entry) > MAXIMUM_ENTRY or len(disclosures) > MAXIMUM_DISCLOSURES:
        raise VerificationError(
            "too-large", f"an entry of {len(entry)} bytes, {len(disclosures)} disclosures"
        )
    if any(len(item) > MAXIMUM_DISCLOSURE for item in disclosures):
        raise VerificationError("too-large", f"a disclosure of more than {MAXIMUM_DISCLOSURE} bytes")
    if not rest or rest[-1]:
        raise VerificationError("not-compact", "a record ends with '~' and carries no key-binding JWT")
    if not all(disclosures) or not _VISIBLE.match(text):
        raise VerificationError("not-compact", "an empty disclosure, or a character no record has")
    return entry, disclosures


def parse_presentation(text: str) -> tuple[Entry, list[Disclosure]]:
    """Parse a whole record with the disclosures it shows. Raises VerificationError at the first refusal."""
    entry_text, encoded = split_presentation(text)
    entry = parse_entry(entry_text)
    return entry, match_disclosures(entry, encoded)


def verify_signature(entry: Entry, jwk: Any) -> None:
    """The entry is signed by the key `jwk`, which is the one its `kid` names. Raises VerificationError."""
    key = parse_jwk(jwk)
    if key.algorithm != entry.alg:
        raise VerificationError(
            "key-algorithm", f"a key for {key.algorithm} and a record that says {entry.alg}"
        )
    if key.thumbprint != entry.kid:
        raise VerificationError(
            "signature", f"the key given is {key.thumbprint}, the record names {entry.kid}"
        )
    key.verify(entry.signature, entry.signing_input)


def _refuse_nested(value: Any) -> None:
    if isinstance(value, dict):
        if "_sd" in value or "..." in value:
            raise VerificationError("disclosure-nested", "a value holds `_sd` or `...`")
        for item in value.values():
            _refuse_nested(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_nested(item)
