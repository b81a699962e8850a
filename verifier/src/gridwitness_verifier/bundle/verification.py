"""The steps of a bundle's verification, in the order in which one rests on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..memory import Memory
from ..report import Check
from ..trust import Trust
from .case import Case
from .chain_checks import check_anchor, check_independence, check_seen
from .file import Bundle
from .key_checks import check_key, check_vouching
from .log_checks import check_inclusion, check_tree_head
from .node_checks import check_chain, recheck_anchor, recheck_key, recheck_seen
from .record_checks import check_disclosures, check_record, check_signature
from .time_check import check_time

if TYPE_CHECKING:
    from ..rpc import Rpc

ORDER = (
    "record",
    "signature",
    "key",
    "vouching",
    "disclosures",
    "inclusion",
    "tree-head",
    "anchor",
    "seen",
    "time",
    "independence",
)


def verify_bundle(
    bundle: Bundle, trust: Trust, *, rpc: Rpc | None = None, memory: Memory | None = None
) -> tuple[Case, list[Check]]:
    """Check one bundle; returns what was established and the eleven checks in the order of section 14.

    Offline unless `rpc` is given; then Unavailable is raised when the node cannot be asked.
    """
    case = Case(bundle, trust)
    # 1. the record: form, signature, fields
    checks = [check_record(case), check_signature(case), check_disclosures(case)]
    # 2. the log: signed head, the record below it
    checks += [check_tree_head(case), check_inclusion(case)]
    # 3. the chain: this head accepted, the head seen before
    anchor, seen = check_anchor(case), check_seen(case)
    # 4. the key at the anchor's block
    key = check_key(case)
    # 5. what only a node can tell
    if rpc is not None:
        check_chain(rpc, case)
        anchor = recheck_anchor(rpc, case, anchor)
        seen, key = recheck_seen(rpc, case, seen), recheck_key(rpc, case, key)
    checks += [anchor, seen, key, check_vouching(case)]
    # 6. independence of the chain, and with it the worth of its times
    checks += [check_independence(case), check_time(case)]
    # 7. against what was seen before
    if memory is not None:
        _remember(case, memory)
    return case, sorted(checks, key=lambda check: ORDER.index(check.name))


def _remember(case: Case, memory: Memory) -> None:
    if case.log is None:
        return
    if case.tree_head is not None:
        memory.see_head(case.log.origin, case.tree_head.size, case.tree_head.root)
    for event in (case.anchor, case.seen):
        if event is not None:
            memory.see_block(event.number, event.block_hash)
            memory.see_head(case.log.origin, event.new_size, event.root)
