"""The kinds: the table in `docs/format.md` section 3 and `tests/vectors/kinds.json` say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.structure_finding import Finding

FORMAT = "docs/format.md"
VECTOR = "tests/vectors/kinds.json"

_ROW = re.compile(r"^\| `([a-z0-9.]+\.v\d+)` \|(.+)\|$", re.MULTILINE)
_FIELD = re.compile(r"`([a-z_0-9]+)` ([a-z]+)(!?)")
_CODE = re.compile(r"`([a-z_0-9.]+)`")


def kinds_of_format(text: str) -> dict[str, Any]:
    """The table of section 3 by kind, in the shape of `kinds.json`; effects have no fixed fields (`None`)."""
    kinds: dict[str, Any] = {}
    for kind, cells in _ROW.findall(text):
        name, purpose, src, fields, erasable = (cell.strip() for cell in cells.split("|"))
        fixed = [{"name": f, "type": t, "required": bool(r)} for f, t, r in _FIELD.findall(fields)]
        kinds[kind] = {
            "name": name,
            "purposes": [] if "offered key" in purpose else purpose.split(", "),
            "src": src.split(", "),
            "fields": fixed or None,
            "erasable": _CODE.findall(erasable),
        }
    return kinds


def kind_findings(root: Path) -> Iterator[Finding]:
    """Where the prose table and the machine-readable one differ."""
    if not (root / FORMAT).is_file():
        return
    written = kinds_of_format((root / FORMAT).read_text(encoding="utf-8"))
    vector = root / VECTOR
    if not vector.is_file():
        yield Finding(
            VECTOR, 1, "kinds", f"is missing; {FORMAT} section 3 names it as the machine-readable table"
        )
        return
    stored = json.loads(vector.read_text(encoding="utf-8"))
    for kind in sorted(written.keys() | stored.keys()):
        if written.get(kind) != stored.get(kind):
            yield Finding(
                FORMAT, 1, "kinds", f"{kind}: {written.get(kind)} here, {stored.get(kind)} in {VECTOR}"
            )
