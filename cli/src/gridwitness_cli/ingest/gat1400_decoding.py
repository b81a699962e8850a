"""GA/T 1400 bodies, a file each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from gridwitness_ingest.gat1400.decoding import decode_body

LARGEST_BODY = 256 * 1024 * 1024


def decoded(streams: Iterator[BinaryIO], datum: str = "WGS84") -> Iterator[dict[str, Any]]:
    """One object a body. `datum`: of the places that are told in them."""
    for number, stream in enumerate(streams):
        raw = stream.read(LARGEST_BODY + 1)
        if len(raw) > LARGEST_BODY:
            yield _answer(number, [], {"code": "body-too-large", "detail": f"over {LARGEST_BODY} bytes"})
        else:
            yield _answer(number, *decode_body(raw, datum))


def _answer(number: int, items: list[dict[str, Any]], error: dict[str, str] | None) -> dict[str, Any]:
    return {"input": number, "items": items, "error": error}
