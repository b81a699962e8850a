"""A signing key in `Members` at a block, and what its state means for a time (docs/format.md section 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from . import rlp_strict
from .claims import AGENCY
from .errors import VerificationError
from .header import parse_header
from .hexadecimal import parse_hex
from .keccak import keccak256
from .receipt_proof import parse_nodes
from .report.verdict import Result
from .trie import verify_proof

PURPOSES = {1: "officer", 2: "service", 3: "feed", 4: "log"}
_MEMBERS = frozenset({"contract", "header", "account_proof", "storage_proof"})
_MASK = 2**64 - 1


@dataclass(frozen=True, slots=True)
class KeyState:
    """One key as `Members` holds it; times are block times in Unix seconds, 0 where not set.

    `registered_agencies` = how many agencies there were at registration; `confirmed_by` = agency code.
    """

    purpose: str | None
    registered_at: int
    confirmed_at: int
    not_before: int
    not_after: int
    revoked_at: int
    compromised_since: int
    registered_agencies: int
    confirmed_by: str | None


@dataclass(frozen=True, slots=True)
class KeyJudgement:
    """`result` proved, disputed or failed with `code` ("" when proved); `vouching` = who confirmed it."""

    result: Result
    code: str
    reason: str
    vouching: str | None


def key_slots(agency: str, thumbprint: bytes, keys_slot: int) -> tuple[int, int, int]:
    """Storage slots of a key: keccak(thumbprint ‖ keccak(agency ‖ keys_slot)) and the two after it."""
    inner = keccak256(agency.encode("ascii").ljust(32, b"\0") + keys_slot.to_bytes(32, "big"))
    base = int.from_bytes(keccak256(thumbprint + inner), "big")
    return base, (base + 1) % 2**256, (base + 2) % 2**256


def verify_key_state(
    proof: Any,
    *,
    members_address: bytes,
    keys_slot: int,
    agency: str,
    thumbprint: bytes,
    block_hash: bytes,
    code_hash: bytes | None = None,
) -> KeyState:
    """The key (`agency`, `thumbprint` 32 bytes) in block `block_hash`, as `proof` (section 7) shows it.

    `members_address`, `keys_slot`, `code_hash` come from the trust file. Raises VerificationError:
    `key-state-form`, `key-state-contract`, `key-state-block`, `key-state-code`, `header-form`, `rlp`,
    `trie`, `hex`.
    """
    # 1. form and contract
    if not isinstance(proof, dict) or not proof.keys() >= _MEMBERS:
        raise VerificationError("key-state-form", f"a key state proof has {', '.join(sorted(_MEMBERS))}")
    if parse_hex(proof["contract"], name="contract") != members_address:
        raise VerificationError("key-state-contract", f"not the state of Members 0x{members_address.hex()}")
    # 2. the block is the one asked for
    header = parse_header(parse_hex(proof["header"], name="header"))
    if header.block_hash != block_hash:
        raise VerificationError("key-state-block", "the state is of another block than the anchor")
    # 3. the contract's account
    storage_root = _storage_root(proof["account_proof"], header.state_root, members_address, code_hash)
    # 4. the three slots
    storage = proof["storage_proof"]
    if not isinstance(storage, list) or len(storage) != 3:
        raise VerificationError("key-state-form", "storage_proof has three proofs")
    slots = key_slots(agency, thumbprint, keys_slot)
    return unpack_key_state(
        *(_word(storage_root, slot, nodes) for slot, nodes in zip(slots, storage, strict=True))
    )


def unpack_key_state(first: int, second: int, third: int) -> KeyState:
    """Three storage words (section 7, least significant bits first) as a key state."""
    purpose = first & 0xFF
    if first >> 200:
        raise VerificationError("key-state-form", "bits behind the packed fields")
    if purpose and purpose not in PURPOSES:
        raise VerificationError("key-state-form", f"key purpose {purpose} is unknown")
    return KeyState(
        purpose=PURPOSES.get(purpose),
        registered_at=first >> 8 & _MASK,
        confirmed_at=first >> 72 & _MASK,
        not_before=first >> 136 & _MASK,
        not_after=second & _MASK,
        revoked_at=second >> 64 & _MASK,
        compromised_since=second >> 128 & _MASK,
        registered_agencies=second >> 192 & _MASK,
        confirmed_by=_agency(third),
    )


def judge_key(state: KeyState, at: int) -> KeyJudgement:
    """Whether a key with this state could sign what was anchored at block time `at` (Unix seconds)."""
    if not state.registered_at or state.purpose is None:
        return _failed("key-unknown", "Members does not hold this key")
    vouching, counts_from = vouched_by(state, at), _counts_from(state)
    if counts_from is None:
        return _failed("key-unconfirmed", "registered, but no second agency confirmed it")
    problem = _time_problem(state, counts_from, at)
    if problem is not None:
        return _failed(*problem)
    if state.revoked_at and at >= state.compromised_since:
        reason = (
            f"anchored at {at}, compromised since {state.compromised_since}, revoked at {state.revoked_at}"
        )
        return KeyJudgement(Result.DISPUTED, "key-disputed", reason, vouching)
    return KeyJudgement(Result.PROVED, "", f"registered for {state.purpose}, valid when anchored", vouching)


def judge_key_since(then: KeyState, latest: KeyState, at: int) -> KeyJudgement:
    """`judge_key` for the state at the anchor, knowing what became of the key since.

    A later revocation can reach back. A window can not: what it no longer covers is in doubt
    (`key-window-cut`), not refuted.
    """
    if then.registered_at and latest.registered_at != then.registered_at:
        # A registration is made once and stays: a state that says otherwise is of no block of this chain.
        return _failed("key-unknown", "Members does not hold this key as the proof says")
    state = replace(then, revoked_at=latest.revoked_at, compromised_since=latest.compromised_since)
    judgement = judge_key(state, at)
    if judgement.result is not Result.PROVED or latest.not_before <= at <= latest.not_after:
        return judgement
    reason = f"anchored at {at}; its window was cut to {latest.not_before} … {latest.not_after} later"
    return KeyJudgement(Result.DISPUTED, "key-window-cut", reason, judgement.vouching)


def _time_problem(state: KeyState, counts_from: int, at: int) -> tuple[str, str] | None:
    """Code and reason why the key could not sign at `at`, or None."""
    if at < counts_from:
        return "key-not-yet", f"counts from {counts_from}, anchored at {at}"
    if not state.not_before <= at <= state.not_after:
        return "key-window", f"valid from {state.not_before} to {state.not_after}, anchored at {at}"
    if state.revoked_at and at >= state.revoked_at:
        return "key-revoked", f"revoked at {state.revoked_at}, anchored at {at}"
    return None


def vouched_by(state: KeyState, at: int) -> str | None:
    """The agency that had confirmed the key by block time `at`, or None (claimed by own agency only)."""
    return state.confirmed_by if state.confirmed_at and state.confirmed_at <= at else None


def _counts_from(state: KeyState) -> int | None:
    """Block time from which the key counts; a key of a deployment with one agency needs no second one."""
    if state.registered_agencies == 1:
        return state.registered_at
    return state.confirmed_at or None


def _failed(code: str, reason: str) -> KeyJudgement:
    return KeyJudgement(Result.FAILED, code, reason, None)


def _storage_root(proof: Any, state_root: bytes, address: bytes, code_hash: bytes | None) -> bytes:
    account_rlp = verify_proof(state_root, keccak256(address), parse_nodes(proof, "account_proof"))
    if account_rlp is None:
        raise VerificationError("key-state-contract", "there is no such contract in this block")
    account = rlp_strict.decode_list(account_rlp)
    if len(account) != 4 or not isinstance(account[2], bytes):
        raise VerificationError("key-state-form", "an account is nonce, balance, storage root, code hash")
    if code_hash is not None and account[3] != code_hash:
        raise VerificationError("key-state-code", "Members has other code than the trust file says")
    return account[2]


def _word(storage_root: bytes, slot: int, proof: Any) -> int:
    value = verify_proof(
        storage_root, keccak256(slot.to_bytes(32, "big")), parse_nodes(proof, "storage_proof")
    )
    return 0 if value is None else rlp_strict.to_integer(rlp_strict.decode(value))


def _agency(word: int) -> str | None:
    if not word:
        return None
    text = word.to_bytes(32, "big").rstrip(b"\0").decode("ascii", "replace")
    if not AGENCY.match(text):
        raise VerificationError("key-state-form", "confirmedBy is not an agency code")
    return text
