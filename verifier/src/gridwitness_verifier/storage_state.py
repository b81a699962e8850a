"""Words of a contract's storage at a block, proved against the block's header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import rlp_strict
from .errors import Unavailable, VerificationError
from .header import Header
from .keccak import keccak256
from .receipt_proof import parse_nodes
from .trie import verify_proof

if TYPE_CHECKING:
    from .rpc import Rpc
    from .trust import Contract

SLOTS_PER_CALL = 100


def mapping_slot(key: bytes, slot: int) -> int:
    """Slot of a Solidity mapping's value: keccak(key, 32 bytes ‖ the mapping's slot)."""
    return int.from_bytes(keccak256(key + slot.to_bytes(32, "big")), "big")


def read_storage(rpc: Rpc, contract: Contract, slots: Sequence[int], header: Header) -> list[int]:
    """The words at these slots in the state of the header's block, of the contract with the pinned code.

    Raises VerificationError `storage-proof` where the node's proof does not verify, Unavailable.
    """
    words: list[int] = []
    for start in range(0, len(slots), SLOTS_PER_CALL):
        words += _read(rpc, contract, slots[start : start + SLOTS_PER_CALL], header)
    return words


def _read(rpc: Rpc, contract: Contract, slots: Sequence[int], header: Header) -> list[int]:
    answer = rpc.storage_proof(contract.address, slots, header.number)
    storage = answer.get("storageProof")
    if not isinstance(storage, list) or len(storage) != len(slots):
        raise Unavailable("rpc-answer", "eth_getProof did not answer every slot")
    proofs = [item.get("proof") if isinstance(item, dict) else None for item in storage]
    try:
        root = _storage_root(answer.get("accountProof"), contract, header)
        return [_word(root, slot, proof) for slot, proof in zip(slots, proofs, strict=True)]
    except VerificationError as error:
        raise VerificationError("storage-proof", f"block {header.number}: {error.message}") from error


def _storage_root(proof: object, contract: Contract, header: Header) -> bytes:
    found = verify_proof(header.state_root, keccak256(contract.address), parse_nodes(proof, "account_proof"))
    account = [] if found is None else rlp_strict.decode_list(found)
    if len(account) != 4 or not isinstance(account[2], bytes) or account[3] != contract.code_hash:
        raise VerificationError("storage-proof", "the state has no such contract with the pinned code")
    return account[2]


def _word(root: bytes, slot: int, proof: object) -> int:
    value = verify_proof(root, keccak256(slot.to_bytes(32, "big")), parse_nodes(proof, "storage_proof"))
    return 0 if value is None else rlp_strict.to_integer(rlp_strict.decode(value))
