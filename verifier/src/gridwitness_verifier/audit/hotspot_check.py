"""Hotspots (docs/format.md section 21): every snapshot follows from the log's records, and is on the chain.

1. numbers of an agency have no gap, periods of a family go forward
2. `inputs` is the root over the records it has to rest on; one that was left out is named
3. the cells are those that the anomalies and the exposure give
4. the contract has it as it is, and nothing else
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from gridwitness_verifier import base64url, strict_json
from gridwitness_verifier.audit.hotspot_inputs import Inputs, omitted, read_inputs, root_of
from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.hotspots.board_reader import Board
from gridwitness_verifier.hotspots.cells import parse_cells
from gridwitness_verifier.hotspots.recompute import (
    differences,
    expected_cells,
    parse_exposure,
    shown_cells,
)
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.report import Phrase

EXPOSURE = "hotspots.exposure"
_SNAPSHOTS = """
SELECT log, leaf, hash, jti, sub, seq, fields FROM statement
WHERE kind = 'hotspot.snapshot.v1' ORDER BY log, leaf
"""
_EXPOSURE = "SELECT substr(cells, 1, 16777216) FROM hotspots.exposure WHERE agency = %s AND number = %s"
_TYPES = {
    **dict.fromkeys(("number", "resolution", "size", "inputs_count", "suppressed"), int),
    **dict.fromkeys(
        ("family", "period_from", "period_to", "rules", "inputs", "exposure", "cells", "result"), str
    ),
    "method": dict,
}
_METHOD = {"name": "gi-star", "ring": 1, "alpha": "0.05", "carriers": 3, "cells": "gridwitness-cells/1"}


@dataclass(frozen=True, slots=True)
class Stated:
    """A snapshot as its record says; `where` is its place in the log."""

    agency: str
    log: str
    leaf: int | None
    head: bytes
    fields: dict[str, Any]
    where: dict[str, Any]

    @property
    def key(self) -> tuple[str, int]:
        """Agency and number."""
        return self.agency, self.fields["number"]

    @property
    def name(self) -> str:
        """`agency/number`, as reports name it."""
        return f"{self.agency}/{self.fields['number']}"


class HotspotCheck:
    """One audit's look at the snapshots; `logs` are those whose entries were read."""

    def __init__(
        self, tally: Tally, snapshot: Snapshot, scratch: Scratch, logs: dict[str, AuditedLog]
    ) -> None:
        self.tally = tally
        self._snapshot = snapshot
        self._scratch = scratch
        self._logs = logs
        self.stated = [*self._read()]

    def _read(self) -> Iterator[Stated]:
        for log, leaf, digest, jti, sub, seq, text in self._scratch.rows(_SNAPSHOTS):
            if log not in self._logs:
                continue
            where = {"log": log, "index": leaf, "jti": jti, "sub": sub, "seq": seq}
            fields = json.loads(text)
            if any(type(fields.get(name)) is not kind for name, kind in _TYPES.items()):
                self.tally.not_evaluated.append(f"leaf {leaf} of {log} does not show all its fields")
                continue
            agency = self._logs[log].pin.agency
            yield Stated(
                agency, log, leaf, digest, fields, {**where, "key": f"{agency}/{fields.get('number')}"}
            )

    def check_records(self) -> None:
        """Steps 1 to 3, from records and exposure."""
        self._check_order()
        for one in self.stated:
            self.tally.checked += 1
            if one.leaf is not None:
                self._check_snapshot(one)
        if self.stated:
            self.tally.notes.append(
                Phrase("how much passed (exposure) is the agency's word", "车流量（分母）为机关自报")
            )

    def _check_order(self) -> None:
        numbers: dict[str, int] = defaultdict(int)
        ends: dict[tuple[str, str], str] = {}
        for one in self.stated:
            fields, series = one.fields, (one.agency, one.fields["family"])
            if fields["number"] != numbers[one.agency] + 1:
                detail = f"number {fields['number']} where {numbers[one.agency] + 1} has to be"
                self.tally.fail("board-number", detail, **one.where)
            numbers[one.agency] = fields["number"]
            if not ends.get(series, "") <= fields["period_from"] < fields["period_to"]:
                self.tally.fail("snapshot-period", "its period is empty, or goes back", **one.where)
            ends[series] = fields["period_to"]

    def _check_snapshot(self, one: Stated) -> None:
        fields, method = one.fields, one.fields["method"]
        try:
            known = {name: method[name] for name in _METHOD} == _METHOD
            zone, floor = ZoneInfo(str(method["zone"])), int(method["floor"])
        except (KeyError, ValueError, TypeError, OSError):
            known = False
        if not known:
            text = f"{one.name}: this verifier does not know its method"
            self.tally.not_evaluated.append(Phrase(text, f"{one.name}：本核实程序不识其方法"))
            return
        if one.leaf is not None and fields["size"] > one.leaf:
            self.tally.fail("snapshot-size", "made of more of the log than came before it", **one.where)
        period = (fields["period_from"], fields["period_to"])
        inputs = read_inputs(self._scratch, one.log, fields["size"], fields["family"], period, zone)
        self._check_inputs(one, inputs)
        self._check_cells(one, inputs, floor)

    def _check_inputs(self, one: Stated, inputs: Inputs) -> None:
        root, count = base64url.decode(one.fields["inputs"]), one.fields["inputs_count"]
        if (root_of([leaf.leaf_hash for leaf in inputs.leaves]), len(inputs.leaves)) == (root, count):
            return
        missing = omitted(inputs.leaves, root) if count < len(inputs.leaves) else None
        for leaf in missing or ():
            detail = f"snapshot {one.name} leaves this record out"
            self.tally.fail(
                "snapshot-omits", detail, log=one.log, index=leaf.index, jti=leaf.jti, sub=leaf.sub
            )
        if not missing:
            detail = f"{count} inputs with another root; the log gives {len(inputs.leaves)}"
            self.tally.fail("snapshot-inputs", detail, **one.where)

    def _check_cells(self, one: Stated, inputs: Inputs, floor: int) -> None:
        fields, resolution = one.fields, one.fields["resolution"]
        try:
            packed = base64url.decode(fields["cells"])
            told = {cell.cell: cell for cell in parse_cells(packed, resolution)}
            exposure = self._exposure(one, resolution)
        except VerificationError as error:
            self.tally.fail(error.code, f"{one.name}: {error.message}", **one.where)
            return
        if sha256(packed).hexdigest() != fields["result"]:
            self.tally.fail("cells-altered", "the cells do not hash to the result", **one.where)
        if exposure is None:
            return
        expected = expected_cells(inputs.anomalies, exposure, resolution)
        if inputs.erased:
            text = f"{one.name}: {inputs.erased} plates are erased, so trucks are not counted again"
            self.tally.notes.append(
                Phrase(text, f"{one.name}：{inputs.erased} 个号牌已依法删除，不再重数车辆")
            )
            shown = told.keys() & expected.keys()
        else:
            shown = shown_cells(expected, resolution, floor)
            self._check_shown(one, told.keys(), shown, len(expected))
        for cell in sorted(shown & told.keys()):
            for name, said, right in differences(told[cell], expected[cell], trucks=not inputs.erased):
                detail = f"cell {cell:x}: {name} is {said}, the records give {right}"
                self.tally.fail("snapshot-cell", detail, **one.where)

    def _check_shown(self, one: Stated, told: Any, shown: set[int], all_cells: int) -> None:
        for cell in sorted(shown - told):
            self.tally.fail("snapshot-cell", f"cell {cell:x} is missing", **one.where)
        for cell in sorted(told - shown):
            self.tally.fail("snapshot-floor", f"cell {cell:x} may not be shown", **one.where)
        if one.fields["suppressed"] != all_cells - len(shown):
            detail = f"{one.fields['suppressed']} cells suppressed; the records give {all_cells - len(shown)}"
            self.tally.fail("snapshot-cell", detail, **one.where)

    def _exposure(self, one: Stated, resolution: int) -> dict[int, int] | None:
        rows = self._snapshot.rows(_EXPOSURE, one.key)
        if not rows:
            detail = "there is no row for this snapshot"
            self.tally.fail("missing-row", detail, table=EXPOSURE, key=one.name)
            return None
        data = bytes(rows[0][0])
        if base64url.encode(sha256(data).digest()) != one.fields["exposure"]:
            self.tally.fail("altered", "not the bytes its record names", table=EXPOSURE, key=one.name)
            return None
        return parse_exposure(data, resolution)

    def check_board(self, board: Board, settled: int, now: int | None, tolerance: int) -> None:
        """Step 4: every event has its record and says the same; every record its event, or is on its way."""
        stated = {(one.agency, one.head): one for one in self.stated}
        read = {log.pin.agency for log in self._logs.values()}
        published = set()
        for event in board.snapshots:
            one = stated.get((event.published.agency, event.published.head))
            if one is not None:
                published.add(one.key)
                self._compare(one, event.published)
            elif event.published.agency in read and event.header.number <= settled:
                detail = f"{event.published.name} names a head that is no snapshot of the log"
                self.tally.fail("snapshot-foreign", detail, key=event.published.name)
        waiting = 0
        for one in self.stated:
            if one.key in published:
                continue
            head = self._logs[one.log].covering(one.leaf)
            delay = self._logs[one.log].maximum_merge_delay + tolerance
            if head is None or now is None or now <= head.time + delay:
                waiting += 1
            else:
                self.tally.fail("snapshot-unpublished", "the contract does not have it", **one.where)
        if waiting:
            self.tally.notes.append(
                Phrase(f"{waiting} on their way to the chain", f"{waiting} 个快照尚在上链途中")
            )

    def _compare(self, one: Stated, published: Any) -> None:
        fields = one.fields
        expected = {
            "number": fields["number"],
            "family": fields["family"],
            "period_from": _seconds(fields["period_from"]),
            "period_to": _seconds(fields["period_to"]),
            "resolution": fields["resolution"],
            "rules": fields["rules"],
            "method": sha256(strict_json.canonical(fields["method"])).hexdigest(),
            "inputs": base64url.decode(fields["inputs"]).hex(),
            "result": fields["result"],
        }
        for name, value in expected.items():
            found = getattr(published, name)
            if (found.hex() if isinstance(found, bytes) else found) != value:
                self.tally.fail("snapshot-differs", f"the contract has another {name}", **one.where)


def _seconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp())
