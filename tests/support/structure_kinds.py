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
_CODE = re.compile(r"`([^`]+)`")
_EFFECT_NAME = re.compile(r"^\| `([a-z]+(?:\.<[a-z]+>)*)` \|", re.MULTILINE)
_EFFECT_ERASABLE = re.compile(r"Columns of an effect that may be erased:\s+(`[^`]+`(?:,\s+`[^`]+`)*)\.")


def kinds_of_format(text: str) -> dict[str, Any]:
    """The table of section 3 by kind, in the shape of `kinds.json`.

    Of effects section 4 gives the names of disclosures and not their types: their `fields` is a sorted list.
    """
    kinds: dict[str, Any] = {}
    for kind, cells in _ROW.findall(text):
        title, purpose, src, fields, erasable = (cell.strip() for cell in cells.split("|"))
        kinds[kind] = {
            "title_zh": title,
            "purposes": [] if purpose == "the offered key itself" else purpose.split(", "),
            "src": src.split(", "),
            "fields": {name: {"type": t, "required": bool(r)} for name, t, r in _FIELD.findall(fields)},
            "erasable": sorted(_CODE.findall(erasable)),
        }
        if fields == "§4":
            effects = text.split("\n## 4. ")[1].split("\n## ", maxsplit=1)[0]
            named = _EFFECT_ERASABLE.search(effects)
            kinds[kind]["fields"] = sorted(_EFFECT_NAME.findall(effects))
            kinds[kind]["erasable"] = sorted(_CODE.findall(named[1])) if named else []
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
        if kind not in written or kind not in stored:
            yield Finding(FORMAT, 1, "kinds", f"{kind}: is not in both the table and {VECTOR}")
            continue
        here, there = written[kind], dict(stored[kind])
        there["erasable"] = sorted(there["erasable"])
        if isinstance(here["fields"], list):
            there["fields"] = sorted(there["fields"])
        for part in sorted(here.keys() | there.keys()):
            if here.get(part) != there.get(part):
                detail = f"{kind}: {part} is {here.get(part)} here and {there.get(part)} in {VECTOR}"
                yield Finding(FORMAT, 1, "kinds", detail)
