"""JSON without surprises (docs/format.md section 1), and the RFC 8785 bytes of a value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

from .errors import VerificationError

MAXIMUM_DEPTH = 16
MAXIMUM_INTEGER = 2**53 - 1

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def loads(data: bytes | str) -> Any:
    """One JSON value. Raises VerificationError with a `json-…` code; the caller bounds the size."""
    text = _text(data)
    _refuse_depth(text)
    try:
        value = _decode(text)
    except (ValueError, RecursionError) as error:
        raise VerificationError("json-malformed", f"not JSON (RFC 8259): {_short(error)}") from error
    if "\\u" in text and _ESCAPED_SURROGATE.search(text):
        _refuse_surrogates(value)
    return value


def canonical(value: Any) -> bytes:
    """RFC 8785 (JCS) bytes of a value made of objects, arrays, text, integers, booleans and null."""
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _decode(text: str) -> Any:
    """The decoder's scanner takes one value; the decoder around it looks for white space too."""
    try:
        value, end = _SCAN(text, 0)
    except StopIteration:
        end = -1
    return value if end == len(text) else _DECODER.decode(text)


def _text(data: bytes | str) -> str:
    if isinstance(data, str):
        try:
            data.encode("utf-8")
        except UnicodeEncodeError as error:
            raise VerificationError("json-surrogate", "a lone surrogate in the text") from error
        return data
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise VerificationError("json-malformed", f"not UTF-8 at byte {error.start}") from error


def _refuse_depth(text: str) -> None:
    """Depth is counted before parsing: the parser recurses, this scan does not."""
    if text.count("[") + text.count("{") <= MAXIMUM_DEPTH:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        bracket = token.group()
        if bracket in "[{":
            depth += 1
            if depth > MAXIMUM_DEPTH:
                raise VerificationError("json-depth", f"more than {MAXIMUM_DEPTH} levels at {token.start()}")
        elif bracket in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise VerificationError("json-duplicate", "an object names a member twice")
    return members


def _integer(literal: str) -> int:
    # 2^53 has 16 digits; longer text is refused before it costs a conversion.
    if literal == "-0" or len(literal) > 17 or abs(int(literal)) > MAXIMUM_INTEGER:
        raise VerificationError("json-number", "an integer beyond 2^53 - 1, or -0")
    return int(literal)


def _float(_literal: str) -> NoReturn:
    raise VerificationError("json-number", "a number with a fraction or an exponent")


def _constant(literal: str) -> NoReturn:
    raise VerificationError("json-malformed", f"{literal} is not JSON")


def _refuse_surrogates(value: Any) -> None:
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise VerificationError("json-surrogate", "a lone surrogate in a string or a member name")
    elif isinstance(value, list):
        for item in value:
            _refuse_surrogates(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_surrogates(name)
            _refuse_surrogates(item)


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        # JCS orders names by UTF-16 code units, which differs from code points above U+FFFF.
        return {
            name: _ordered(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))
        }
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


def _short(error: BaseException) -> str:
    return str(error)[:120]


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
# Documented only in the decoder's source; the types of the standard library leave it out.
_SCAN: Callable[[str, int], tuple[Any, int]] = vars(_DECODER)["scan_once"]
