"""The shapes of chain proofs (docs/format.md section 7). Carried here, checked by who trusts a chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import forms
from .errors import BundleError

_RECEIPT = (
    "chain_id",
    "contract",
    "header",
    "transaction_index",
    "receipt",
    "receipt_proof",
    "log_index",
)
_KEY_STATE = ("contract", "header", "account_proof", "storage_proof")
_KEY_SLOTS = 3


@dataclass(frozen=True, slots=True)
class ReceiptProof:
    """That `contract` emitted an event: header, receipt and trie nodes in 0x hex, root first.

    `log_index` is the position among the receipt's own logs.
    """

    chain_id: int
    contract: str
    header: str
    transaction_index: int
    receipt: str
    receipt_proof: tuple[str, ...]
    log_index: int

    @classmethod
    def from_value(cls, value: Any, what: str = "a receipt proof") -> ReceiptProof:
        """Read the JSON value; else `bundle-form`."""
        chain_id, contract, header, transaction_index, receipt, proof, log_index = forms.members(
            value, _RECEIPT, what
        )
        return cls(
            forms.whole(chain_id, f"chain_id of {what}"),
            forms.address(contract, f"contract of {what}"),
            forms.hexadecimal(header, f"header of {what}"),
            forms.whole(transaction_index, f"transaction_index of {what}"),
            forms.hexadecimal(receipt, f"receipt of {what}"),
            forms.nodes(proof, f"receipt_proof of {what}"),
            forms.whole(log_index, f"log_index of {what}"),
        )

    def to_value(self) -> dict[str, Any]:
        return {
            "chain_id": self.chain_id,
            "contract": self.contract,
            "header": self.header,
            "transaction_index": self.transaction_index,
            "receipt": self.receipt,
            "receipt_proof": list(self.receipt_proof),
            "log_index": self.log_index,
        }


@dataclass(frozen=True, slots=True)
class KeyStateProof:
    """The state of a signing key in `Members` at the block of `header`; one storage proof per slot."""

    contract: str
    header: str
    account_proof: tuple[str, ...]
    storage_proof: tuple[tuple[str, ...], ...]

    @classmethod
    def from_value(cls, value: Any, what: str = "a key state proof") -> KeyStateProof:
        """Read the JSON value; else `bundle-form`."""
        contract, header, account, storage = forms.members(value, _KEY_STATE, what)
        if not isinstance(storage, list) or len(storage) != _KEY_SLOTS:
            raise BundleError("bundle-form", f"storage_proof of {what} is an array of {_KEY_SLOTS} proofs")
        return cls(
            forms.address(contract, f"contract of {what}"),
            forms.hexadecimal(header, f"header of {what}"),
            forms.nodes(account, f"account_proof of {what}"),
            tuple(forms.nodes(proof, f"storage_proof of {what}") for proof in storage),
        )

    def to_value(self) -> dict[str, Any]:
        return {
            "contract": self.contract,
            "header": self.header,
            "account_proof": list(self.account_proof),
            "storage_proof": [list(proof) for proof in self.storage_proof],
        }
