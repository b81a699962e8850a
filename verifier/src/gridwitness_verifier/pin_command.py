"""`gridwitness-verify trust pin FILE --sha256 HEX`: confirm a trust file with a digest obtained elsewhere."""

from __future__ import annotations

import argparse
from hashlib import sha256
from pathlib import Path
from typing import Any

from .errors import VerificationError
from .pins import add_pin
from .trust import parse_trust, read_trust_bytes


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Register `trust` with its only action `pin`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "trust", help="confirm a trust file / 确认信任文件"
    )
    actions = parser.add_subparsers(dest="action", required=True)
    pin = actions.add_parser("pin", help="confirm a trust file by its SHA-256, obtained from another source")
    pin.add_argument("file", type=Path, metavar="FILE")
    pin.add_argument("--sha256", required=True, metavar="HEX", help="digest you obtained elsewhere")
    return parser


def run(args: argparse.Namespace) -> str:
    """Keep the digest when it is the file's; returns a line that says so.

    Raises Unusable when the file is no trust file, VerificationError `pin-mismatch` for another digest.
    """
    data = read_trust_bytes(args.file)
    digest, expected = sha256(data).hexdigest(), args.sha256.lower()
    if digest != expected:
        raise VerificationError("pin-mismatch", f"{args.file} has SHA-256 {digest}, not the one you gave")
    parse_trust(data, confirmed=False, folder=args.file.parent)
    return f"confirmed / 已确认: {digest} ({add_pin(digest)})"
