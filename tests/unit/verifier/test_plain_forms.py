"""The short way through a plainly written record takes nothing that the strict grammar refuses, and reads
the same out of what it takes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gridwitness_verifier import base64url, strict_json
from gridwitness_verifier.claims import _plain_claims, check_claims
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.record import _plain, _read_parsed

ROOT = "A" * 42 + "A"
CLAIMS = {
    "iss": "330100CG",
    "aud": "gridwitness/0123456789abcdef0123456789abcdef/330100CG-12",
    "jti": "01890a5d-ac96-774b-bcce-b302099a8057",
    "kind": "case.step.v1",
    "src": "self",
    "sub": "0123456789abcdef0123456789abcdef",
    "seq": 7,
    "prev": ROOT,
    "iat": 1795784726,
    "seen": {"size": 49, "root": "w" * 42 + "8"},
    "_sd_alg": "sha-256",
    "_sd": [f"{first}{'b' * 40}A" for first in ("0A", "5z", "_x")],
}
SALT = "Q7LtELn0FcG6AnTHWbvO6w"
PIECES = (
    b'"', b"\\", b"\\u0041", b"\\ud800", b" ", b"0", b"-", b".", b"e1", b"{", b"}", b"[", b"]", b",", b":",
    b"null", b"true", b"NaN", b"\x00", b"\x1f", b"\x7f", b"\xc3\xa9", b"\xff", b"\xed\xa0\x80", b"iss",
    b"_sd",
    b"99999999999999999", b"row.0.x", b"seq", b"A", b"z", b'"seq":0,', b'"",', b"\n", b"\xe2\x80\xae",
)  # fmt: skip


def compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def payloads() -> Iterator[bytes]:
    yield compact(CLAIMS)
    yield compact(
        {name: value for name, value in CLAIMS.items() if name not in ("prev", "seen")} | {"seq": 0}
    )
    for name, values in {
        "seq": (0, 1, 2**31 - 1, 2**31, 10**9, True, -1, 7.0, "7"),
        "iat": (0, 10**15, 2**53 - 1, 2**53, False),
        "kind": ("a.v1", "a.b.v0", f"{'a' * 60}.v1", f"{'a' * 61}.v1", f"{'a' * 62}.v1", "a.v1\n"),
        "src": ("import", "device", "feed"),
        "_sd": ([], [ROOT], [ROOT, ROOT], CLAIMS["_sd"][::-1], [f"{'a' * 42}B"], [1]),
        "seen": ({"size": 0, "root": ROOT}, {"root": ROOT, "size": 1}, {"size": 1}, None),
        "_sd_alg": ("sha-512",),
        "prev": (None, "x"),
    }.items():
        for value in values:
            yield compact({**CLAIMS, name: value})
    many = sorted(base64url.encode(bytes([number]) * 32) for number in range(129))
    yield compact({**CLAIMS, "_sd": many[:128]})
    yield compact({**CLAIMS, "_sd": many})
    yield compact(dict(reversed(CLAIMS.items())))
    yield b" " + compact(CLAIMS)
    yield compact(CLAIMS) + b"\n"


def disclosures() -> Iterator[bytes]:
    for value in (
        "",
        "文三路 90 号",
        'a"b',
        "a\\b",
        "\u0000",
        "\u007f",
        "\u202e",
        None,
        1,
        [],
        {"a": [1]},
        True,
    ):
        yield compact([SALT, "place", value])
        yield compact([SALT, "row.0.place", value])
    for name in ("iss", "seen", "_sd", "...", "Place", "a" * 63, "a" * 64, "a.b.c.d", "a..b", "a.", ""):
        yield compact([SALT, name, "x"])
    yield compact(["short", "place", "x"])
    yield compact([SALT[:-1] + "x", "place", "x"])
    yield compact([SALT, "place", "x", "y"])


def mutated(samples: list[bytes], count: int) -> Iterator[bytes]:
    """Half of them with one character changed, which often stays right; half with pieces put in."""
    drawn = random.Random(20260301)
    for number in range(count):
        data = bytearray(drawn.choice(samples[:2] if number % 2 else samples))
        if number % 2:
            data[drawn.randrange(len(data))] = drawn.choice(b"012789abfzAFZ-_.")
        else:
            start = drawn.randrange(len(data) + 1)
            data[start : start + drawn.choice((0, 1, 2, 9))] = drawn.choice(PIECES)
        yield bytes(data)


def outcome(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except VerificationError:
        return None


def require_agreement(
    samples: list[bytes], plain: Callable[[bytes], Any], strict: Callable[[bytes], Any]
) -> None:
    taken = 0
    for data in [*samples, *mutated(samples, 30_000)]:
        short = plain(data)
        if short is not None:
            taken += 1
            found = outcome(lambda data=data: strict(data))
            assert found == short, data
            assert repr(found) == repr(short), data
    assert taken > 1000


def test_claims() -> None:
    require_agreement(list(payloads()), _plain_claims, lambda data: check_claims(strict_json.loads(data)))


def test_disclosures() -> None:
    require_agreement(list(disclosures()), _plain, _read_parsed)


@pytest.mark.parametrize("data", [compact(CLAIMS), compact({**CLAIMS, "_sd": [ROOT]})])
def test_plain_claims_are_taken(data: bytes) -> None:
    assert _plain_claims(data) == json.loads(data)


@pytest.mark.parametrize("value", ["", "责令改正", None])
def test_plain_disclosures_are_taken(value: str | None) -> None:
    assert _plain(compact([SALT, "outcome", value])) == ("outcome", value)
