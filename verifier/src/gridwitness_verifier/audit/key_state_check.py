"""Stored key states: each proof verified, and compared with the events of `Members` (format §7)."""

from __future__ import annotations

from gridwitness_verifier import base64url, strict_json
from gridwitness_verifier.audit.entry_pass import LogWalk
from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.key_state import KeyState, verify_key_state
from gridwitness_verifier.log.contract_history import AcceptedHead, KeyHistory
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.trust import Trust

_STATES = """
SELECT coalesce(left(agency, 100), ''), coalesce(left(kid, 100), ''), left(proof::text, 4000000)
FROM records.key_state WHERE log = %s AND size = %s
"""
_NEWEST_ANCHOR = "SELECT coalesce(max(size), 0) FROM records.anchor WHERE log = %s"
_ORPHANS = """
SELECT left(k.log, 100), k.size, left(k.agency, 100), left(k.kid, 100) FROM records.key_state k
WHERE NOT EXISTS (SELECT FROM records.anchor a WHERE a.log = k.log AND a.size = k.size) ORDER BY 1, 2
"""


class KeyStateCheck:
    """Checks the stored key states of one anchor after the other, for the signers of the leaves under it."""

    def __init__(
        self, tally: Tally, snapshot: Snapshot, trust: Trust, history: KeyHistory, settled: int
    ) -> None:
        self._tally = tally
        self._snapshot = snapshot
        self._trust = trust
        self._history = history
        self._settled = settled

    def check(self, walk: LogWalk, size: int, signers: set[tuple[str, str]]) -> None:
        """Every signer's state at the block of the head of `size` is stored, proved and as replayed."""
        head = walk.log.covering(size - 1)
        if head is None or head.event.at.block > self._settled:
            return
        missing = set(signers)
        for agency, kid, proof in self._snapshot.rows(_STATES, [walk.log.name, size]):
            missing.discard((agency, kid))
            where = {
                "log": walk.log.name,
                "index": size,
                "table": "records.key_state",
                "key": f"{agency} {kid}",
            }
            try:
                state = self._prove(agency, kid, proof, head)
            except VerificationError as error:
                self._tally.fail(error.code, f"stored key state: {error.message}", **where)
                continue
            if state != self._history.state(agency, kid, head.event.at.block):
                self._tally.fail(
                    "key-state-differs", "the proof shows another state than the events", **where
                )
        if missing and size > self._newest_stored(walk.log.name):
            return  # on the chain and not stored yet, both in one transaction: `anchors` names it
        for agency, kid in sorted(missing):
            detail = f"no state of key {kid} of {agency} is stored with the anchor of size {size}"
            self._tally.fail("key-state-missing", detail, log=walk.log.name, index=size)

    def _newest_stored(self, log: str) -> int:
        [[size]] = self._snapshot.rows(_NEWEST_ANCHOR, [log])
        return int(size)

    def _prove(self, agency: str, kid: str, proof: str | None, head: AcceptedHead) -> KeyState:
        return verify_key_state(
            strict_json.loads(proof or ""),
            members_address=self._trust.members.address,
            keys_slot=self._trust.keys_slot,
            agency=agency,
            thumbprint=base64url.decode(kid),
            block_hash=head.event.at.block_hash,
            code_hash=self._trust.members.code_hash,
        )

    def check_orphans(self) -> None:
        """A key state belongs to an anchor."""
        for log, size, agency, kid in self._snapshot.stream(_ORPHANS):
            where = {"log": log, "index": size, "table": "records.key_state", "key": f"{agency} {kid}"}
            self._tally.fail("key-state-orphan", "there is no anchor of this size", **where)
