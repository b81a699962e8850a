"""The bundled documents: two procedures, and packs by which a jurisdiction lays its own numbers over them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness.rules.node import Node
from gridwitness.rules.parsing import PROCEDURES

PACK_FORMAT = "gridwitness-pack/1"
NATIONAL = "national"
_CODE = "pack-invalid"
_DATA = "data"


def bundled(jurisdiction: str = NATIONAL) -> list[dict[str, Any]]:
    """The resolved documents of a jurisdiction, one for each procedure.

    Raises InvalidInput `jurisdiction-unknown`, naming those there are.
    """
    known = jurisdictions()
    if jurisdiction not in known:
        raise InvalidInput(
            "jurisdiction-unknown",
            f"There is no pack for the jurisdiction {jurisdiction!r}.",
            f"one of {', '.join(sorted(known))}",
        )
    bases = [_read(f"procedure_{procedure}") for procedure in PROCEDURES]
    if jurisdiction == NATIONAL:
        return bases
    pack = _read(f"pack_{jurisdiction}")
    return [resolve(base, pack) for base in bases]


def jurisdictions() -> frozenset[str]:
    """`national`, and every jurisdiction with a pack."""
    names = (entry.name for entry in files(__package__).joinpath(_DATA).iterdir())
    packs = (name.removeprefix("pack_").removesuffix(".json") for name in names if name.startswith("pack_"))
    return frozenset({NATIONAL, *packs})


def resolve(base: Mapping[str, Any], pack: Mapping[str, Any]) -> dict[str, Any]:
    """The base with the pack's rules added, and thresholds and clocks of the same name replaced.

    A pack's `procedures` name what it changes of which procedure. Raises InvalidInput `pack-invalid`.
    """
    node = Node(pack, "$", _CODE)
    parts = node.members({"format", "jurisdiction", "title", "rules", "procedures"})
    parts["format"].one_of({PACK_FORMAT})
    changes = dict(parts["procedures"].entries())
    for name, part in changes.items():
        Node(name, part.path, _CODE).one_of(PROCEDURES)
    document = {**base, "jurisdiction": parts["jurisdiction"].text()}
    change = changes.get(base["procedure"])
    if change is None:
        return document
    change_parts = change.members((), {"thresholds", "clocks"})
    document["rules"] = {**base["rules"], **parts["rules"].value}
    if "thresholds" in change_parts:
        for name, part in change_parts["thresholds"].entries():
            Node(name, part.path, _CODE).one_of(base["thresholds"])
            document["thresholds"] = {**document["thresholds"], name: part.value}
    if "clocks" in change_parts:
        for part in change_parts["clocks"].items():
            document["clocks"] = _replaced(document["clocks"], part)
    return document


def _replaced(clocks: list[dict[str, Any]], part: Node) -> list[dict[str, Any]]:
    """The clocks with members of the one of the same name replaced."""
    name = dict(part.entries()).get("clock", part).one_of({clock["clock"] for clock in clocks})
    return [{**clock, **part.value} if clock["clock"] == name else clock for clock in clocks]


@cache
def _text(name: str) -> str:
    return files(__package__).joinpath(_DATA, f"{name}.json").read_text(encoding="utf-8")


def _read(name: str) -> dict[str, Any]:
    """A new copy each time: nobody may change the bundled data."""
    document: dict[str, Any] = json.loads(_text(name))
    return document
