"""What a forged platform publishes: its trust file and the tiles of its logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support import contract_consortium, contract_tree
from support.contract_chain import Deployed, artifact
from web3 import Web3


def trust_content(
    consortium: contract_consortium.Consortium, rpc: str, logs: list[tuple[str, str, str]]
) -> dict[str, Any]:
    """A trust file's content; `logs` are (origin, agency, vkey), each the successor of the one before it
    of its agency.
    """
    web3 = consortium.chain.web3
    origins = [origin for origin, _, _ in logs]
    return {
        "format": "gridwitness-trust/v1",
        "deployment": contract_consortium.DEPLOYMENT.hex(),
        "profile": "embedded",
        "chain": {
            "chain_id": web3.eth.chain_id,
            "genesis_hash": web3.eth.get_block(0)["hash"].to_0x_hex(),
            "rpc": rpc,
        },
        "contracts": {
            "block": 0,
            "members": {**pin(web3, consortium.members), "keys_slot": keys_slot()},
            "record_log": pin(web3, consortium.log),
        },
        "logs": [
            {
                "origin": origin,
                "agency": agency,
                "vkey": vkey,
                "maximum_merge_delay": contract_consortium.MERGE_DELAY,
                "predecessor": origins[at - 1] if at and logs[at - 1][1] == agency else None,
            }
            for at, (origin, agency, vkey) in enumerate(logs)
        ],
        "validators": [],
        "time": {"clock": "system", "tolerance": 120},
        "files": "files",
    }


def pin(web3: Web3, contract: Deployed) -> dict[str, Any]:
    found = web3.eth.get_code(contract.address)
    return {"address": contract.address.lower(), "code_hash": Web3.keccak(found).to_0x_hex()}


def keys_slot() -> int:
    """Slot of `keys` in `Members`, from the artifact's storage layout."""
    return next(
        int(item["slot"])
        for item in artifact("Members")["storageLayout"]["storage"]
        if item["label"] == "keys"
    )


def write_tiles(base: Path, leaves: list[bytes], entries: list[bytes]) -> None:
    """Tiles of a log below 65,536 leaves: entry bundles and two levels of hash tiles."""
    level_one = [contract_tree.root(leaves[at : at + 256]) for at in range(0, len(leaves) - 255, 256)]
    bundles = [len(entry).to_bytes(2, "big") + entry for entry in entries]
    for level, items in (("0", leaves), ("1", level_one), ("entries", bundles)):
        for at in range(0, len(items), 256):
            part = items[at : at + 256]
            suffix = "" if len(part) == 256 else f".p/{len(part)}"
            path = base / "tile" / level / f"{at // 256:03d}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(part))
