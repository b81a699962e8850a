"""What the doors can read, for letters that are read again; loaded when one is."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from gridwitness.feeds import Decoder


def all_decoders() -> Mapping[str, Decoder]:
    """Decoders by the first word of their format."""
    found: Mapping[str, Decoder] = import_module("gridwitness_ingest.decoders").DECODERS
    return found
