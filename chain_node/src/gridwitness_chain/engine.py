"""An Ethereum engine as the rest of the platform sees it: a URL, a profile, a clock, funds and health."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Self

from .errors import ClockRefused, EngineFailed, RpcRefused, Underfunded, WrongChain
from .rpc import Rpc

# Enough for any number of transactions; ganache and clique charge for gas in a currency nobody values.
_ENDOWMENT_WEI = 10**30
_LEAST_WEI = 10**24


@dataclass(frozen=True)
class EngineProfile:
    """How engines differ. `confirmations`: blocks on top of a block before it counts as final (BFT engines:
    0).
    """

    name: str
    single_operator: bool
    confirmations: int
    block_receipts: bool


GANACHE = EngineProfile("ganache", single_operator=True, confirmations=0, block_receipts=False)
ANVIL = EngineProfile("anvil", single_operator=True, confirmations=0, block_receipts=True)
# QBFT blocks are final at once; there are no forks to wait out.
BESU = EngineProfile("besu", single_operator=False, confirmations=0, block_receipts=True)
GETH = EngineProfile("geth", single_operator=False, confirmations=6, block_receipts=True)
OTHER = EngineProfile("other", single_operator=False, confirmations=12, block_receipts=False)
# How the next block gets its time, and the unit in which: milliseconds or seconds.
_CLOCKS = {"ganache": ("evm_setTime", 1000), "anvil": ("evm_setNextBlockTimestamp", 1)}
PROFILES = (GANACHE, ANVIL, BESU, GETH)


class Engine:
    """Common behaviour; `Ganache`, `Anvil` and `RemoteEngine` say how it is started and what it can do.

    `start()` returns once the node answers with the expected chain id; `stop()` ends what `start()` began.
    Both may be called again. As a context manager an engine is started and stopped.
    """

    profile: EngineProfile = OTHER
    simulated = False

    def __init__(self) -> None:
        self._rpc: Rpc | None = None
        self._chain_id: int | None = None

    @property
    def url(self) -> str:
        """`http://host:port` of the node."""
        return self.rpc.url

    @property
    def rpc(self) -> Rpc:
        if self._rpc is None:
            raise EngineFailed("the engine was not started", "call start() first")
        return self._rpc

    @property
    def chain_id(self) -> int:
        """EIP-155 chain id, asked once."""
        if self._chain_id is None:
            self._chain_id = self.rpc.number("eth_chainId")
        return self._chain_id

    def start(self) -> Self:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def genesis_hash(self) -> str:
        """Hash of block 0, `0x…` lower case."""
        return str(self.rpc.block(0)["hash"]).lower()

    def block_number(self) -> int:
        return self.rpc.number("eth_blockNumber")

    def final_block(self) -> int:
        """Height up to which blocks count as final under the engine's profile (0 while there are too few)."""
        return max(0, self.block_number() - self.profile.confirmations)

    def block_time(self) -> int:
        """Time of the latest block, Unix seconds."""
        return int(self.rpc.block("latest")["timestamp"], 16)

    def gas_price(self) -> int:
        """Wei per gas for a transaction to be mined soon; 0 on free-gas chains (zero base fee)."""
        base_fee = self.rpc.block("latest").get("baseFeePerGas")
        if base_fee is None:
            return self.rpc.number("eth_gasPrice")
        if int(base_fee, 16) == 0:
            return 0
        return 2 * int(base_fee, 16) + 10**9

    def fund(self, address: str) -> None:
        """See to it that the account can pay for gas. Raises `Underfunded` where the engine cannot give
        funds.
        """
        if self.gas_price() == 0:
            return
        balance = self.rpc.number("eth_getBalance", address, "latest")
        if balance >= _LEAST_WEI:
            return
        if self.profile is GANACHE:
            # The genesis has no funded account, so there is no secret to guard: the engine mints on request.
            self.rpc.call("evm_setAccountBalance", address, hex(_ENDOWMENT_WEI))
        elif balance == 0:
            raise Underfunded(
                f"account {address} has no funds on chain {self.chain_id}", "send it some, or free gas"
            )

    def set_time(self, unix_seconds: int) -> int:
        """Give the next blocks this time, until the next call; never before the latest block's.

        Returns the time they will really have. Raises `ClockRefused` unless the engine has a simulated
        clock.
        """
        method, unit = _CLOCKS.get(self.profile.name, ("", 0))
        if not self.simulated or not method:
            raise ClockRefused(
                f"the clock of this {self.profile.name} is not simulated ({unix_seconds} asked for)",
                "only embedded deployments made with a simulated clock may set it",
            )
        wanted = max(unix_seconds, self.block_time())
        self.remember_time(wanted)
        self.rpc.call(method, wanted * unit)
        return wanted

    def remember_time(self, unix_seconds: int) -> None:
        """Keep a time on disk before the engine gets it, where the engine is ours."""

    def health(self) -> dict[str, Any]:
        """`ok`, `engine`, `url`, `chain_id`, `block_number`, `block_time`, `latency_ms`. Raises
        `Unreachable`.
        """
        began = time.perf_counter()
        latest = self.rpc.block("latest")
        latency = (time.perf_counter() - began) * 1000
        return {
            "ok": True,
            "engine": self.profile.name,
            "url": self.url,
            "chain_id": self.chain_id,
            "block_number": int(latest["number"], 16),
            "block_time": int(latest["timestamp"], 16),
            "latency_ms": round(latency, 2),
        }


class RemoteEngine(Engine):
    """A node somebody else runs, by its URL. `start()` asks for its chain id; `stop()` only closes the
    connection.

    The profile comes from `web3_clientVersion` unless given. A `chain_id` that differs raises `WrongChain`.
    """

    def __init__(
        self,
        url: str,
        *,
        chain_id: int | None = None,
        profile: EngineProfile | None = None,
        simulated: bool = False,
    ) -> None:
        """`simulated`: the node is a `Ganache` or `Anvil` that was made with a simulated clock."""
        super().__init__()
        self.simulated = simulated
        self._rpc = Rpc(url)
        self._expected = chain_id
        self._given = profile

    def start(self) -> Self:
        if self._expected is not None and self.chain_id != self._expected:
            raise WrongChain(
                f"{self.url} serves chain {self.chain_id}, not {self._expected}", "check the RPC URL"
            )
        self.profile = self._given or self._recognised()
        return self

    def stop(self) -> None:
        self.rpc.close()

    def _recognised(self) -> EngineProfile:
        try:
            version = str(self.rpc.call("web3_clientVersion")).lower()
        except RpcRefused:
            return OTHER
        return next((profile for profile in PROFILES if profile.name in version), OTHER)
