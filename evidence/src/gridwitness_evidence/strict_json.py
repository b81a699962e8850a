"""Strict JSON in (docs/format.md section 1) and canonical JSON out (RFC 8785, without floats)."""

import json
import re
from collections.abc import Iterable
from json.encoder import encode_basestring
from typing import Any, NoReturn

from .errors import EncodingError

MAXIMUM_DEPTH = 16
MAXIMUM_INTEGER = 2**53 - 1
_LONGEST_INTEGER = len(str(-MAXIMUM_INTEGER))

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_SPACES = " \t\n\r"
_BRACKET = re.compile(r"[\[\]{}]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def loads(text: bytes | bytearray | str) -> Any:
    """The value behind `text`: None, bool, int, str, list or dict with str keys.

    Refuses with `json-malformed`, `json-duplicate`, `json-number`, `json-surrogate`, `json-depth`.
    """
    if isinstance(text, str):
        raw_surrogates = not text.isascii()
    else:
        raw_surrogates = False  # UTF-8 has none: such bytes already fail to decode
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise EncodingError("json-malformed", f"not UTF-8 at byte {error.start}; send UTF-8") from None
    _check_depth(text)
    try:
        value, end = _DECODER.raw_decode(text, len(text) - len(text.lstrip(_SPACES)))
    except ValueError as error:
        raise EncodingError("json-malformed", f"not RFC 8259 JSON: {error}") from None
    if end != len(text) and text[end:].strip(_SPACES):
        raise EncodingError("json-malformed", f"more text after the JSON value, at character {end}")
    if raw_surrogates or _SURROGATE_ESCAPE.search(text):
        _check_surrogates(value)
    return value


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes of `value` (no floats, so only its string and key rules matter).

    Refuses what `loads` would refuse: `json-number`, `json-surrogate`, `json-depth`, and `json-malformed`
    for a value that JSON can not hold.
    """
    check(value)
    return compact(_ordered(value))


def check(value: Any, depth: int = 0) -> None:
    """Refuse what `loads` would refuse of a value, but for lone surrogates: those show when it is encoded."""
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > MAXIMUM_INTEGER:
            raise _bad_number(str(value)[:24])
        return
    if isinstance(value, float):
        raise _bad_number(repr(value))
    if depth == MAXIMUM_DEPTH:
        raise _too_deep()
    items: Iterable[Any]
    if isinstance(value, dict) and all(map(_is_text, value)):
        items = value.values()
    elif isinstance(value, list):
        items = value
    else:
        raise EncodingError(
            "json-malformed", f"JSON can not hold a {type(value).__name__}; use text or numbers"
        )
    for item in items:
        if not isinstance(item, str):
            check(item, depth + 1)


def quoted(text: str | None) -> str:
    """A text, or null, as `compact` writes it."""
    return "null" if text is None else encode_basestring(text)


def compact(value: Any) -> bytes:
    """JSON without white space, members in their own order, for a value already known to be fit."""
    return utf_8(_ENCODER.encode(value))


def utf_8(text: str) -> bytes:
    """The bytes of JSON text; `json-surrogate` for half of a pair."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise _lone_surrogate() from None


def _check_depth(text: str) -> None:
    # Cheap bound first: few brackets can not nest deeply. The exact count never recurses, so no input
    # reaches the decoder's own recursion limit.
    if text.count("[") + text.count("{") <= MAXIMUM_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAXIMUM_DEPTH:
            raise _too_deep()


def _check_surrogates(value: Any) -> None:
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise _lone_surrogate() from None
    elif isinstance(value, list):
        for item in value:
            _check_surrogates(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_surrogates(name)
            _check_surrogates(item)


def _ordered(value: Any) -> Any:
    """`value` with members in RFC 8785 order: by UTF-16 code units, not by code points."""
    if isinstance(value, dict):
        # Both orders are one for ASCII.
        names = sorted(value) if "".join(value).isascii() else sorted(value, key=_utf_16)
        return {name: _ordered(value[name]) for name in names}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


def _utf_16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _is_text(name: object) -> bool:
    return isinstance(name, str)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise EncodingError("json-duplicate", "an object names a member twice; keep one of them")
    return members


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER or digits == "-0":
        raise _bad_number(digits[:24])
    number = int(digits)
    if abs(number) > MAXIMUM_INTEGER:
        raise _bad_number(digits)
    return number


def _float(digits: str) -> NoReturn:
    raise _bad_number(digits[:24])


def _constant(name: str) -> NoReturn:
    raise EncodingError("json-malformed", f"{name} is not JSON; use a string or null")


def _bad_number(digits: str) -> EncodingError:
    return EncodingError(
        "json-number", f"{digits} is not an integer within ±(2^53 − 1); send such numbers as text"
    )


def _lone_surrogate() -> EncodingError:
    return EncodingError("json-surrogate", "a string holds half of a surrogate pair; send whole characters")


def _too_deep() -> EncodingError:
    return EncodingError("json-depth", f"more than {MAXIMUM_DEPTH} arrays and objects inside one another")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
