"""What only a node can tell of a case: are its milestones on the chain, and are there more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Unavailable, VerificationError
from ..header import parse_header
from ..hexadecimal import parse_hex
from ..keccak import keccak256
from ..registry_event import MILESTONE_REACHED, MilestoneReached, case_id, decode_registry_event
from ..report import Phrase
from .dossier import Dossier

if TYPE_CHECKING:
    from ..rpc import Rpc


def check_later(dossier: Dossier, rpc: Rpc) -> None:
    """What time it is; the proved milestones are on the chain, and the registry holds none beyond them."""
    dossier.newest_block = parse_header(rpc.block_header(rpc.block_number())).time
    registry = dossier.trust.case_registry
    if registry is None:
        return
    if keccak256(rpc.code(registry.address)) != registry.code_hash:
        detail = "CaseRegistry has other code than is pinned"
        dossier.tallies["milestones"].fail("contract-code", detail)
        return
    for registered in dossier.registered:
        block_hash = parse_header(rpc.block_header(registered.block)).block_hash
        if block_hash != registered.block_hash:
            detail = f"block {registered.block} is another one on the chain"
            dossier.tallies["milestones"].fail("not-canonical", detail, seq=registered.event.seq)
    known = {registered.event.index for registered in dossier.registered}
    for event in _events(dossier, rpc, registry.address):
        if event.index not in known:
            detail = f"the registry has milestone {event.index} ({event.milestone}) of seq {event.seq}"
            where = {"sub": dossier.file.sub, "seq": event.seq}
            dossier.tallies["completeness"].name_place("milestone-later", detail, **where)
            dossier.tallies["completeness"].not_evaluated.append(
                Phrase(f"{detail}: the file is older", f"登记合约已有节点 {event.milestone}，案卷未含")
            )


def _events(dossier: Dossier, rpc: Rpc, address: bytes) -> list[MilestoneReached]:
    topics = [MILESTONE_REACHED, case_id(dossier.file.sub)]
    found = []
    for log in rpc.logs(address, topics, dossier.trust.contracts_block, rpc.block_number()):
        try:
            words = [parse_hex(topic, name="topic", length=32) for topic in log["topics"]]
            event = decode_registry_event(words, parse_hex(log["data"], name="data"))
        except (KeyError, TypeError, VerificationError) as error:
            raise Unavailable("rpc-answer", "the node gave an event without its form") from error
        if isinstance(event, MilestoneReached) and event.case_id == topics[1]:
            found.append(event)
    return found
