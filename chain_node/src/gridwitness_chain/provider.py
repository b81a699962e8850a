"""web3.py on the engine's own RPC client: connections, time-outs, retries and errors stay ours."""

from __future__ import annotations

from typing import Any

from web3 import Web3
from web3.providers.base import BaseProvider

from .engine import Engine


class EngineProvider(BaseProvider):
    """Hands web3.py's requests to `Engine.rpc`; its `ChainError`s pass through web3.py untouched."""

    # EIP-3668 lets a contract name URLs for the client to fetch; ours name none.
    global_ccip_read_enabled = False

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def make_request(self, method: str, params: Any) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": 0, "result": self._engine.rpc.call(method, *params)}


def web3_on(engine: Engine) -> Web3:
    """web3.py without middleware and name service: what is asked is what is sent."""
    web3 = Web3(EngineProvider(engine), middleware=[])
    web3.ens = None
    return web3
