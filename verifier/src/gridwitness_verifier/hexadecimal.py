"""Lower-case `0x…` text of chain proofs, trust files and JSON-RPC."""

from __future__ import annotations

import re
from typing import Any

from .errors import Unavailable, VerificationError

_QUANTITY = re.compile(r"0x(0|[1-9a-f][0-9a-f]{0,63})\Z")
_HEX = re.compile(r"0x([0-9a-f]{2})*\Z")


def parse_hex(value: Any, *, name: str, length: int | None = None, maximum: int = 2**22) -> bytes:
    """Bytes of `0x` + lower-case hex; raises VerificationError `hex` naming the input."""
    if not isinstance(value, str) or len(value) > 2 + 2 * maximum or not _HEX.match(value):
        raise VerificationError("hex", f"{name} is not 0x and lower-case hex")
    data = bytes.fromhex(value[2:])
    if length is not None and len(data) != length:
        raise VerificationError("hex", f"{name} has {len(data)} bytes, not {length}")
    return data


def quantity(value: Any) -> int:
    """A JSON-RPC quantity; raises Unavailable `rpc-answer`."""
    if not isinstance(value, str) or not _QUANTITY.match(value):
        raise Unavailable("rpc-answer", "not a JSON-RPC quantity")
    return int(value, 16)
