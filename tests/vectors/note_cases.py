"""Signed notes, tree heads, receipts and log proofs (docs/format.md section 6; C2SP signed-note, tlog-*)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import tokens
import trees

LOG = tokens.Key("EdDSA", "vector log key")
OTHER = tokens.Key("EdDSA", "another vector log key")
WITNESS = tokens.Key("EdDSA", "vector witness key")
ORIGIN = tokens.AUD
_RECEIVED, _ANCHOR_BY = 1772415001, 1772415601


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def key_id(name: str, key: tokens.Key) -> bytes:
    return tokens.sha256(name.encode() + b"\n\x01" + key.raw_public)[:4]


def vkey(name: str, key: tokens.Key) -> str:
    return f"{name}+{key_id(name, key).hex()}+{b64(bytes([1]) + key.raw_public)}"


def line(text: str, name: str, key: tokens.Key) -> str:
    return f"— {name} {b64(key_id(name, key) + key.sign(text.encode()))}\n"


def note(text: str, name: str = ORIGIN, key: tokens.Key = LOG) -> str:
    return f"{text}\n{line(text, name, key)}"


def head(size: int | str = 70, root: str | None = None, origin: str = ORIGIN) -> str:
    return f"{origin}\n{size}\n{b64(trees.root(70)) if root is None else root}\n"


def notes() -> list[dict[str, Any]]:
    """Notes and tree heads under the log's vkey."""
    text = head()
    right, tail = note(text), line(text, ORIGIN, LOG)
    others = line(text, "witness.example", WITNESS)
    flipped = b64(key_id(ORIGIN, LOG) + bytes(64))
    accepted = [
        ("note", "a text of several paragraphs", note("甲\n\n乙\n"), "甲\n\n乙\n"),
        ("note", "a text of one line", note("甲\n"), "甲\n"),
        ("tree-head", "a tree head", right, text),
        ("tree-head", "a witness beside the log", right + others, text),
        ("tree-head", "a witness before the log", f"{text}\n{others}{tail}", text),
        ("tree-head", "16 signatures", f"{text}\n{others * 15}{tail}", text),
        ("tree-head", "another key of the same name", right + line(text, ORIGIN, OTHER), text),
        ("tree-head", "a tree head of size 1", note(head(1)), head(1)),
    ]
    refused = [
        ("note", "no signature line", f"{text}\n"),
        ("note", "no empty line", text + tail),
        ("note", "no final newline", right[:-1]),
        ("note", "text after the signatures", right + "x\n"),
        ("note", "an empty line after the signatures", right + "\n"),
        ("note", "a carriage return", note(text.replace("\n", "\r\n"))),
        ("note", "a tab", note("a\tb\n")),
        ("note", "only a witness's signature", f"{text}\n{others}"),
        ("note", "a hyphen for the dash", right.replace("—", "-")),
        ("note", "two spaces", right.replace("— ", "—  ")),
        ("note", "base64 without padding", right.rstrip("=\n") + "\n"),
        ("note", "a signature of zeroes", f"{text}\n— {ORIGIN} {flipped}\n"),
        ("note", "a right and a wrong signature of the log", f"{right}— {ORIGIN} {flipped}\n"),
        ("note", "a text changed after signing", right.replace("\n70\n", "\n71\n")),
        ("note", "a signature of another name's key", f"{text}\n{line(text, ORIGIN + '-2', LOG)}"),
        ("note", "the log's name and key id over another key", _rebound(text)),
        ("tree-head", "an extension line", note(text + "extension\n")),
        ("tree-head", "two lines", note(f"{ORIGIN}\n70\n")),
        ("tree-head", "a leading zero", note(head("070"))),
        ("tree-head", "a plus sign", note(head("+70"))),
        ("tree-head", "a negative size", note(head(-1))),
        ("tree-head", "a size in full-width digits", note(head("７０"))),
        ("tree-head", "a root of 31 bytes", note(head(70, b64(bytes(31))))),
        ("tree-head", "a root in base64url", note(head(70, tokens.b64u(b"\xff" * 32)))),
        ("tree-head", "a root with unused bits", note(head(70, "A" * 42 + "B="))),
        ("tree-head", "the origin of another log", note(head(origin=ORIGIN + "-2"))),
    ]
    key = {"vkey": vkey(ORIGIN, LOG)}
    return [
        *(
            {"name": n, "form": f, **key, "note": v, "expect": "accepted", "text": t}
            for f, n, v, t in accepted
        ),
        *({"name": n, "form": f, **key, "note": v, "expect": "refused", "text": None} for f, n, v in refused),
    ]


