"""Checks of the log: a signed tree head, and the record's leaf below it."""

from __future__ import annotations

from ..errors import VerificationError
from ..log_proof import LogProof, parse_log_proof
from ..merkle import verify_inclusion
from ..report import Check, Phrase
from ..tree_head import open_tree_head
from .case import Case


def check_tree_head(case: Case) -> Check:
    """`tree-head`: the log, under its key in the trust file, signed the head in `log_proof`."""
    if case.log is None:
        return case.waiting("tree-head", "record")
    if case.bundle.log_proof is None:
        return case.missing("tree-head", "log_proof")
    try:
        case.proof = _parse(case.bundle.log_proof)
        case.tree_head = open_tree_head(case.proof.tree_head, case.log.vkey)
    except VerificationError as error:
        return case.failed("tree-head", error)
    size = case.tree_head.size
    return case.proved("tree-head", Phrase(f"size {size}, signed by the log", f"规模 {size}，日志已签名"))


def check_inclusion(case: Case) -> Check:
    """`inclusion`: the entry, byte for byte, is the leaf at the proof's index below the signed root."""
    if case.entry is None:
        return case.waiting("inclusion", "record")
    if case.bundle.log_proof is None:
        return case.missing("inclusion", "log_proof")
    if case.proof is None or case.tree_head is None:
        return case.waiting("inclusion", "tree-head")
    head, index = case.tree_head, case.proof.index
    try:
        verify_inclusion(case.entry.leaf_hash, index, head.size, case.proof.hashes, head.root)
        if case.entry.seen_size is not None and case.entry.seen_size > index:
            raise VerificationError(
                "seen-later", f"leaf {index} names a head of {case.entry.seen_size} leaves, which is later"
            )
    except VerificationError as error:
        return case.failed("inclusion", error)
    case.included = True
    return case.proved(
        "inclusion", Phrase(f"leaf {index} of {head.size}", f"第 {index} 条，共 {head.size} 条")
    )


def _parse(log_proof: object) -> LogProof:
    if not isinstance(log_proof, str):
        raise VerificationError("log-proof-form", "log_proof is not text")
    return parse_log_proof(log_proof)
