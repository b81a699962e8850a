"""Anvil 1.7.1, the fast engine of the tests: free gas, same interface as Ganache.

Its state is written every second and on SIGTERM: a kill -9 may lose the last second, so it is no engine for a
deployment. With `anvil_setBlockTimestampInterval 0` block times stand still between two `set_time` (measured:
`evm_setNextBlockTimestamp` is exact, equal times are accepted, earlier ones refused).
"""

from __future__ import annotations

from .engine import ANVIL
from .errors import EngineFailed
from .home import EngineSettings
from .local_engine import LocalEngine, installed


class Anvil(LocalEngine):
    """Anvil from npm (`@foundry-rs/anvil`) or from the PATH, without accounts of its own."""

    profile = ANVIL

    def command(self, settings: EngineSettings) -> list[str]:
        program = installed("@foundry-rs/anvil-*/bin/anvil", name="anvil")
        if program is None:
            raise EngineFailed(
                "anvil is not installed", "run `npm ci` in the project, or put anvil on the PATH"
            )
        command = [
            str(program),
            *("--host", "127.0.0.1", "--port", str(settings.port), "--chain-id", str(settings.chain_id)),
            *("--hardfork", "shanghai", "--accounts", "0", "--gas-price", "0", "--base-fee", "0", "--silent"),
            *("--state", str(self.home.folder / "state.json"), "--state-interval", "1"),
            "--preserve-historical-states",
        ]
        if settings.genesis_time is not None:
            command += ["--timestamp", str(settings.genesis_time)]
        return command

    def on_started(self) -> None:
        if self.simulated:
            self.rpc.call("anvil_setBlockTimestampInterval", 0)