def _rebound(text: str) -> str:
    signature = b64(key_id(ORIGIN, LOG) + OTHER.sign(text.encode()))
    return f"{text}\n— {ORIGIN} {signature}\n"


def receipts() -> list[dict[str, Any]]:
    leaf = tokens.sha256(b"\0" + b"an entry")
    lines = ["gridwitness-receipt/v1", ORIGIN, b64(leaf), str(_RECEIVED), str(_ANCHOR_BY)]
    text = "\n".join(lines) + "\n"

    def with_line(at: int, value: str) -> str:
        return note("\n".join([*lines[:at], value, *lines[at + 1 :]]) + "\n")

    refused = {
        "another format": with_line(0, "gridwitness-receipt/v2"),
        "another origin": with_line(1, ORIGIN + "-2"),
        "a leaf hash of 31 bytes": with_line(2, b64(leaf[:31])),
        "a leaf hash in hex": with_line(2, leaf.hex()),
        "a time with a fraction": with_line(3, f"{_RECEIVED}.5"),
        "a time with a leading zero": with_line(3, f"0{_RECEIVED}"),
        "a negative time": with_line(4, "-1"),
        "a time as a date": with_line(4, "2026-03-02T01:30:00Z"),
        "four lines": note("\n".join(lines[:4]) + "\n"),
        "six lines": note(text + "more\n"),
        "an empty line at the end": note(text + "\n"),
        "signed by another key": note(text, ORIGIN, OTHER),
        "a time changed after signing": note(text).replace(str(_ANCHOR_BY), str(_ANCHOR_BY + 1)),
    }
    key = {"vkey": vkey(ORIGIN, LOG)}
    values = {"origin": ORIGIN, "leaf_hash": leaf.hex(), "received": _RECEIVED, "anchor_by": _ANCHOR_BY}
    return [
        {"name": "a receipt", **key, "note": note(text), "expect": "accepted", "receipt": values},
        *({"name": n, **key, "note": v, "expect": "refused", "receipt": None} for n, v in refused.items()),
    ]


def log_proofs() -> list[dict[str, Any]]:
    """Right proofs of every leaf of a few trees, and proofs of leaf 40 of 70 that are wrong in one way."""
    cases = [
        _proof_case(f"leaf {index} of {size}", index, size, "accepted", lambda text: text)
        for size in (1, 2, 3, 7, 70)
        for index in sorted({0, size // 2, size - 1})
    ]
    first, second = (b64(value) for value in trees.path(40, 70)[:2])
    changes: dict[str, Callable[[str], str]] = {
        "another format": lambda text: text.replace("@v1", "@v2", 1),
        "extra data": lambda text: text.replace("index", "extra AAAA\nindex", 1),
        "no index": lambda text: text.replace("index 40\n", "", 1),
        "an index with a leading zero": lambda text: text.replace("index 40", "index 040", 1),
        "a negative index": lambda text: text.replace("index 40", "index -40", 1),
        "another index": lambda text: text.replace("index 40", "index 41", 1),
        "an index beyond the tree": lambda text: text.replace("index 40", "index 70", 1),
        "a hash left out": lambda text: text.replace(first + "\n", "", 1),
        "a hash too many": lambda text: text.replace(first, f"{first}\n{first}", 1),
        "two hashes swapped": lambda text: text.replace(f"{first}\n{second}", f"{second}\n{first}", 1),
        "a hash of 31 bytes": lambda text: text.replace(first, b64(bytes(31)), 1),
        "a hash without padding": lambda text: text.replace(first, first.rstrip("="), 1),
        "a hash of zeroes": lambda text: text.replace(first, b64(bytes(32)), 1),
        "no checkpoint": lambda text: text.split("\n\n")[0] + "\n\n",
        "a checkpoint of another key": lambda text: text.replace(note(head()), note(head(), ORIGIN, OTHER)),
        "a checkpoint of another size": lambda text: text.replace(note(head()), note(head(140))),
        "64 hashes": lambda text: text.replace(first, "\n".join([first] * 64), 1),
    }
    return [*cases, *(_proof_case(n, 40, 70, "refused", change) for n, change in changes.items())]


def _proof_case(
    name: str, index: int, size: int, expect: str, change: Callable[[str], str]
) -> dict[str, Any]:
    hashes = "".join(f"{b64(value)}\n" for value in trees.path(index, size))
    checkpoint = note(head(size, b64(trees.root(size))))
    text = change(f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{checkpoint}")
    return {
        "name": name,
        "vkey": vkey(ORIGIN, LOG),
        "leaf_hash": trees.leaf(index).hex(),
        "expect": expect,
        "index": index,
        "size": size,
        "proof": text,
    }
