"""Ganache 7.9.2, the embedded engine: one miner, every transaction its own block, everything on disk.

What was measured (Node 20, `--chain.hardfork shanghai`):

- `--database.dbPath` keeps blocks, receipts and old state over SIGTERM and kill -9; its lock is the
  kernel's, so a left LOCK file does not matter.
- On the system clock a block's time is `floor((now + offset) / 1 s)`; two blocks of one second have equal
  times; `evm_setTime` may go backwards and its offset is forgotten over a restart.
- With `--miner.timestampIncrement 0` a block has its parent's time plus what `evm_setTime` (milliseconds)
  asked for once: exact, standing still in between, equal over a restart. The simulated clock is built on
  this.
- `eth_sendRawTransaction` answers before the block is mined, waits for ever on a nonce gap, and runs a mined
  transaction of nonce 0 again whenever its bytes arrive; `Transactions` never leaves a gap and spends nonce 0
  on nothing. From nonce 1 on, bytes sent twice are refused.
"""

from __future__ import annotations

from datetime import UTC, datetime

from .engine import GANACHE
from .errors import EngineFailed
from .home import EngineSettings
from .local_engine import LocalEngine, installed


class Ganache(LocalEngine):
    """A persistent Ganache from npm.

    It has no account of its own: nothing is unlocked and there is no
    mnemonic; our accounts' keys are held locally and get their gas money by `fund`.
    """

    profile = GANACHE

    def command(self, settings: EngineSettings) -> list[str]:
        program = installed(".bin/ganache", name="ganache")
        if program is None:
            raise EngineFailed(
                "ganache is not installed", "run `npm ci` in the project, or put ganache on the PATH"
            )
        command = [
            str(program),
            *("--server.host", "127.0.0.1", "--server.port", str(settings.port), "--server.ws", "false"),
            *("--chain.chainId", str(settings.chain_id), "--chain.networkId", str(settings.chain_id)),
            *("--chain.hardfork", "shanghai", "--database.dbPath", str(self.home.folder / "db")),
            *("--wallet.lock", "--wallet.totalAccounts", "0", "--logging.quiet"),
            *("--miner.extraData", f"0x{settings.mark}"),
        ]
        if settings.genesis_time is not None:
            start = datetime.fromtimestamp(settings.genesis_time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            command += ["--miner.timestampIncrement", "0", "--chain.time", start]
        return command

    def on_started(self) -> None:
        if self.simulated:
            return
        # A machine clock that was set back must not make a block older than its parent.
        latest = self.block_time()
        if latest > int(datetime.now(UTC).timestamp()):
            self.rpc.call("evm_setTime", latest * 1000)
