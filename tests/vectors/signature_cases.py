"""Signatures of a record (docs/format.md section 2), and unusual ways to write a right record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tokens
from cases import accepted, case


def signatures() -> list[dict[str, Any]]:
    cases = []
    for key in tokens.KEYS:
        other = tokens.OTHERS[key.alg]
        replace: dict[str, Callable[[bytes, bytes], bytes]] = {
            "a flipped bit": lambda right, _: bytes([right[0] ^ 1]) + right[1:],
            "its last bit flipped": lambda right, _: right[:-1] + bytes([right[-1] ^ 1]),
            "of 63 bytes": lambda right, _: right[:63],
            "of 65 bytes": lambda right, _: right + b"\0",
            "of no bytes": lambda _right, _: b"",
            "all zero": lambda _right, _: bytes(64),
            "its halves swapped": lambda right, _: right[32:] + right[:32],
            "of another key": lambda _, data, other=other: other.sign(data),
            "over the entry's payload only": lambda _, data, key=key: key.sign(data.split(b".")[1]),
        }
        if key.alg == "ES256":
            replace["in DER"] = lambda _, data, key=key: key.sign_der(data)
            replace["r = 0"] = lambda right, _: bytes(32) + right[32:]
            replace["s = 0"] = lambda right, _: right[:32] + bytes(32)
            replace["s = the order"] = lambda right, _: right[:32] + tokens.P256_ORDER.to_bytes(32, "big")
        else:
            replace["S beyond the order (RFC 8032 section 5.1.7)"] = lambda right, _: (
                right[:32]
                + (int.from_bytes(right[32:], "little") + tokens.ED25519_ORDER).to_bytes(32, "little")
            )
        cases += [
            case(f"a signature {name}", _signed(key, change), key, "signature", "signature")
            for name, change in replace.items()
        ]
        cases += _rebound(key, other)
    return cases


def _signed(key: tokens.Key, change: Callable[[bytes, bytes], bytes]) -> str:
    shown = tokens.usual_disclosures()
    head, payload = tokens.compact(tokens.header(key)), tokens.compact(tokens.claims(shown))
    return tokens.presentation(tokens.entry(key, head, payload, signature=change), shown)


def _rebound(key: tokens.Key, other: tokens.Key) -> list[dict[str, Any]]:
    """A signature that is right for something else."""
    shown = tokens.usual_disclosures()
    payload = tokens.compact(tokens.claims(shown))
    head, _, signature = tokens.entry(key, tokens.compact(tokens.header(key)), payload).split(".")
    later = tokens.b64u(tokens.compact(tokens.claims(shown, iat=1772415001)).encode())
    moved = tokens.presentation(f"{head}.{later}.{signature}", shown)
    foreign = tokens.entry(key, tokens.compact(tokens.header(other)), payload)
    unlike = next(one for one in tokens.KEYS if one.alg != key.alg)
    crossed = tokens.entry(unlike, tokens.compact(tokens.header(key, alg=unlike.alg)), payload)
    return [
        case("a payload changed after signing", moved, key, "signature", "signature"),
        case("the kid of another key", tokens.presentation(foreign, shown), other, "signature", "signature"),
        case(
            "a key that kid does not name", tokens.presentation(foreign, shown), key, "signature", "signature"
        ),
        case(
            "an alg that is not the key's",
            tokens.presentation(crossed, shown),
            key,
            "key-algorithm",
            "signature",
        ),
    ]


def right() -> list[dict[str, Any]]:
    """Ways to write a record that are unusual and right."""
    cases = [accepted("a usual record", tokens.record(key), key) for key in tokens.KEYS]
    for key in tokens.KEYS:
        usual = tokens.usual_disclosures()
        backwards = tokens.presentation(tokens.usual_entry(key, usual), usual[::-1])
        cases.append(accepted("disclosures the other way round", backwards, key))
        for name, (header, payload) in _unusual_texts(key, usual).items():
            entry = tokens.entry(key, header, payload)
            cases.append(accepted(name, tokens.presentation(entry, usual), key))

    def high_s(signature: bytes, _: bytes) -> bytes:
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        return tokens.join(r, tokens.P256_ORDER - s)

    return [*cases, accepted("high s", _signed(tokens.ES256, high_s), tokens.ES256)]


def _unusual_texts(key: tokens.Key, usual: list[str]) -> dict[str, tuple[str, str]]:
    """Header and payload as texts that mean what the usual ones mean."""
    head, payload = tokens.header(key), tokens.claims(usual)
    texts = tokens.compact(head), tokens.compact(payload)
    escaped = texts[1].replace('"330106"', '"\\u0033\\u0033\\u0030106"')
    spaced = texts[0].replace(":", " :\r\n\t"), "\n " + texts[1].replace(",", " , ") + " "
    names = texts[0].replace('"alg"', '"\\u0061lg"'), texts[1].replace('"_sd"', '"\\u005fsd"')
    return {
        "members the other way round": (
            tokens.compact(dict(reversed(head.items()))),
            tokens.compact(dict(reversed(payload.items()))),
        ),
        "escaped characters in a claim": (texts[0], escaped),
        "escaped characters in member names": names,
        "white space in header and payload": spaced,
    }
