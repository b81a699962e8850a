"""Rows of the shared vectors lead to their root, by the verifier's own code."""

from __future__ import annotations

from typing import Any

import pytest
from gridwitness_verifier.bundle.passage import _check_path, parse_passage
from gridwitness_verifier.errors import Unusable, VerificationError
from support.vectors import load

VECTORS: dict[str, Any] = load("rows")
SIZE = len(VECTORS["rows"])
RECORD = {"format": "gridwitness-bundle/v1", "record": "x"}
FIELDS = {"rows": SIZE, "root": VECTORS["root"]}


def proof(index: int) -> dict[str, Any]:
    """A `gridwitness-passage/v1` of a row of the vectors, around a record that is none."""
    case = VECTORS["rows"][index]
    row = {name: value for name, value in case["row"].items() if value is not None}
    parts = {"salt": case["salt"], "index": index, "size": SIZE, "path": case["path"], "record": RECORD}
    return {"row": row, **parts}


@pytest.mark.parametrize("index", range(SIZE))
def test_a_row_of_the_vectors_leads_to_the_root(index: int) -> None:
    passage = parse_passage(proof(index), "a")
    assert passage.name.count(":") == 1
    _check_path(passage, FIELDS)
    case = VECTORS["rows"][index]
    for name, value in case["row"].items():
        changed = {**proof(index)["row"], name: 1 if isinstance(value, str | None) else value + 1}
        with pytest.raises(VerificationError, match="not in the part"):
            _check_path(parse_passage({**proof(index), "row": changed}, "a"), FIELDS)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("row", []),
        ("row", {str(number): 1 for number in range(65)}),
        ("salt", 1),
        ("index", "0"),
        ("size", True),
        ("path", ["x"] * 65),
        ("path", [1]),
        ("record", {}),
        ("record", {"format": "gridwitness-bundle/v1"}),
    ],
)
def test_what_is_no_proof_is_unusable(member: str, value: object) -> None:
    with pytest.raises(Unusable):
        parse_passage({**proof(0), member: value}, "a")
