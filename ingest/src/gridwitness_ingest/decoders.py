"""How the raw bytes of a dead letter are read again, by their format. Slow to load: import it when needed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from gridwitness.feeds.decoding import Decoder

_MODULES = {
    "gat1400": "gridwitness_ingest.gat1400.letters",
    "jt808": "gridwitness_ingest.jt808.letters",
    "table": "gridwitness_ingest.tables.decoding",
}
"""Format → module with `decode`, a `gridwitness.feeds.decoding.Decoder`."""


def _loaded() -> dict[str, Decoder]:
    return {form: import_module(module).decode for form, module in _MODULES.items()}


DECODERS: Mapping[str, Decoder] = _loaded()
