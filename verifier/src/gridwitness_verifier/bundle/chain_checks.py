"""Checks of the chain: the contract accepted these heads, in blocks that independent parties sealed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ..errors import VerificationError
from ..qbft import quorum, verify_seals
from ..receipt_proof import AnchorEvent, verify_receipt_proof
from ..report import Check, Phrase, Result
from ..trust import LogTrust, Validator
from .case import Case


def check_anchor(case: Case) -> Check:
    """`anchor`: `RecordLog` accepted exactly this tree head, in a block."""
    if case.log is None or case.tree_head is None:
        missing = case.bundle.anchor is None
        return case.missing("anchor", "anchor") if missing else case.waiting("anchor", "tree-head")
    if case.bundle.anchor is None:
        return case.missing("anchor", "anchor")
    head = case.tree_head
    try:
        event = _event(case, case.bundle.anchor, case.log)
        if (event.new_size, event.root) != (head.size, head.root):
            raise VerificationError(
                "anchor-head", f"the contract accepted another head than size {head.size}"
            )
    except VerificationError as error:
        return case.failed("anchor", error)
    case.anchor = event
    return case.proved(
        "anchor",
        Phrase(
            f"accepted in block {event.number} (0x{event.block_hash.hex()})",
            f"合约在第 {event.number} 块接受（0x{event.block_hash.hex()}）",
        ),
    )


def check_seen(case: Case) -> Check:
    """`seen`: the head that the signer names was accepted by the contract, before the record's own."""
    entry, anchor = case.entry, case.anchor
    if entry is None or case.log is None or anchor is None:
        return case.waiting("seen", "anchor")
    if entry.seen_size is None:
        return _check_no_seen(case, anchor)
    if case.bundle.seen is None:
        return case.missing("seen", "seen")
    try:
        event = _event(case, case.bundle.seen, case.log)
        if (event.new_size, event.root) != (entry.seen_size, entry.seen_root):
            raise VerificationError("seen-head", f"not the head of size {entry.seen_size} the record names")
        if event.number > anchor.number or event.new_size > anchor.new_size:
            raise VerificationError(
                "seen-later", "the head the signer had seen is later than the record's own"
            )
    except VerificationError as error:
        return case.failed("seen", error)
    case.seen, case.seen_settled = event, True
    return case.proved(
        "seen",
        Phrase(
            f"size {event.new_size}, accepted in block {event.number}",
            f"规模 {event.new_size}，合约在第 {event.number} 块接受",
        ),
    )


def _check_no_seen(case: Case, anchor: AnchorEvent) -> Check:
    if anchor.old_size == 0:
        case.seen_settled = True
        return case.proved(
            "seen",
            Phrase("signed before the log's first anchor, which this is", "签名早于本日志首次锚定（即本次）"),
        )
    reason = Phrase(
        "the record names no head; whether the log had been anchored by then needs a node (`--rpc`)",
        "记录未写明所见树头；当时是否已有锚定，需查询节点（--rpc）",
    )
    return case.unsettled("seen", Result.NOT_EVALUATED, "seen-absent", reason)


def check_independence(case: Case) -> Check:
    """`independence`: a quorum of pinned validators sealed the blocks, and no operator has a quorum alone."""
    if case.anchor is None:
        return case.waiting("independence", "anchor")
    events = [case.anchor] if case.seen is None else [case.anchor, case.seen]
    if not case.trust.validators:
        reason = Phrase("one operator can rewrite this chain", "这条链可由单一运行方改写")
        return case.unsettled("independence", Result.NOT_EVALUATED, "single-operator", reason)
    sealed = 0
    for event in events:
        validators = case.trust.validators_at(event.number)
        if not validators:
            reason = Phrase(
                f"no validator is pinned for block {event.number}",
                f"信任文件没有第 {event.number} 块的验证节点",
            )
            return case.unsettled("independence", Result.NOT_EVALUATED, "validators-missing", reason)
        try:
            sealed = len(verify_seals(event.header_rlp, [validator.address for validator in validators]))
        except VerificationError as error:
            return case.failed("independence", error)
        alone = _operator_with_quorum(validators)
        if alone is not None:
            reason = Phrase(f"operator {alone} alone has a quorum", f"运行方 {alone} 独自即可达到法定数")
            return case.unsettled("independence", Result.CLAIMED, "single-operator", reason)
    case.independent = True
    return case.proved(
        "independence",
        Phrase(f"sealed by {sealed} pinned validators", f"由 {sealed} 个已登记的验证节点共同封签"),
    )


def _operator_with_quorum(validators: tuple[Validator, ...]) -> str | None:
    operator, seats = Counter(validator.operator for validator in validators).most_common(1)[0]
    return operator if seats >= quorum(len(validators)) else None


def _event(case: Case, proof: Any, log: LogTrust) -> AnchorEvent:
    trust = case.trust
    event = verify_receipt_proof(
        proof,
        record_log_address=trust.record_log.address,
        log_id=log.log_id,
        chain_id=trust.chain_id,
    )
    if event.number < trust.contracts_block:
        raise VerificationError("anchor-early", f"block {event.number} is before the contracts were deployed")
    return event
