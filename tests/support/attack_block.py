"""A block that was never on any chain: any anchor and any state of a key, proved by tries of its own."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import rlp
from eth_hash.auto import keccak
from gridwitness_evidence import Record, base64url
from support.attack_target import Target
from support.platform import POLICE
from support.sealing import BlockSpec, number_bytes
from support.verifier_bundle import EVENT, KeyRecord, hexed, key_slots
from support.verifier_trie import TrieBuilder

_YEAR = 365 * 86_400


def made_up_block(target: Target, record: Record, root: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Receipt proof of a head of size 1 with this root, and the record's key, confirmed by the police."""
    trust = json.loads(target.trust.read_text("utf-8"))
    contracts, time = trust["contracts"], record.claims.iat + 30
    receipts = TrieBuilder({rlp.encode(b""): _receipt(contracts, record, root)})
    storage, state = _state(contracts["members"], record, time)
    block = BlockSpec(
        number=contracts["block"] + 1, time=time, state_root=state.root, receipts_root=receipts.root, round=0,
        validators=[], sealers=None,
    )  # fmt: skip
    header = hexed(block.encode())
    anchor = {
        "chain_id": trust["chain"]["chain_id"], "contract": contracts["record_log"]["address"],
        "header": header, "transaction_index": 0, "receipt": hexed(_receipt(contracts, record, root)),
        "receipt_proof": [hexed(node) for node in receipts.prove(rlp.encode(b""))], "log_index": 0,
    }  # fmt: skip
    members = bytes.fromhex(contracts["members"]["address"][2:])
    slots = _slots(contracts["members"], record)
    key_state = {
        "contract": contracts["members"]["address"], "header": header,
        "account_proof": [hexed(node) for node in state.prove(keccak(members))],
        "storage_proof": [
            [hexed(node) for node in storage.prove(keccak(slot.to_bytes(32, "big")))] for slot in slots
        ],
    }  # fmt: skip
    return anchor, key_state


def later_block(header: str, seconds: int) -> str:
    """A block's header with another time (item 11), everything else as it was."""
    items = rlp.decode(bytes.fromhex(header[2:]))
    items[11] = number_bytes(int.from_bytes(items[11], "big") + seconds)
    return hexed(rlp.encode(items))


def _receipt(contracts: dict[str, Any], record: Record, root: bytes) -> bytes:
    address = bytes.fromhex(contracts["record_log"]["address"][2:])
    log_id = hashlib.sha256(record.claims.aud.encode()).digest()
    log = [address, [EVENT, log_id, (1).to_bytes(32, "big")], bytes(32) + root]
    return b"\x02" + rlp.encode([b"\x01", number_bytes(90_000), bytes(256), [log]])


def _slots(members: dict[str, Any], record: Record) -> list[int]:
    return key_slots(record.claims.iss, base64url.decode(record.kid), members["keys_slot"])


def _state(members: dict[str, Any], record: Record, time: int) -> tuple[TrieBuilder, TrieBuilder]:
    key = KeyRecord(
        registered_at=time - _YEAR, confirmed_at=time - _YEAR, not_before=time - _YEAR,
        not_after=time + _YEAR, confirmed_by=POLICE,
    )  # fmt: skip
    words = zip(_slots(members, record), key.words(), strict=True)
    storage = TrieBuilder(
        {keccak(slot.to_bytes(32, "big")): rlp.encode(number_bytes(word)) for slot, word in words}
    )
    code_hash = bytes.fromhex(members["code_hash"][2:])
    account = rlp.encode([b"\x01", b"", storage.root, code_hash])
    return storage, TrieBuilder({keccak(bytes.fromhex(members["address"][2:])): account})
