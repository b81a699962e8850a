"""The vectors of `tests/vectors/hotspots.json`, read and recomputed by the verifier's own code."""

import json
from pathlib import Path

import pytest
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.hotspots.cells import is_index, parent_index, parse_cells
from gridwitness_verifier.hotspots.recompute import (
    Told,
    differences,
    expected_cells,
    parse_exposure,
    shown_cells,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/hotspots.json").read_text(encoding="utf-8"))
ONE = bytes.fromhex(VECTORS["packed"][0]["bytes"])


@pytest.mark.parametrize("case", VECTORS["packed"], ids=lambda case: case["name"])
def test_a_cell_is_read_as_the_format_says(case):
    (cell,) = parse_cells(bytes.fromhex(case["bytes"]), 8)
    assert (f"{cell.cell:x}", cell.hour_list, cell.rule_list) == (case["cell"], case["hours"], case["rules"])
    for name in ("anomalies", "trucks", "rate", "z", "significant"):
        assert getattr(cell, name) == case[name]


@pytest.mark.parametrize("case", VECTORS["maps"], ids=lambda case: case["name"])
def test_a_map_is_recomputed_as_the_format_says(case):
    anomalies = [
        Told(one["cell"] and int(one["cell"], 16), one["plate"], one["carrier"], one["hour"], one["rule"])
        for one in case["anomalies"]
    ]
    exposure = {int(cell, 16): count for cell, count in case["exposure"].items()}
    expected = expected_cells(anomalies, exposure, case["resolution"])
    told = {cell.cell: cell for cell in parse_cells(bytes.fromhex(case["cells"]), case["resolution"])}
    assert shown_cells(expected, case["resolution"], case["floor"]) == told.keys()
    assert len(expected) - len(told) == case["suppressed"]
    for cell, said in told.items():
        assert list(differences(said, expected[cell], trucks=True)) == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ONE[:-1], "cells-form"),
        (ONE + ONE, "cells-order"),
        (ONE[:16] + b"\2" + ONE[17:], "cells-form"),
        (bytes(8) + ONE[8:], "cells-order"),
        (b"\x08\x93" + ONE[2:], "cells-form"),
        (b"\xff" + ONE[1:], "cells-form"),
        (ONE[:7] + b"\0" + ONE[8:], "cells-form"),
        (ONE * 4097, "cells-form"),
    ],
)
def test_what_are_no_cells_of_a_snapshot(data, code):
    with pytest.raises(VerificationError) as refusal:
        parse_cells(data, 8)
    assert refusal.value.code == code


def test_indexes_by_their_bits():
    cell = int(VECTORS["packed"][0]["cell"], 16)
    assert is_index(cell, 8) and not is_index(cell, 7)
    assert f"{parent_index(cell, 6):x}" == "86309a55fffffff"
    assert not is_index(cell | 1 << 63, 8) and not is_index(cell | 127 << 45, 8)


@pytest.mark.parametrize("change", ["short", "order", "zero", "index"])
def test_what_is_no_exposure(change):
    cell = ONE[:8]
    later = (int.from_bytes(cell, "big") + (1 << 21)).to_bytes(8, "big")
    given = {
        "short": cell + b"\0\0\1",
        "order": later + b"\0\0\0\1" + cell + b"\0\0\0\1",
        "zero": cell + bytes(4),
        "index": b"\0" * 7 + b"\1" + b"\0\0\0\1",
    }
    assert parse_exposure(cell + b"\0\0\0\7" + later + b"\0\0\0\1", 8)[int.from_bytes(cell, "big")] == 7
    with pytest.raises(VerificationError, match="exposure"):
        parse_exposure(given[change], 8)
