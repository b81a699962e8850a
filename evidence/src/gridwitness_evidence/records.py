"""Records: issuer-signed SD-JWTs (RFC 9901), read strictly, never re-serialised to be checked."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import base64url, strict_json
from .claims import DIGEST, MAXIMUM_DIGESTS, Claims, Seen, claims_from_value, claims_to_value
from .disclosures import MAXIMUM_ENCODED, Disclosure, make_disclosures, parse_disclosure
from .errors import RecordError
from .keys import PublicKey, SigningKey

MAXIMUM_ENTRY = 16_384
TYPE = "gw-record+sd-jwt"

_VISIBLE = re.compile(r"[\x21-\x7e]*")


@dataclass(frozen=True, slots=True)
class Record:
    """A parsed record.

    `entry` is the JWT as received (ASCII), `signing_input` its signed part, `signature` 64 bytes when whole;
    `disclosures[i]` belongs to `claims.sd_digests[i]`, None where it is not shown.
    """

    alg: str
    kid: str
    claims: Claims
    entry: str
    signing_input: bytes
    signature: bytes
    disclosures: tuple[Disclosure | None, ...]

    @property
    def identity(self) -> bytes:
        """SHA-256 of the signing input: the same for every signature over it."""
        return hashlib.sha256(self.signing_input).digest()

    @property
    def digest(self) -> bytes:
        """SHA-256 of the entry: what the next record of the subject names as `prev`."""
        return hashlib.sha256(self.entry.encode("ascii")).digest()

    @property
    def leaf_hash(self) -> bytes:
        """SHA-256(0x00 ‖ entry), RFC 9162 section 2.1.1."""
        return hashlib.sha256(b"\x00" + self.entry.encode("ascii")).digest()

    @property
    def fields(self) -> dict[str, Any]:
        """Name → value of the fields shown."""
        return {shown.name: shown.value for shown in self.disclosures if shown is not None}

    @property
    def presentation(self) -> str:
        """The SD-JWT with the fields shown, in the order of `_sd`."""
        return _presentation(self.entry, [shown for shown in self.disclosures if shown is not None])


def parse_presentation(text: str, *, complete: bool = False) -> Record:
    """Read an SD-JWT in the order of docs/format.md section 2; the first refusal is the answer.

    `complete` demands a disclosure for every digest (`disclosure-missing`), as acceptance does. The
    signature is not checked here: see `verify_signature`.
    """
    # 1. Size, before anything is decoded.
    entry, *encoded = text.split("~", MAXIMUM_DIGESTS + 2)
    _check_size(entry, encoded)
    # 2. Compact form.
    if not encoded or encoded.pop():
        raise RecordError("not-compact", "a presentation ends with ~ and carries no key-binding JWT")
    if "" in encoded or not _VISIBLE.fullmatch(text):
        raise RecordError("not-compact", "an empty disclosure, or a character that SD-JWT never has")
    # 3. to 7. The entry.
    record = _read_entry(entry)
    # 8. Disclosure by disclosure.
    return _with_disclosures(record, encoded, complete)


def parse_entry(entry: str) -> Record:
    """Read the part before the first `~` alone: a record that shows no field."""
    _check_size(entry, [])
    if not _VISIBLE.fullmatch(entry) or "~" in entry:
        raise RecordError("not-compact", "an entry has no ~ and only visible ASCII characters")
    return _read_entry(entry)


def verify_signature(record: Record, public_key: PublicKey) -> None:
    """`key-algorithm` when `alg` is not the key's, `signature` when it does not verify under that key."""
    if record.alg != public_key.alg:
        raise RecordError("key-algorithm", f"the record says {record.alg}, its key is {public_key.alg}")
    if record.kid != public_key.kid or not public_key.verify(record.signature, record.signing_input):
        raise RecordError("signature", f"the signature does not verify under key {public_key.kid}")


