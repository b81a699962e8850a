"""What only a node can tell: whether the block is still on the chain, and what happened after the anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import base64url
from ..errors import Unavailable, VerificationError
from ..header import parse_header
from ..hexadecimal import quantity
from ..key_state import KeyState, judge_key_since, key_slots, verify_key_state
from ..receipt_proof import EVENT_TOPIC, AnchorEvent
from ..record import Entry
from ..report import Check, Phrase
from .case import Case
from .key_checks import conclude

if TYPE_CHECKING:
    from ..rpc import Rpc


def check_chain(rpc: Rpc, case: Case) -> None:
    """The node is on the chain of the trust file; raises Unavailable `rpc-chain` otherwise."""
    if rpc.chain_id() != case.trust.chain_id or rpc.genesis_hash() != case.trust.genesis_hash:
        raise Unavailable("rpc-chain", "the node is on another chain than the trust file names")


def recheck_anchor(rpc: Rpc, case: Case, anchor: Check) -> Check:
    """`anchor` again: the block with this number still has this hash, and so has that of `seen`."""
    if case.anchor is None:
        return anchor
    for event in (case.anchor, case.seen):
        if event is not None and parse_header(rpc.block_header(event.number)).block_hash != event.block_hash:
            return case.failed(
                "anchor",
                VerificationError("not-canonical", f"block {event.number} is another one on the chain"),
            )
    return anchor


def recheck_key(rpc: Rpc, case: Case, key: Check) -> Check:
    """`key` again, with what `Members` says today: a later revocation or cut of its window can make
    it disputed, as in an audit.
    """
    if case.entry is None or case.anchor is None or case.key is None:
        return key
    try:
        latest = _state_now(rpc, case, case.entry)
    except VerificationError as error:
        raise Unavailable(
            "rpc-proof", f"the node's proof of the key does not verify: {error.message}"
        ) from error
    return conclude(case, judge_key_since(case.key, latest, case.anchor.time))


def recheck_seen(rpc: Rpc, case: Case, seen: Check) -> Check:
    """`seen` again for a record that names no head: it was signed before the log's first anchor."""
    entry, anchor, log = case.entry, case.anchor, case.log
    if entry is None or anchor is None or log is None or entry.seen_size is not None or case.seen_settled:
        return seen
    first = _first_anchor_time(rpc, case, anchor, log.log_id)
    if first < entry.iat - case.trust.tolerance:
        return case.failed(
            "seen",
            VerificationError("seen-missing", "the log had been anchored and the record names no head"),
        )
    case.seen_settled = True
    return case.proved("seen", Phrase("signed before the log's first anchor", "签名早于本日志首次锚定"))


def _state_now(rpc: Rpc, case: Case, entry: Entry) -> KeyState:
    members, thumbprint = case.trust.members, base64url.decode(entry.kid)
    number = rpc.block_number()
    header_rlp = rpc.block_header(number)
    slots = key_slots(entry.iss, thumbprint, case.trust.keys_slot)
    answer = rpc.storage_proof(members.address, slots, number)
    storage = answer.get("storageProof")
    proofs = [item.get("proof") if isinstance(item, dict) else None for item in storage or []]
    return verify_key_state(
        {
            "contract": f"0x{members.address.hex()}",
            "header": f"0x{header_rlp.hex()}",
            "account_proof": answer.get("accountProof"),
            "storage_proof": proofs,
        },
        members_address=members.address,
        code_hash=members.code_hash,
        keys_slot=case.trust.keys_slot,
        agency=entry.iss,
        thumbprint=thumbprint,
        block_hash=parse_header(header_rlp).block_hash,
    )


def _first_anchor_time(rpc: Rpc, case: Case, anchor: AnchorEvent, log_id: bytes) -> int:
    events = rpc.logs(
        case.trust.record_log.address, [EVENT_TOPIC, log_id], case.trust.contracts_block, anchor.number
    )
    numbers = [quantity(event.get("blockNumber")) for event in events]
    if not numbers:
        raise Unavailable("rpc-answer", "the node knows no anchor of this log")
    return parse_header(rpc.block_header(min(numbers))).time
