"""A whole responsibility list, proposed at once: what is new, and what reads differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, InvalidInput
from gridwitness.grids import kinds
from gridwitness.grids.models import MatterRow
from gridwitness.grids.register_import import Entered, GridImport

FORMAT = "gridwitness-matters/1"


def read_list(document: Any) -> list[Mapping[str, Any]]:
    """Matters of a list document: `{"matter", "entry"}` each. Raises InvalidInput `list-invalid`."""
    matters = document.get("matters") if isinstance(document, dict) else None
    if not isinstance(document, dict) or document.get("format") != FORMAT or not isinstance(matters, list):
        raise InvalidInput("list-invalid", f"This is no list of matters ({FORMAT}).", "see the example list")
    for place, matter in enumerate(matters):
        if not isinstance(matter, dict) or matter.keys() != {"matter", "entry"}:
            raise InvalidInput("list-invalid", f"$.matters[{place}] is not matter and entry.", None)
    return matters


def propose_list(
    session: Session,
    registers: GridImport,
    agency: str,
    matters: Sequence[Mapping[str, Any]],
    reason: str,
    effective_from: str,
) -> list[Entered]:
    """Propose what differs from the newest version of each matter, on the agency's word; persons decide.

    `unchanged`: it reads so already, or waits to; `bad`: it cannot be, or another proposal waits
    (`matter-open`). The caller commits.
    """
    newest = _newest(session, [m["matter"] for m in matters if isinstance(m["matter"], str)])
    results: list[Entered | None] = [_standing(newest.get(str(m["matter"])), m["entry"]) for m in matters]
    wanted = [place for place, result in enumerate(results) if result is None]
    proposals = [
        _proposal(matters[i], newest.get(matters[i]["matter"]), reason, effective_from) for i in wanted
    ]
    for place, entered in zip(
        wanted, registers.take(session, agency, kinds.PROPOSED, proposals), strict=True
    ):
        results[place] = entered
    return [result for result in results if result is not None]


def _newest(session: Session, matters: Sequence[str]) -> dict[str, list[MatterRow]]:
    """Versions of each matter, ascending."""
    found: dict[str, list[MatterRow]] = {}
    asked = [matter for matter in matters if "\0" not in matter]
    query = select(MatterRow).where(MatterRow.matter.in_(asked)).order_by(MatterRow.version)
    for row in session.scalars(query.execution_options(populate_existing=True)):
        found.setdefault(row.matter, []).append(row)
    return found


def _standing(versions: Sequence[MatterRow] | None, entry: Any) -> Entered | None:
    """What the list says of it already; None: it is to be proposed."""
    if not versions:
        return None
    last = versions[-1]
    if last.state == "proposed":
        if last.entry == entry:
            return Entered("unchanged")
        waits = Conflict(
            "matter-open", f"Version {last.version} of {last.matter} waits for a decision.", None
        )
        return Entered("bad", waits)
    approved = [row for row in versions if row.state == "approved"]
    return Entered("unchanged") if approved and approved[-1].entry == entry else None


def _proposal(
    matter: Mapping[str, Any], versions: Sequence[MatterRow] | None, reason: str, effective_from: str
) -> dict[str, Any]:
    approved = [row for row in versions or () if row.state == "approved"]
    in_force = bool(approved) and approved[-1].change != "retire"
    return {
        "matter": matter["matter"],
        "version": len(versions or ()) + 1,
        "change": "amend" if in_force else "admit",
        "entry": matter["entry"],
        "reason": reason,
        "effective_from": effective_from,
    }
