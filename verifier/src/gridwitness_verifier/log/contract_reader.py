"""Reading the contracts through an RPC:
is it the pinned chain with the pinned code, and what did they accept.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from gridwitness_verifier.errors import Unavailable, VerificationError
from gridwitness_verifier.header import parse_header
from gridwitness_verifier.keccak import keccak256
from gridwitness_verifier.log.contract_events import Event, Position, decode_event
from gridwitness_verifier.log.contract_history import ContractHistory, LogHistory, replay
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.rpc import Rpc
from gridwitness_verifier.trust import Contract, LogTrust, Trust


def check_chain(tally: Tally, rpc: Rpc, trust: Trust) -> None:
    """Chain id, genesis and the code of the contracts are the pinned ones. Raises Unavailable."""
    tally.checked += 4
    chain_id = rpc.chain_id()
    if chain_id != trust.chain_id:
        tally.fail("chain-id", f"the node is on chain {chain_id}, pinned is {trust.chain_id}")
    genesis = rpc.genesis_hash()
    if genesis != trust.genesis_hash:
        tally.fail("genesis", f"block 0 is 0x{genesis.hex()}, pinned is 0x{trust.genesis_hash.hex()}")
    contracts = [("Members", trust.members), ("RecordLog", trust.record_log)]
    if trust.case_registry is not None:
        tally.checked += 1
        contracts.append(("CaseRegistry", trust.case_registry))
    if trust.hotspot_board is not None:
        tally.checked += 1
        contracts.append(("HotspotBoard", trust.hotspot_board))
    for name, contract in contracts:
        _check_code(tally, rpc, name, contract)


def _check_code(tally: Tally, rpc: Rpc, name: str, contract: Contract) -> None:
    code = rpc.code(contract.address)
    if keccak256(code) != contract.code_hash:
        what = "no code" if not code else f"code 0x{keccak256(code).hex()}"
        detail = f"{name} at 0x{contract.address.hex()} has {what}, pinned is 0x{contract.code_hash.hex()}"
        tally.fail("contract-code", detail)


def read_history(rpc: Rpc, trust: Trust, block: int) -> ContractHistory:
    """Every event of the contracts up to `block`, with the times of their blocks.

    Raises Unavailable, or VerificationError `event-form`, `event-order`, `event-block` for an answer that the
    contracts can not have given.
    """
    events = sorted(_events(rpc, trust, block), key=lambda event: (event.at.block, event.at.index))
    times = _block_times(rpc, [event.at for event in events], block)

    def time_of(number: int, block_hash: bytes) -> int:
        found_hash, time = times[number]
        if found_hash != block_hash:
            raise VerificationError("event-block", f"an event names another block {number} than the node has")
        return time

    return replay(events, block=block, time=times[block][1], time_of=time_of)


def _events(rpc: Rpc, trust: Trust, block: int) -> Iterator[Event]:
    addresses = [trust.members.address, trust.record_log.address]
    if trust.case_registry is not None:
        addresses.append(trust.case_registry.address)
    logs = chain.from_iterable(rpc.logs(address, [], trust.contracts_block, block) for address in addresses)
    expected = {f"0x{address.hex()}" for address in addresses}
    for log in logs:
        if str(log.get("address", "")).lower() not in expected:
            raise VerificationError("event-form", "the RPC gave an event of another contract")
        event = decode_event(log)
        if event is not None:
            yield event


def _block_times(rpc: Rpc, positions: list[Position], block: int) -> dict[int, tuple[bytes, int]]:
    numbers = sorted({position.block for position in positions} | {block})
    if numbers[-1] > block:
        raise VerificationError("event-block", f"the RPC gave an event after block {block}")
    headers = map(parse_header, rpc.block_headers(numbers))
    return {header.number: (header.block_hash, header.time) for header in headers}


def check_log_pins(tally: Tally, trust: Trust, history: ContractHistory) -> None:
    """Every pinned log was opened as pinned, and every closed one ended at a head the contract accepted."""
    for log in trust.logs:
        tally.checked += 1
        _check_log(tally, log, history.log(log.log_id), trust)
    pinned = {log.log_id for log in trust.logs}
    for log_id, found in history.logs.items():
        if log_id not in pinned:
            origin = found.opened.origin if found.opened else log_id.hex()
            tally.name_place("log-not-pinned", f"the contract knows log {origin}, the trust file does not")


def _check_log(tally: Tally, log: LogTrust, found: LogHistory, trust: Trust) -> None:
    if found.opened is None:
        tally.fail("log-unknown", "the contract opened no such log", log=log.name)
        return
    predecessor = next((other.log_id for other in trust.logs if other.origin == log.predecessor), None)
    pinned = (log.origin, log.agency, log.maximum_merge_delay, predecessor)
    opened = found.opened
    if (opened.origin, opened.agency, opened.maximum_merge_delay, opened.predecessor) != pinned:
        tally.fail("log-differs", "the contract opened it with other terms than are pinned", log=log.name)
    closed = found.closed
    if closed is None or closed.size == 0:
        return
    if not any(head.size == closed.size and head.event.root == closed.root for head in found.heads):
        detail = f"closed at size {closed.size} with a root the contract never accepted as a head"
        tally.fail("closing-head", detail, log=log.name, index=closed.size)


def open_rpc(url: str | None, trust: Trust) -> Rpc:
    """The node to ask: `url`, else the one the trust file names. Raises Unavailable `rpc-missing`."""
    place = url or trust.rpc
    if place is None:
        raise Unavailable("rpc-missing", "no --rpc is given and the trust file names no node")
    return Rpc(place)
