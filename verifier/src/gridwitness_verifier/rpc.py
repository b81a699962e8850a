"""JSON-RPC of an Ethereum node: a place to look, never a source of trust. Answers are bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from . import rlp_strict, strict_json
from .errors import Unavailable, VerificationError
from .header import parse_header
from .hexadecimal import parse_hex, quantity
from .rlp_strict import Item

MAXIMUM_ANSWER = 2**26
LOGS_PER_CALL = 5_000
BATCH = 200
_HEADER_BYTES = [
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
]
_HEADER_NUMBERS = ["difficulty", "number", "gasLimit", "gasUsed", "timestamp"]
# Later forks append items; whatever the node returns is put together and must hash to what it claims.
_HEADER_LATER = (
    ("baseFeePerGas", True),
    ("withdrawalsRoot", False),
    ("blobGasUsed", True),
    ("excessBlobGas", True),
    ("parentBeaconBlockRoot", False),
    ("requestsHash", False),
)


class Rpc:
    """A client for one node. Every method raises Unavailable `rpc-…` when the node gives no usable answer."""

    def __init__(self, url: str, *, timeout: float = 30.0) -> None:
        if not url.startswith(("http://", "https://")):
            raise Unavailable("rpc-url", f"{url!r} is not an http address of a node")
        self._url = url
        # No proxy and no redirects: the node asked is the node named.
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        """Close connections."""
        self._client.close()

    def __enter__(self) -> Rpc:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, *params: Any) -> Any:
        """Result of one method."""
        return self.batch([(method, params)])[0]

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Results of several methods in their order, in batches of at most BATCH."""
        results: list[Any] = []
        for start in range(0, len(calls), BATCH):
            results.extend(self._batch(calls[start : start + BATCH]))
        return results

    def chain_id(self) -> int:
        """eth_chainId."""
        return quantity(self.call("eth_chainId"))

    def block_number(self) -> int:
        """Number of the newest block."""
        return quantity(self.call("eth_blockNumber"))

    def genesis_hash(self) -> bytes:
        """Hash of block 0 (32 bytes)."""
        return parse_header(self.block_header(0)).block_hash

    def code(self, address: bytes, block: int | None = None) -> bytes:
        """Code at an address (20 bytes), at a block or the newest."""
        return _data(self.call("eth_getCode", f"0x{address.hex()}", _block(block)))

    def block_header(self, number: int) -> bytes:
        """RLP of a block's header, put together from the answer; it hashes to the hash the node names."""
        return self.block_headers([number])[0]

    def block_headers(self, numbers: Sequence[int]) -> list[bytes]:
        """As `block_header`, for several numbers in one go."""
        blocks = self.batch([("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
        return [_header_rlp(block, number) for block, number in zip(blocks, numbers, strict=True)]

    def logs(
        self, address: bytes, topics: Sequence[bytes | None], from_block: int, to_block: int
    ) -> Iterator[dict[str, Any]]:
        """Events of a contract as the node gives them (unverified), in chunks of LOGS_PER_CALL blocks."""
        wanted = [None if topic is None else f"0x{topic.hex()}" for topic in topics]
        for start in range(from_block, to_block + 1, LOGS_PER_CALL):
            end = min(start + LOGS_PER_CALL - 1, to_block)
            query = {
                "address": f"0x{address.hex()}",
                "topics": wanted,
                "fromBlock": hex(start),
                "toBlock": hex(end),
            }
            answer = self.call("eth_getLogs", query)
            if not isinstance(answer, list) or not all(isinstance(log, dict) for log in answer):
                raise Unavailable("rpc-answer", "eth_getLogs did not give a list of events")
            yield from answer

    def storage_proof(self, address: bytes, slots: Sequence[int], block: int) -> dict[str, Any]:
        """eth_getProof of 32-byte slots at a block, as the node gives it (unverified)."""
        keys = [f"0x{slot:064x}" for slot in slots]
        answer = self.call("eth_getProof", f"0x{address.hex()}", keys, hex(block))
        if not isinstance(answer, dict):
            raise Unavailable("rpc-answer", "eth_getProof did not give an object")
        return answer

    def _batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        request = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}
            for number, (method, params) in enumerate(calls)
        ]
        answer = self._post(request[0] if len(request) == 1 else request)
        answers = [answer] if len(request) == 1 else answer
        if not isinstance(answers, list) or len(answers) != len(request):
            raise Unavailable("rpc-answer", f"{self._url} did not answer every call")
        by_id = {
            item.get("id"): item for item in answers if isinstance(item, dict) and _is_id(item.get("id"))
        }
        return [self._result(by_id.get(number), calls[number][0]) for number in range(len(request))]

    def _result(self, answer: Any, method: str) -> Any:
        if not isinstance(answer, dict) or answer.get("error") is not None or "result" not in answer:
            detail = str(answer.get("error"))[:200] if isinstance(answer, dict) else "no answer"
            raise Unavailable("rpc-error", f"{method} at {self._url}: {detail}")
        return answer["result"]

    def _post(self, request: Any) -> Any:
        try:
            with self._client.stream("POST", self._url, json=request) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAXIMUM_ANSWER:
                        raise Unavailable(
                            "rpc-answer", f"{self._url} answered more than {MAXIMUM_ANSWER} bytes"
                        )
                status = response.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable("rpc-unreachable", f"{self._url}: {error or type(error).__name__}") from error
        if status != 200:
            raise Unavailable("rpc-answer", f"{self._url} answered with status {status}")
        try:
            return strict_json.loads(bytes(body))
        except VerificationError as error:
            raise Unavailable("rpc-answer", f"{self._url}: {error.message}") from error


def _data(value: Any) -> bytes:
    try:
        return parse_hex(value, name="data")
    except VerificationError as error:
        raise Unavailable("rpc-answer", error.message) from error


def _block(number: int | None) -> str:
    return "latest" if number is None else hex(number)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _header_rlp(block: Any, number: int) -> bytes:
    if not isinstance(block, dict):
        raise Unavailable("rpc-no-block", f"the node has no block {number}")
    items: list[Item] = [_data(block.get(name)) for name in _HEADER_BYTES]
    items += [rlp_strict.from_integer(quantity(block.get(name))) for name in _HEADER_NUMBERS]
    items += [_data(block.get(name)) for name in ("extraData", "mixHash", "nonce")]
    for name, is_number in _HEADER_LATER:
        if block.get(name) is None:
            break
        items.append(rlp_strict.from_integer(quantity(block[name])) if is_number else _data(block[name]))
    header_rlp = rlp_strict.encode(items)
    try:
        header = parse_header(header_rlp)
    except VerificationError as error:
        raise Unavailable("rpc-header", f"block {number}: {error.message}") from error
    if header.block_hash != _data(block.get("hash")) or header.number != number:
        raise Unavailable(
            "rpc-header", f"the fields of block {number} do not hash to the hash the node names"
        )
    return header_rlp