def sign_record(
    *,
    key: SigningKey,
    iss: str,
    aud: str,
    jti: str,
    kind: str,
    src: str,
    sub: str,
    seq: int,
    prev: bytes | None,
    iat: int,
    seen: Seen | None,
    fields: Mapping[str, Any],
    salt: Callable[[int], bytes] = os.urandom,
) -> Record:
    """Sign one record; refuses with the code that parsing it would give.

    `prev` 32 bytes (None at `seq` 0), `iat` Unix seconds, `salt(n)` n random bytes.
    """
    if len(fields) > MAXIMUM_DIGESTS:
        raise RecordError("too-large", f"{len(fields)} fields; a record holds at most {MAXIMUM_DIGESTS}")
    disclosures = sorted(make_disclosures(fields, salt), key=lambda disclosure: disclosure.digest)
    digests = tuple(disclosure.digest for disclosure in disclosures)
    payload = claims_to_value(Claims(iss, aud, jti, kind, src, sub, seq, prev, iat, seen, digests))
    claims = claims_from_value(payload)
    signing_input = f"{_header(key.alg, key.kid)}.{base64url.encode(strict_json.compact(payload))}"
    signature = key.sign(signing_input.encode("ascii"))
    entry = f"{signing_input}.{base64url.encode(signature)}"
    _check_size(entry, [])
    return Record(
        key.alg, key.kid, claims, entry, signing_input.encode("ascii"), signature, tuple(disclosures)
    )


def redact(record: Record, names: Collection[str]) -> str:
    """The presentation without the fields `names`; `field-unknown` for a name the record does not show."""
    unknown = set(names) - record.fields.keys()
    if unknown:
        raise RecordError("field-unknown", f"the record shows no field {sorted(unknown)[0]!r}")
    shown = [item for item in record.disclosures if item is not None and item.name not in names]
    return _presentation(record.entry, shown)


def _presentation(entry: str, shown: list[Disclosure]) -> str:
    return "~".join([entry, *(disclosure.encoded for disclosure in shown), ""])


def _check_size(entry: str, encoded: list[str]) -> None:
    if len(entry) > MAXIMUM_ENTRY:
        raise RecordError("too-large", f"the entry is over {MAXIMUM_ENTRY} bytes")
    if len(encoded) > MAXIMUM_DIGESTS + 1:
        raise RecordError("too-large", f"more than {MAXIMUM_DIGESTS} disclosures")
    if any(len(disclosure) > MAXIMUM_ENCODED for disclosure in encoded):
        raise RecordError("too-large", f"a disclosure is over {MAXIMUM_ENCODED} bytes; put it in a file")


def _read_entry(entry: str) -> Record:
    parts = entry.split(".")
    if len(parts) != 3:
        raise RecordError("not-compact", "an entry is header, payload and signature, joined by dots")
    # 3. base64url of all three, before any is read.
    header, payload, signature = (base64url.decode(part) for part in parts)
    # 4. and 5. Header. 6. and 7. Payload.
    alg, kid = _read_header(header)
    claims = claims_from_value(strict_json.loads(payload))
    signing_input = entry[: len(parts[0]) + 1 + len(parts[1])].encode("ascii")
    return Record(alg, kid, claims, entry, signing_input, signature, (None,) * len(claims.sd_digests))


@lru_cache(maxsize=256)  # a signer's header is the same in all its records
def _read_header(header: bytes) -> tuple[str, str]:
    value = strict_json.loads(header)
    if not isinstance(value, dict) or value.keys() != {"alg", "kid", "typ"}:
        raise RecordError("header", "the header has exactly alg, kid and typ")
    alg, kid = value["alg"], value["kid"]
    if alg not in ("ES256", "EdDSA") or value["typ"] != TYPE:
        raise RecordError("header", f"alg is ES256 or EdDSA and typ is {TYPE}")
    if not (isinstance(kid, str) and DIGEST.fullmatch(kid)):
        raise RecordError("header", "kid is an RFC 7638 thumbprint: 43 characters of base64url")
    return alg, kid


@lru_cache(maxsize=256)
def _header(alg: str, kid: str) -> str:
    return base64url.encode(strict_json.canonical({"alg": alg, "kid": kid, "typ": TYPE}))


def _with_disclosures(record: Record, encoded: list[str], complete: bool) -> Record:
    places = {digest: at for at, digest in enumerate(record.claims.sd_digests)}
    shown: list[Disclosure | None] = [None] * len(places)
    names: set[str] = set()
    for text in encoded:
        disclosure = parse_disclosure(text)
        if disclosure.name in names:
            raise RecordError("disclosure-duplicate", f"field {disclosure.name} is disclosed twice")
        names.add(disclosure.name)
        place = places.get(disclosure.digest)
        if place is None:
            raise RecordError(
                "disclosure-unreferenced", f"field {disclosure.name} is not committed to in the record"
            )
        shown[place] = disclosure
    if complete and None in shown:
        raise RecordError("disclosure-missing", "acceptance needs the disclosure of every digest; send all")
    return Record(
        record.alg,
        record.kid,
        record.claims,
        record.entry,
        record.signing_input,
        record.signature,
        tuple(shown),
    )
