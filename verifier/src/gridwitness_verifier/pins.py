"""Trust files this user confirmed: their SHA-256, kept in the user's own configuration folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

from . import strict_json
from .durable_file import write_atomically
from .errors import Unusable, VerificationError

_FORMAT = "gridwitness-pins/v1"
_SHA256_HEX = re.compile(r"[0-9a-f]{64}\Z")
_MAXIMUM_FILE = 2**20


def pins_path() -> Path:
    """`$XDG_CONFIG_HOME/gridwitness-verify/pins.json`, else the same below `~/.config`."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    folder = Path(base) if Path(base).is_absolute() else Path.home() / ".config"
    return folder / "gridwitness-verify" / "pins.json"


def is_pinned(digest: str) -> bool:
    """Whether this user confirmed the trust file with this SHA-256 (hex)."""
    return digest in read_pins()


def read_pins() -> list[str]:
    """SHA-256 (hex) of every confirmed trust file; raises Unusable `pins-form` when the file is damaged."""
    path = pins_path()
    try:
        with path.open("rb") as file:
            data = file.read(_MAXIMUM_FILE + 1)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Unusable("pins-unreadable", f"cannot read {path}: {error.strerror}") from error
    try:
        content = strict_json.loads(data[:_MAXIMUM_FILE])
    except VerificationError as error:
        raise Unusable("pins-form", f"{path} is damaged: {error.message}") from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise Unusable("pins-form", f"{path} is not a file of pins")
    pins = content.get("trust")
    if not isinstance(pins, list) or not all(isinstance(pin, str) and _SHA256_HEX.match(pin) for pin in pins):
        raise Unusable("pins-form", f"{path} is not a list of SHA-256 digests")
    return pins


def add_pin(digest: str) -> Path:
    """Keep a digest (64 hex digits); returns the file it is in."""
    if not _SHA256_HEX.match(digest):
        raise Unusable("pin-form", "a SHA-256 is 64 lower-case hex digits")
    pins = read_pins()
    path = pins_path()
    if digest not in pins:
        content = {"format": _FORMAT, "trust": [*pins, digest]}
        write_atomically(path, strict_json.canonical(content) + b"\n")
    return path
