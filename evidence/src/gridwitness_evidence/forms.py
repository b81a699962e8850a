"""Forms of the members of a bundle: what each JSON value has to look like, else `bundle-form`."""

import re
from typing import Any

from .errors import BundleError

_HEX = re.compile(r"0x(?:[0-9a-f]{2})*")
_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def members(value: Any, names: tuple[str, ...], what: str) -> list[Any]:
    """The values of an object that has exactly the members `names`, in that order."""
    if not isinstance(value, dict) or set(value) != set(names):
        raise BundleError("bundle-form", f"{what} is an object of exactly {', '.join(names)}")
    return [value[name] for name in names]


def text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise BundleError("bundle-form", f"{what} is a text")
    return value


def optional_text(value: Any, what: str) -> str | None:
    return None if value is None else text(value, what)


def whole(value: Any, what: str) -> int:
    if type(value) is not int or value < 0:
        raise BundleError("bundle-form", f"{what} is an integer of at least 0")
    return value


def time(value: Any, what: str) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ`; whether there is such a day is for who uses it."""
    if not _TIME.fullmatch(text(value, what)):
        raise BundleError("bundle-form", f"{what} is a time like 2026-01-31T08:00:00Z")
    return str(value)


def optional_time(value: Any, what: str) -> str | None:
    return None if value is None else time(value, what)


def hexadecimal(value: Any, what: str) -> str:
    """`0x` and lower-case hex, whole bytes."""
    if not _HEX.fullmatch(text(value, what)):
        raise BundleError("bundle-form", f"{what} is 0x and whole bytes of lower-case hex")
    return str(value)


def address(value: Any, what: str) -> str:
    """`0x` and 20 bytes of lower-case hex."""
    if not _ADDRESS.fullmatch(text(value, what)):
        raise BundleError("bundle-form", f"{what} is 0x and 20 bytes of lower-case hex")
    return str(value)


def nodes(value: Any, what: str) -> tuple[str, ...]:
    """The nodes of a trie proof, root first."""
    if not isinstance(value, list):
        raise BundleError("bundle-form", f"{what} is an array of trie nodes in hex")
    return tuple(hexadecimal(node, what) for node in value)
