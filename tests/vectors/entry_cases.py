"""Size, compact form, base64url and header of a record (docs/format.md section 2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tokens
from cases import accepted, alternating, case

_B64U = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def compact_form() -> list[dict[str, Any]]:
    changes: dict[str, Callable[[str], str]] = {
        "no final ~": lambda text: text[:-1],
        "no ~ at all": lambda text: text.split("~")[0],
        "two parts": lambda text: text.replace(".", "", 1),
        "four parts": lambda text: text.replace("~", ".e30~", 1),
        "an empty disclosure at the end": lambda text: text + "~",
        "an empty disclosure in the middle": lambda text: text.replace("~", "~~", 1),
        "a key-binding JWT": lambda text: text + text.split("~")[0],
        "a line feed at the end": lambda text: text + "\n",
        "an empty text": lambda _: "",
        "only ~": lambda _: "~",
        "the JSON serialisation": lambda text: tokens.compact({"payload": text.split(".")[1]}),
    }
    return [
        case(name, change(tokens.record(alternating(at))), alternating(at), "not-compact")
        for at, (name, change) in enumerate(changes.items())
    ]


def sizes() -> list[dict[str, Any]]:
    cases = []
    many = [tokens.disclosure(f"row.{number}.a", "x", number) for number in range(129)]
    for key in tokens.KEYS:
        largest = tokens.disclosure("basis", "长" + "x" * (65_536 // 4 * 3 - 40), 1)
        larger = tokens.disclosure("basis", "长" + "x" * (65_536 // 4 * 3 - 39), 1)
        assert len(largest) == 65_536 < len(larger)
        cases += [
            case("an entry of 16,385 bytes", _padded(key, 16_385), key, "too-large"),
            accepted("an entry of 16,384 bytes", _padded(key, 16_384), key),
            case("129 disclosures", _over_full(key, many), key, "too-large"),
            accepted("128 disclosures", tokens.record(key, many[:128]), key),
            case("a disclosure over 65,536 bytes", tokens.record(key, [larger]), key, "too-large"),
            accepted("a disclosure of 65,536 bytes", tokens.record(key, [largest]), key),
        ]
    return cases


def _padded(key: tokens.Key, size: int) -> str:
    """A record whose entry has `size` bytes, by white space in header and payload."""
    shown = tokens.usual_disclosures()
    head, payload = tokens.compact(tokens.header(key)), tokens.compact(tokens.claims(shown))
    for before in range(4):
        padded = head.replace("{", "{" + " " * before)
        rest = size - len(tokens.b64u(padded.encode())) - 2 - 86
        if rest % 4 != 1:
            spaces = rest * 6 // 8 - len(payload.encode())
            return tokens.presentation(tokens.entry(key, padded, payload + " " * spaces), shown)
    raise AssertionError("no padding gives this size")


def _over_full(key: tokens.Key, disclosures: list[str]) -> str:
    text = tokens.entry(
        key, tokens.compact(tokens.header(key)), tokens.compact(tokens.claims(disclosures[:128]))
    )
    return tokens.presentation(text, disclosures)


def base64url() -> list[dict[str, Any]]:
    spoils: dict[str, Callable[[str], str]] = {
        "padding": lambda text: text + "=" * (-len(text) % 4 or 4),
        "unused bits set": lambda text: text[:-1] + _B64U[_B64U.index(text[-1]) + 1],
        "an impossible length": lambda text: text + "A" * ((1 - len(text)) % 4),
        "a + from standard base64": lambda text: text[:5] + "+" + text[6:],
        "a / from standard base64": lambda text: text[:5] + "/" + text[6:],
    }
    cases = []
    for at, (name, spoil) in enumerate(spoils.items()):
        key = alternating(at)
        for part in range(3):
            cases.append(case(f"{_PARTS[part]}: {name}", _spoiled(key, part, spoil), key, "base64url"))
        wrong = spoil(tokens.encode_disclosure(f'["{tokens.salt(1)}","basis",null]  '))
        cases.append(case(f"disclosure: {name}", tokens.record(key, [wrong]), key, "base64url"))
    return cases


_PARTS = ("header", "payload", "signature")


def _spoiled(key: tokens.Key, part: int, spoil: Callable[[str], str]) -> str:
    shown = tokens.usual_disclosures()
    texts = [tokens.compact(tokens.header(key)), tokens.compact(tokens.claims(shown))]
    # White space brings every part to a length with unused bits, so that each way to spoil it bites.
    encoded = [tokens.b64u((text + " " * ((1 - len(text.encode())) % 3)).encode()) for text in texts]
    if part < 2:
        encoded[part] = spoil(encoded[part])
    signature = tokens.b64u(key.sign(".".join(encoded).encode()))
    return tokens.presentation(".".join([*encoded, spoil(signature) if part == 2 else signature]), shown)


def headers() -> list[dict[str, Any]]:
    cases = []
    for key in tokens.KEYS:
        kid = key.kid
        changes: dict[str, Any] = {
            "alg none": {"alg": "none"},
            "alg HS256": {"alg": "HS256"},
            "alg ES384": {"alg": "ES384"},
            "alg in lower case": {"alg": key.alg.lower()},
            "alg null": {"alg": None},
            "no alg": {"alg": ...},
            "no kid": {"kid": ...},
            "no typ": {"typ": ...},
            "another typ": {"typ": "example+sd-jwt"},
            "typ in capitals": {"typ": "GW-RECORD+SD-JWT"},
            "typ with a line feed": {"typ": "gw-record+sd-jwt\n"},
            "a key in the header": {"jwk": key.jwk},
            "crit": {"crit": []},
            "a short kid": {"kid": kid[:-1]},
            "a long kid": {"kid": kid + "A"},
            "a kid with unused bits": {"kid": kid[:-1] + _B64U[_B64U.index(kid[-1]) + 1]},
            "a kid in hex": {"kid": "0" * 64},
            "a kid that is a number": {"kid": 1},
        }
        for name, change in changes.items():
            cases.append(case(name, _with_header(key, tokens.header(key, **change)), key, "header"))
        for name, value in {"an array": [], "null": None, "a text": "x"}.items():
            cases.append(case(f"a header that is {name}", _with_header(key, value), key, "header"))
    return cases


def _with_header(key: tokens.Key, value: Any) -> str:
    shown = tokens.usual_disclosures()
    return tokens.presentation(
        tokens.entry(key, tokens.compact(value), tokens.compact(tokens.claims(shown))), shown
    )
