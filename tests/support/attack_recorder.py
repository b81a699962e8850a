"""What whoever holds an agency's recorder account can tell `CaseRegistry`, past the platform."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from gridwitness.chain import Chain
from gridwitness_chain import Account, Call, CaseRegistry, CaseState, Receipt, Reverted, case_id
from gridwitness_evidence import Record
from support.platform import CITY


@dataclass(frozen=True)
class Recorder:
    """The city's recorder account in other hands; it asks the contract directly."""

    chain: Chain

    @property
    def registry(self) -> CaseRegistry:
        return self.chain.contracts.case_registry

    @property
    def account(self) -> Account:
        return self.chain.recorder(CITY)

    def state(self, sub: str) -> CaseState:
        """How far the contract has a case."""
        found = self.registry.case_of(CITY, case_id(sub))
        assert found is not None
        return found

    def advancing(
        self, sub: str, milestone: str, head: bytes, *, ahead: int = 1, index: int | None = None
    ) -> Call:
        """A case's next milestone, at `ahead` after the last one's `seq`."""
        state = self.state(sub)
        at = state.index + 1 if index is None else index
        return self.registry.advance(CITY, case_id(sub), at, milestone, state.seq + ahead, head)

    def registering(self, record: Record, milestone: str) -> Call:
        """A record as its case's next milestone."""
        state, name = self.state(record.claims.sub), case_id(record.claims.sub)
        head = leaf_hash(record)
        return self.registry.advance(CITY, name, state.index + 1, milestone, record.claims.seq, head)

    def opening(self, sub: str, version: bytes, number: int, head: bytes, seq: int = 0) -> Call:
        """A case of 2026."""
        return self.registry.open(CITY, case_id(sub), version, 2026, number, seq, head)

    def opening_of(self, filing: Record, number: int, version: str | None = None) -> Call:
        """The case of a filing's record, under its own rules unless others are given."""
        rules = bytes.fromhex(version or filing.fields["rules"])
        return self.opening(filing.claims.sub, rules, number, leaf_hash(filing), filing.claims.seq)

    @property
    def next_number(self) -> int:
        return self.registry.count_of(CITY, 2026) + 1

    def tell(self, call: Call) -> Receipt:
        """Have the contract accept it."""
        return self.registry.submit(self.account, call)

    def refused(self, call: Call, account: Account | None = None) -> str:
        """Send it straight, so that it is mined and fails; gives the contract's error."""
        sender = account or self.account
        transactions = self.chain.contracts.transactions
        receipt = transactions.execute(sender, self.registry.address, call.data, gas=300_000)
        assert not receipt.succeeded and not receipt.logs
        try:
            self.registry.explain(call, sender.address, receipt)
        except Reverted as refusal:
            return refusal.error
        raise AssertionError("the contract took it")


def leaf_hash(record: Record) -> bytes:
    """The head that a milestone names."""
    return hashlib.sha256(b"\0" + record.entry.encode()).digest()


def nobodys_head() -> bytes:
    """A head that is no leaf of any log."""
    return secrets.token_bytes(32)
