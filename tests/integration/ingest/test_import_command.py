"""`gridwitness import`: options, the file of bad rows, summary and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer
from gridwitness.errors import GridWitnessError, InvalidInput, Misconfigured
from gridwitness.platform import Platform
from gridwitness_cli.import_command import ImportPlan, import_files, run_import
from gridwitness_ingest.importing import ImportSummary
from gridwitness_ingest.mapping import ColumnMapping, importable_kind
from support.ingest_platform import AGENCY
from typer.testing import CliRunner

KIND = importable_kind("event.reported")
APP = typer.Typer()
APP.command()(import_files)


def plan(*files: Path, agency: str | None = None, bad_rows: Path | None = None) -> ImportPlan:
    mapping = ColumnMapping(KIND, ZoneInfo("Asia/Shanghai"))
    return ImportPlan(files, KIND, "编号", mapping, agency, "12345", bad_rows)


def table(path: Path, *lines: str) -> Path:
    path.write_text("编号,标题,上报时间\n" + "".join(f"{line}\n" for line in lines))
    return path


def test_bad_rows_stand_beside_their_file_until_it_is_mended(platform: Platform, tmp_path: Path) -> None:
    path = table(tmp_path / "events.csv", "c-1,暴露垃圾,2024-05-01 08:00:00", "c-2,渣土,昨天", "c-3,少一列")
    [result] = run_import(platform, plan(path))
    assert result.summary == ImportSummary(read=3, recorded=1, bad=2)
    bad_file = tmp_path / "events.csv.bad.ndjson"
    assert result.bad_rows == str(bad_file)
    bad = [json.loads(line) for line in bad_file.read_text().splitlines()]
    assert sorted((row["line"], row["file"]) for row in bad) == [(3, str(path)), (4, str(path))]
    reasons = {row["line"]: row["reason"] for row in bad}
    assert reasons == {3: "上报时间: '昨天' is no time that can be read", 4: "2 cells where the header has 3"}
    assert {row["line"]: row["raw"] for row in bad}[4] == "c-3,少一列"

    table(path, "c-1,暴露垃圾,2024-05-01 08:00:00", "c-2,渣土,2024-05-02 08:00:00", "c-3,多余,")
    [mended] = run_import(platform, plan(path))
    assert mended.summary == ImportSummary(read=3, recorded=2, unchanged=1)
    assert mended.bad_rows is None and not bad_file.exists()


def test_several_files_share_the_file_of_bad_rows_that_is_named(platform: Platform, tmp_path: Path) -> None:
    first, second = table(tmp_path / "a.csv", "d-1"), table(tmp_path / "b.csv", "d-2,x,2024-05-01", "d-3")
    shared = tmp_path / "bad.ndjson"
    results = run_import(platform, plan(first, second, agency=AGENCY, bad_rows=shared))
    assert [result.summary.bad for result in results] == [1, 1]
    lines = [json.loads(line) for line in shared.read_text().splitlines()]
    assert [(Path(row["file"]).name, row["line"]) for row in lines] == [("a.csv", 2), ("b.csv", 3)]


def test_an_agency_that_is_not_here(platform: Platform, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        run_import(platform, plan(table(tmp_path / "a.csv"), agency="STRANGER9"))
    assert refused.value.code == "agency-unknown" and AGENCY in str(refused.value)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--kind", "event.unheard"], "kind-unknown"),
        (["--kind", "case.step"], "kind-not-importable"),
        (["--subject", "SRNumber"], "subject-column"),
        (["--timezone", "Mars/Olympus"], "timezone-unknown"),
        (["--timezone", "../../etc/passwd"], "timezone-unknown"),
        (["--map", "unit"], "map-option"),
        (["--map", "nofield=标题"], "map-field"),
        (["--map", "unit=科室"], "map-column"),
    ],
)
def test_options_are_checked_before_a_part_is_started(tmp_path: Path, options: list[str], code: str) -> None:
    path = table(tmp_path / "a.csv", "e-1,x,2024-05-01")
    defaults = ["--kind", "event.reported", "--subject", "编号", "--timezone", "Asia/Shanghai"]
    home = tmp_path / "home"
    result = CliRunner().invoke(APP, [str(path), *defaults, *options], env={"GRIDWITNESS_HOME": str(home)})
    assert isinstance(result.exception, GridWitnessError), result.output
    assert result.exception.code == code and not home.exists()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    options = ["--kind", "event.reported", "--subject", "编号", "--timezone", "Asia/Shanghai"]
    result = CliRunner().invoke(APP, [str(tmp_path / "none.csv"), *options])
    assert isinstance(result.exception, InvalidInput) and result.exception.code == "file-unreadable"


def test_a_home_without_a_platform_is_told_and_left_alone(tmp_path: Path) -> None:
    path, home = table(tmp_path / "a.csv", "e-1,x,2024-05-01"), tmp_path / "home"
    options = ["--kind", "event.reported", "--subject", "编号", "--timezone", "Asia/Shanghai"]
    result = CliRunner().invoke(APP, [str(path), *options], env={"GRIDWITNESS_HOME": str(home)})
    assert isinstance(result.exception, Misconfigured) and result.exception.code == "home-not-set-up"
    assert not home.exists()
