"""`gridwitness ingest decode gat1400`: a body a file, in order, exit code by whether all could be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness_cli.ingest.commands import app
from support.gat1400 import motor_vehicle, notification, upload, with_driver
from typer.testing import CliRunner


def decoded(*arguments: str, given: bytes = b"") -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, objects, the whole output."""
    result = CliRunner().invoke(app, ["decode", "gat1400", *arguments], input=given)
    lines = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    return result.exit_code, lines, result.output


def test_bodies_in_the_order_of_the_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    one.write_bytes(upload(with_driver(number=1), motor_vehicle(2)))
    two.write_bytes(
        notification("n", "s", motor_vehicle(3, Longitude=121.531541859215, Latitude=31.17530398364597))
    )
    code, lines, output = decoded(str(one), str(two), "-", "--datum", "GCJ02", given=upload(motor_vehicle(4)))
    assert code == 0
    assert [line["input"] for line in lines] == [0, 1, 2]
    assert [[item["plate"] for item in line["items"]] for line in lines] == [
        ["浙A00001", "浙A00002"], ["浙A00003"], ["浙A00004"],
    ]  # fmt: skip
    assert all(line["error"] is None for line in lines)
    assert [round(lines[1]["items"][0][axis], 5) for axis in ("lat", "lon")] == [31.17743, 121.52721]
    assert set(lines[0]["items"][0]) == {
        "time", "lat", "lon", "plate", "plate_color", "checkpoint", "device", "lane",
    }  # fmt: skip
    assert "SECRET" not in output


def test_what_can_not_be_read_is_named_and_exits_with_1(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"{")
    code, lines, _ = decoded(
        str(bad), "-", given=upload(motor_vehicle(1), motor_vehicle(2, PlateNo="浙AO1234"))
    )
    assert code == 1
    assert [line["error"]["code"] for line in lines] == ["body-json", "plate-invalid"]
    assert [len(line["items"]) for line in lines] == [0, 1]


def test_a_datum_that_is_none_is_refused_before_anything_is_read() -> None:
    result = CliRunner().invoke(app, ["decode", "gat1400", "-", "--datum", "Beijing54"], input=upload())
    assert isinstance(result.exception, InvalidInput) and result.exception.code == "datum-unknown"
    assert result.stdout == ""
    result = CliRunner().invoke(app, ["decode", "jt808", "-", "--datum", "GCJ02"], input=b"")
    assert isinstance(result.exception, InvalidInput), "terminals are WGS 84"
