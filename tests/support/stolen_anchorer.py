"""What somebody with the anchorer's key can do to a running platform, and how it recovers."""

from __future__ import annotations

from gridwitness.members import AgencyRow
from gridwitness.provision import write_trust
from gridwitness.records import Log, sole_sequencer
from gridwitness.records.recovery import Recovered, Recovery
from gridwitness_chain import log_id
from gridwitness_evidence import TileTree, extend, tile_path
from sqlalchemy import select
from support.platform import RunningPlatform


def recover(running: RunningPlatform, *, accept_loss: bool = False, log: Log | None = None) -> Recovered:
    """What `gridwitness recover` does for one log."""
    platform, log = running.platform, log or running.log()
    with sole_sequencer(platform.engine, log.name) as held:
        assert held
        recovery = Recovery(
            platform.sessions,
            log,
            platform.tiles(log.name),
            platform.chain,
            platform.keystore,
            platform.clock,
        )
        found = recovery.run()
        if accept_loss:
            with platform.transaction() as session:
                agencies = list(session.scalars(select(AgencyRow.code)))
            recovery.accept_loss(found, platform.acceptance, agencies)
            write_trust(platform)
    return found


def append_junk(running: RunningPlatform, times: int = 1) -> None:
    """What somebody with the anchorer's key can do: the contract takes whatever extends its head."""
    log, chain = running.log(), running.platform.chain
    record_log = chain.contracts.record_log
    forged: dict[str, bytes] = {}
    tiles = running.platform.tiles(log.name)

    def read(level: int, index: int, width: int) -> bytes:
        return forged.get(tile_path(level, index, width)) or tiles.read_tile(level, index, width)

    state = record_log.log_of(log_id(log.origin))
    assert state is not None
    size = state.size
    for number in range(times):
        junk = extend(read, size, [b"junk %d/%d" % (number, n) for n in range(number + 2)])
        forged.update(junk.tiles)
        proof = TileTree(read, junk.new_size).consistency_proof(size)
        call = record_log.append(log_id(log.origin), size, junk.new_size, junk.root, proof)
        chain.submit(chain.anchorer(log.name), record_log, call)
        size = junk.new_size
