"""What the steps establish about one bundle, each from what the steps before it established."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import VerificationError
from ..key_state import KeyState
from ..log_proof import LogProof
from ..receipt_proof import AnchorEvent
from ..record import Disclosure, Entry
from ..report import Check, Location, Phrase, Result, explain
from ..report.phrase import chinese
from ..tree_head import TreeHead
from ..trust import LogTrust, Trust
from .file import Bundle


@dataclass(slots=True)
class Case:
    """A bundle under check. A fact is None until the check that establishes it is proved."""

    bundle: Bundle
    trust: Trust
    entry: Entry | None = None
    log: LogTrust | None = None
    encoded_disclosures: tuple[str, ...] = ()
    disclosures: tuple[Disclosure, ...] | None = None
    signed: bool = False
    proof: LogProof | None = None
    tree_head: TreeHead | None = None
    included: bool = False
    anchor: AnchorEvent | None = None
    seen: AnchorEvent | None = None
    seen_settled: bool = False
    key: KeyState | None = None
    independent: bool = False

    def proved(self, name: str, reason: str) -> Check:
        """The check `name` is proved."""
        return Check(name, Result.PROVED, reason, 1)

    def failed(self, name: str, error: VerificationError) -> Check:
        """The check `name` failed, located as exactly as is known."""
        location = self.location(error.code, error.message)
        reason = Phrase(error.message, chinese(explain(error.code) or error.message))
        return Check(name, Result.FAILED, reason, 1, (location,))

    def unsettled(self, name: str, result: Result, code: str, reason: str) -> Check:
        """The check `name` is neither proved nor failed, and why."""
        return Check(name, result, reason, 1, (self.location(code, reason),))

    def missing(self, name: str, part: str) -> Check:
        """A part of the bundle that the check needs is not there."""
        reason = Phrase(f"the bundle has no `{part}`", f"证据包缺少 {part}")
        return self.unsettled(name, Result.NOT_EVALUATED, "part-missing", reason)

    def waiting(self, name: str, *needed: str) -> Check:
        """The check rests on others that are not proved."""
        names = ", ".join(needed)
        reason = Phrase(f"rests on {names}, which is not proved", f"以“{names}”为前提，而该项未能核实")
        return Check(name, Result.NOT_EVALUATED, reason, 1)

    def location(self, code: str, detail: str) -> Location:
        """This bundle and its record as a place."""
        entry = self.entry
        return Location(
            code,
            detail,
            log=None if entry is None else entry.aud,
            index=None if self.proof is None else self.proof.index,
            jti=None if entry is None else entry.jti,
            sub=None if entry is None else entry.sub,
            seq=None if entry is None else entry.seq,
            file=self.bundle.name,
        )
