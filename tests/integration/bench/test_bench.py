"""`gridwitness bench` at tiny sizes: what it writes and what it leaves behind. Never how fast."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gridwitness.errors import Misconfigured
from gridwitness_cli.bench import QUICK, Measurement, run_bench
from gridwitness_cli.bench.stage import staged
from support.postgres import new_home

TINY = replace(
    QUICK,
    batch=100,
    growth=(100, 200),
    transactions=5,
    baselines=1,
    signatures=10,
    posts=32,
    import_rows=20,
    bundles=3,
    cases=2,
    case_records=20,
    listed_cases=300,
    list_rounds=1,
    terminals=20,
    terminal_positions=10,
    gi_star_cells=1_000,
    passages=1_000,
    passage_memory=(1_000, 2_000),
    transitions=60,
    decisions=20,
    events=(500, 1_000),
    event_accounts=200,
    event_requests=40,
    repeats=1,
)
MEMBERS = {"name", "value", "unit", "beside", "beside_value", "ratio"}
BEGINNINGS = (
    "anchoring: 100 records of 9 fields",
    "signing: statements of 9 fields, ES256",
    "signing: statements of 9 fields, EdDSA",
    "import:",
    "POST /api/v1/records, 16 clients /",
    "POST /api/v1/records, 16 clients, p99",
    "audit, signatures checked",
    "audit, no signatures",
    "cost per record, to 100: in database",
    "cost per record, to 200: tiles on disk",
    "cost per record, to 200: chain on disk",
    "log over HTTP",
    "bundle offline, after start-up",
    "bundle offline, whole process",
    "Gi* of 1,000 cells",
    "gas of RecordLog.append",
    "milestones, 12 from signed step to stored proof",
    "milestones, 12 through the outbox",
    "case of 20 records: its file made",
    "case of 20 records: shown over HTTP",
    "case of 20 records: file verified offline",
    "JT/T 808 positions, 20 connections",
    "passages: from a CSV file",
    "passages: all passage rules, in memory",
    "memory of reading 2,000 passages",
    "memory of detecting 2,000 passages",
    "list of 300 cases by due date",
    "list of 300 cases by officer",
    "list of 300 cases by article / 按条款, p99",
    "60 transitions of 10 events, recorded",
    "dispatch by the list",
    "dispatch by the model",
    "events by unit, 500 events, 32 readers",
    "events of a street, 1,000 events, 32 readers, p99",
    "map of a box, 1,000 events, 32 readers",
    "statistics by state, 1,000 events, 32 readers",
    "growth, events by unit",
    "point to grid, 32 readers",
    "point to grid in the process",
)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = new_home("gw-bench-")
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.thorough
def test_a_tiny_run_writes_every_row_and_leaves_nothing_behind(folder: Path) -> None:
    said: list[str] = []
    rows = run_bench(folder, TINY, said.append)

    written = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert written == [row.to_value() for row in rows]
    for row in written:
        check_row(row)
    names = [row["name"] for row in written]
    assert len(set(names)) == len(names)
    for beginning in BEGINNINGS:
        assert any(name.startswith(beginning) for name in names), (beginning, names)
    assert "signing" in said
    assert [path.name for path in folder.iterdir()] == ["results.json"]
    assert processes_naming(folder) == []


def check_row(row: dict[str, Any]) -> None:
    assert set(row) == MEMBERS
    assert isinstance(row["unit"], str) and row["unit"]
    # Slopes of tiny runs may come out below nothing; they are numbers all the same.
    assert math.isfinite(row["value"])
    if row["beside"] is None:
        assert row["beside_value"] is None and row["ratio"] is None
    else:
        assert row["beside_value"] is not None and row["ratio"] is not None


def processes_naming(folder: Path) -> list[str]:
    """Command lines of living processes that mention the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found


def test_a_folder_of_somebody_else_is_not_emptied(folder: Path) -> None:
    home = folder / "home"
    home.mkdir()
    (home / "kept.txt").write_text("kept")

    with pytest.raises(Misconfigured) as refused, staged(home):
        pass

    assert refused.value.code == "bench-home"
    assert (home / "kept.txt").read_text() == "kept"


def test_a_ratio_is_value_over_what_stands_beside_it() -> None:
    row = Measurement("a", 1234.567, "records/s", "b", 100.0)
    assert row.to_value() == {
        "name": "a",
        "value": 1235.0,
        "unit": "records/s",
        "beside": "b",
        "beside_value": 100.0,
        "ratio": 12.35,
    }
    assert Measurement("a", 1.0, "ms").to_value()["ratio"] is None
