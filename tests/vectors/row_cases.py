"""Archived rows: their bytes, salted leaves and paths (docs/format.md section 19)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

KEY = hashlib.sha256(b"the key of a part").digest()

_PASSAGE = {"serial": 7, "item": 0, "device": "330100000013200001", "checkpoint": "KK-1", "plate": "浙A12345"}
_POSITION = {"serial": 2, "item": 1, "terminal": "013800138000", "plate": "浙A12345", "lat_e6": -30_250_000}
ROWS: list[tuple[str, dict[str, Any]]] = [
    ("passages", {**_PASSAGE, "captured_at": "2026-03-01T00:00:00.000005Z", "lane": 1}),
    ("passages", {**_PASSAGE, "item": 1, "captured_at": "2026-03-01T00:00:00.000000Z", "plate": None}),
    (
        "passages",
        {
            **_PASSAGE,
            "item": 2,
            "captured_at": "2026-03-01T00:00:01.000000Z",
            "brand": '"\\\b\t\n\f\r\x01\x7f/',
            "color": "𠮷\u2028é",
            "images": '[{"kind":"passage","sha256":"00"}]',
        },
    ),
    ("passages", {**_PASSAGE, "item": 3, "captured_at": "2026-03-01T00:00:02.000000Z", "brand": ""}),
    ("positions", {**_POSITION, "fixed_at": "2026-03-01T00:00:00.000000Z", "backfill": "true"}),
    ("positions", {**_POSITION, "item": 2, "fixed_at": "1999-12-31T23:59:59.999999Z", "status": 2**32}),
    ("positions", {**_POSITION, "serial": 2**40, "fixed_at": "2026-03-01T00:00:00.000000Z", "cover": 0}),
]


def rows() -> dict[str, Any]:
    """One tree over all the rows, and each row's place in it. A column that is null is in `row` and not in
    `bytes`.
    """
    texts = [_bytes(row) for _, row in ROWS]
    salts = [hmac.new(KEY, i.to_bytes(8, "big"), "sha256").digest()[:16] for i in range(len(ROWS))]
    leaves = [hashlib.sha256(b"\x00" + salt + text).digest() for salt, text in zip(salts, texts, strict=True)]
    cases = [
        {
            "content": content,
            "row": row,
            "bytes": texts[index].decode(),
            "salt": _b64u(salts[index]),
            "leaf": leaves[index].hex(),
            "path": [_b64u(node) for node in _path(index, leaves)],
        }
        for index, (content, row) in enumerate(ROWS)
    ]
    return {"key": KEY.hex(), "root": _b64u(_root(leaves)), "rows": cases}


def _bytes(row: dict[str, Any]) -> bytes:
    told = {name: value for name, value in row.items() if value is not None}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    left = _split(len(leaves))
    return hashlib.sha256(b"\x01" + _root(leaves[:left]) + _root(leaves[left:])).digest()


def _path(index: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    left = _split(len(leaves))
    if index < left:
        return [*_path(index, leaves[:left]), _root(leaves[left:])]
    return [*_path(index - left, leaves[left:]), _root(leaves[:left])]


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
