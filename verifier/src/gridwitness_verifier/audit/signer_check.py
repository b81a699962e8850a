"""Who signed: the signature itself, and the key's standing in `Members` when the record was anchored
(format §7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwitness_verifier.audit.stored_record import StoredRecord
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.jwk import PublicKey, parse_jwk
from gridwitness_verifier.key_state import KeyJudgement, judge_key_since
from gridwitness_verifier.kinds import KINDS, OFFER
from gridwitness_verifier.log.contract_history import AcceptedHead, KeyHistory
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.record import Entry, parse_disclosure
from gridwitness_verifier.report.verdict import Result

if TYPE_CHECKING:
    from gridwitness_verifier.audit.snapshot import Snapshot

_OFFERS = """
SELECT CASE WHEN cardinality(disclosures) <= 128 AND coalesce(array_ndims(disclosures), 1) = 1
             AND octet_length(array_to_string(disclosures, '')) <= 262144
            THEN disclosures END
FROM records.record WHERE kind = %s
"""


def read_keys(snapshot: Snapshot) -> dict[str, PublicKey]:
    """Every key that a `key.offered` record holds, by RFC 7638 thumbprint.

    A thumbprint names its key by itself, so nothing else about the record matters here.
    """
    keys: dict[str, PublicKey] = {}
    for (disclosures,) in snapshot.stream(_OFFERS, [OFFER]):
        for encoded in disclosures or ():
            try:
                disclosure = parse_disclosure(encoded or "")
                key = parse_jwk(disclosure.value) if disclosure.name == "jwk" else None
            except VerificationError:
                continue
            if key is not None:
                keys[key.thumbprint] = key
    return keys


class SignatureCheck:
    """Verifies one signature after the other under the keys offered in the logs."""

    def __init__(self, tally: Tally, keys: dict[str, PublicKey]) -> None:
        self._tally = tally
        self._keys = keys

    def check(self, stored: StoredRecord, entry: Entry) -> None:
        """The entry's signature, under the key its `kid` names."""
        self._tally.checked += 1
        key = self._keys.get(entry.kid)
        try:
            if key is None:
                raise VerificationError("key-not-offered", f"no key.offered record holds key {entry.kid}")
            if key.algorithm != entry.alg:
                raise VerificationError(
                    "key-algorithm", f"a key for {key.algorithm}, the record says {entry.alg}"
                )
            key.verify(entry.signature, entry.signing_input)
        except VerificationError as error:
            self._tally.fail(error.code, error.message, **stored.at("entry"), sub=entry.sub, seq=entry.seq)


class KeyCheck:
    """Judges the signing key of one record after the other, and counts who stands for it."""

    def __init__(self, keys: Tally, vouching: Tally, judge: KeyJudge) -> None:
        self._tally = keys
        self._vouching = vouching
        self._judge = judge
        self.own_only = 0

    def check(self, stored: StoredRecord, entry: Entry, head: AcceptedHead | None) -> None:
        """The key counts at the anchor's block (an unanchored record:
        now) and has the purpose of the kind.
        """
        kind = KINDS.get(entry.kind)
        if kind is None or entry.kind == OFFER:
            return
        self._tally.checked += 1
        self._vouching.checked += 1
        judgement, purpose = self._judge.judge(entry.iss, entry.kid, head)
        if judgement.vouching is None and judgement.result != Result.FAILED:
            self.own_only += 1
        if judgement.result == Result.PROVED and purpose in kind.purposes:
            return
        where = {**stored.where, "sub": entry.sub, "seq": entry.seq}
        if judgement.result == Result.FAILED:
            self._tally.fail(judgement.code, f"key {entry.kid} of {entry.iss}: {judgement.reason}", **where)
            self.own_only += judgement.code == "key-unconfirmed"
            return
        if judgement.result == Result.DISPUTED:
            self._tally.dispute(
                judgement.code, f"key {entry.kid} of {entry.iss}: {judgement.reason}", **where
            )
        if purpose not in kind.purposes:
            detail = f"{entry.kind} signed with a key for {purpose}; it takes {' or '.join(kind.purposes)}"
            self._tally.fail("key-purpose", detail, **where)


class KeyJudge:
    """Judges keys by the chain's history, each at each block once; `now` (block, Unix seconds) is for
    records that no anchor covers yet.
    """

    def __init__(self, history: KeyHistory, now: tuple[int, int]) -> None:
        self._history = history
        self._now = now
        self._judged: dict[tuple[str, str, int, int], tuple[KeyJudgement, str | None]] = {}

    def judge(self, agency: str, kid: str, head: AcceptedHead | None) -> tuple[KeyJudgement, str | None]:
        """The judgement at the block of `head`, and the key's purpose there."""
        block, time = (head.event.at.block, head.time) if head else self._now
        known = (agency, kid, block, time)
        if known not in self._judged:
            if len(self._judged) > 10_000:
                self._judged.clear()
            self._judged[known] = self._judge_anew(agency, kid, block, time)
        return self._judged[known]

    def _judge_anew(self, agency: str, kid: str, block: int, time: int) -> tuple[KeyJudgement, str | None]:
        then, latest = self._history.state(agency, kid, block), self._history.state(agency, kid)
        return judge_key_since(then, latest, time), then.purpose
