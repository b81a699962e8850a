"""Disclosures of a stored record: every one is hashed again, and what is missing has to be a proved
erasure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any, NamedTuple

from gridwitness_verifier.audit.stored_record import StoredRecord
from gridwitness_verifier.bundle.time_check import moment
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.record import Entry, digests_in_bytes, read_disclosure

_ALTERED = "its hash is not the one in the signed entry"


class Fields(NamedTuple):
    """What a record discloses. `missing` are digests whose disclosure is NULL;
    `broken` if one is not its own.
    """

    values: dict[str, Any]
    missing: tuple[str, ...]
    broken: bool

    @property
    def complete(self) -> bool:
        return not self.missing and not self.broken


def open_fields(tally: Tally, stored: StoredRecord, entry: Entry) -> Fields:
    """Element i of the stored disclosures belongs to digest i of the entry; each is re-hashed."""
    if stored.disclosures is None or len(stored.disclosures) != len(entry.sd_digests):
        found = "unreadable" if stored.disclosures is None else f"{len(stored.disclosures)}"
        detail = f"{found} disclosures for {len(entry.sd_digests)} digests"
        tally.fail("disclosure-count", detail, **_where(stored, entry))
        return Fields({}, (), broken=True)
    values: dict[str, Any] = {}
    missing: list[str] = []
    broken = False
    tally.checked += len(stored.disclosures)
    for position, (encoded, digest) in enumerate(
        zip(stored.disclosures, digests_in_bytes(entry), strict=True)
    ):
        if encoded is None:
            missing.append(entry.sd_digests[position])
            continue
        problem = _open(values, encoded, digest)
        if problem is not None:
            code, field, detail = problem
            tally.fail(code, f"disclosure {position}: {detail}", field=field, **_where(stored, entry))
            broken = True
    return Fields(values, tuple(missing), broken)


def _where(stored: StoredRecord, entry: Entry) -> dict[str, Any]:
    return {**stored.at("disclosures"), "sub": entry.sub, "seq": entry.seq}


def _open(values: dict[str, Any], encoded: str, digest: bytes) -> tuple[str, str | None, str] | None:
    """Add one disclosed field to `values`, or say (code, field, what is wrong)."""
    right = sha256(encoded.encode("ascii", "replace")).digest() == digest
    try:
        name, value = read_disclosure(encoded)
    except VerificationError as error:
        return (error.code, None, error.message) if right else ("altered", None, _ALTERED)
    if not right:
        return "altered", name, _ALTERED
    if name in values:
        return "disclosure-duplicate", name, "a field disclosed twice"
    values[name] = value
    return None


def erasure_defect(values: dict[str, Any], signed_at: int) -> str | None:
    """Why an erasure record is not in order by what it says itself (format section 13), or None.

    `signed_at`: its `iat`, which the check `time` holds to the blocks.
    """
    if values.get("requested_by") == values.get("approved_by"):
        return "who asked for it approved it as well"
    ended = values.get("retention_ended")
    # Times of this form compare as text.
    if isinstance(ended, str) and ended > moment(signed_at):
        return f"it was signed at {moment(signed_at)}, and retention ends at {ended}"
    return None


_UNPROVED = """
SELECT m.log, m.leaf, m.jti, m.sub, m.digest, m.kind, m.names, e.field, e.leaf, e.log, e.defect, e.jti
FROM missing m JOIN line ml ON ml.log = m.log
LEFT JOIN (erasure e JOIN line el ON el.log = e.log)
       ON el.line = ml.line AND e.sub = m.sub AND e.digest = m.digest
ORDER BY m.log, m.leaf, m.jti, m.digest
"""


@dataclass(frozen=True, slots=True)
class ErasureRule:
    """What makes an erasure proved: the field is erasable for the kind, and its record is anchored."""

    erasable: dict[str, frozenset[str]]
    anchored_size: dict[str, int]

    def refusal(
        self,
        kind: str,
        names: list[str] | None,
        field: str | None,
        leaf: int | None,
        log: str | None,
        defect: str | None,
    ) -> str | None:
        """Why a missing disclosure is not a proved erasure, or None when it is one.

        `leaf` and `log` are those of the erasure's record, which may stand in a successor; `defect` is what
        it says against itself.
        """
        if field is None:
            return "no erasure of its subject names this digest"
        if field not in self.erasable.get(kind, frozenset()):
            return f"an erasure names it as {field}, which may not be erased"
        if names is not None and field not in names:
            return f"an erasure names it as {field}, which is still there; missing are {', '.join(names)}"
        if leaf is None or leaf >= self.anchored_size.get(log or "", 0):
            return "its erasure is not anchored"
        return defect


def check_missing(tally: Tally, scratch: Scratch, rule: ErasureRule) -> int:
    """Every missing disclosure is erased by rule, or withheld: a failure. Gives the number erased."""
    scratch.execute("CREATE INDEX IF NOT EXISTS erasure_digest ON erasure (sub, digest)")
    erased = 0
    for (log, leaf, jti, sub, digest), rows in groupby(scratch.rows(_UNPROVED), key=lambda row: row[:5]):
        # Two erasures may name one digest; one that is in order is enough.
        claims = list(rows)
        kind, names = claims[0][5], json.loads(claims[0][6]) if claims[0][6] else None
        refusals = [
            (field, rule.refusal(kind, names, field, by_leaf, by_log, defect))
            for *_, field, by_leaf, by_log, defect, _ in claims
        ]
        if any(refusal is None for _, refusal in refusals):
            erased += 1
            continue
        field, refusal = refusals[0]
        detail = f"disclosure {digest} is missing: {refusal}"
        if claims[0][-1]:
            detail += f" (erasure {claims[0][-1]})"
        missing = names[0] if names and len(names) == 1 else field
        code = "withheld" if field is None else "erasure-refused"
        where = {"table": "records.record", "key": jti, "column": "disclosures"}
        tally.fail(code, detail, log=log, index=leaf, jti=jti, sub=sub, field=missing, **where)
    return erased
