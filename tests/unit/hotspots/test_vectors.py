"""The vectors of `tests/vectors/hotspots.json`, which the verifier has to answer as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from gridwitness.hotspots.cells import pack, unpack
from gridwitness.hotspots.composition import Counted, compose

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/hotspots.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", VECTORS["packed"], ids=lambda case: case["name"])
def test_a_cell_is_packed_as_the_format_says(case: dict[str, Any]) -> None:
    (cell,) = unpack(bytes.fromhex(case["bytes"]))
    assert pack([cell]).hex() == case["bytes"]
    assert (f"{cell.cell:x}", cell.hour_list, cell.rule_list) == (case["cell"], case["hours"], case["rules"])
    for name in ("anomalies", "trucks", "rate", "z", "significant"):
        assert getattr(cell, name) == case[name]


@pytest.mark.parametrize("case", VECTORS["maps"], ids=lambda case: case["name"])
def test_a_map_is_composed_as_the_format_says(case: dict[str, Any]) -> None:
    anomalies = [
        Counted(
            None if one["cell"] is None else int(one["cell"], 16),
            one["plate"],
            one["carrier"],
            one["hour"],
            one["rule"],
        )
        for one in case["anomalies"]
    ]
    exposure = {int(cell, 16): count for cell, count in case["exposure"].items()}
    found = compose(anomalies, exposure, case["resolution"], case["floor"])
    assert pack(found.cells).hex() == case["cells"]
    assert (found.suppressed, found.left_out) == (case["suppressed"], case["left_out"])
