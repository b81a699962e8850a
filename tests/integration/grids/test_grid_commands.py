"""`gridwitness grid`: registers from files, the list decided on a device, the territory read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from gridwitness_cli.grid import app
from gridwitness_cli.grid.register_files import Source, take_file
from support import grid_registers as registers
from support.case_device import CaseDevice
from support.platform import CITY, Officer, RunningPlatform
from support.submit_door import served
from typer.testing import CliRunner

UNITS = """单位编号,名称,类别,上级,工作时间,生效时间
QH,前海街道办,街道,,08:30-12:00;13:30-18:00,2026-01-01
QH-1,前海一队,队伍,QH,0:00-24:00,2026-01-01
QH-2,前海二队,队伍,nobody,0:00-24:00,2026-01-01
QH-3,前海三队,队伍,QH,全天,2026-01-01
"""
BOX = [[114.0, 22.5], [114.01, 22.5], [114.01, 22.51], [114.0, 22.51], [114.0, 22.5]]
CROSSED = [[114.0, 22.5], [114.02, 22.52], [114.02, 22.5], [114.0, 22.52], [114.0, 22.5]]


@dataclass(frozen=True)
class Desk:
    """Files taken over, and commands run on somebody's device."""

    running: RunningPlatform
    url: str
    folder: Path

    def taken(self, kind: str, name: str, text: str, datum: str = "WGS84", **given: str) -> tuple[int, ...]:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        done = take_file(self.running.platform, CITY, path, Source(kind, given, datum))
        return done.read, done.recorded, done.changed, done.unchanged, done.bad, len(done.mended)

    def run(self, owner: Officer, *arguments: str) -> Result:
        folder = self.folder / owner.username
        if not folder.exists():
            CaseDevice.hand_out(folder, owner, self.url)
        environment = {
            "GRIDWITNESS_PASSPHRASE": "an officer's passphrase",
            "GRIDWITNESS_HOME": str(self.running.home),
            "GRIDWITNESS_URL": self.url,
            "GRIDWITNESS_DEVICE_FOLDER": str(folder),
        }
        return CliRunner().invoke(app, [*arguments], env=environment)

    def told(self, owner: Officer, *arguments: str) -> Any:
        result = self.run(owner, *arguments, "--json")
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout)


@pytest.fixture(scope="module")
def desk(running: RunningPlatform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with served(running.platform) as url:
        yield Desk(running, url, tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def features() -> Callable[..., str]:
    def made(*shapes: tuple[str, Any]) -> str:
        return json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {"type": "Feature", "properties": {"adcode": int(code), "name": f"区{code}",
                     "parent": {"adcode": 440300}, "level": "district"},
                     "geometry": {"type": kind, "coordinates": coordinates}}
                    for code, (kind, coordinates) in shapes
                ],
            }
        )  # fmt: skip

    return made


def test_registers_come_from_files_and_again_change_nothing(desk: Desk, features: Callable[..., str]) -> None:
    assert desk.taken("unit", "units.csv", UNITS) == (4, 2, 0, 0, 2, 0)
    bad = (desk.folder / "units.csv.bad.ndjson").read_text(encoding="utf-8")
    assert "unit-unknown" in bad and "08:30-12:00" in bad
    assert desk.taken("unit", "units.csv", UNITS) == (4, 0, 0, 2, 2, 0)
    city = '{"grid": "4403", "level": 1, "name": "示范二市", "valid_from": "2026-01-01T00:00:00Z"}\n[]\n'
    assert desk.taken("grid", "city.ndjson", city) == (2, 1, 0, 0, 1, 0)
    shapes = features(
        ("440305", ("Polygon", [BOX])),
        ("440306", ("MultiPolygon", [[CROSSED]])),
        ("440307", ("Point", [114, 22])),
    )
    given = {"level": "2", "valid_from": "2026-01-01", "unit": "QH"}
    assert desk.taken("grid", "districts.geojson", shapes, **given) == (3, 2, 0, 0, 1, 1)
    assert desk.taken("grid", "districts.geojson", shapes, **given) == (3, 0, 0, 2, 1, 1)
    with desk.running.platform.transaction() as session:
        territory = desk.running.platform.territories.at(session)
    assert territory.grid("440305").parent == "4403"
    found = territory.locate(22_505_000, 114_005_000)
    assert found is not None and found.number in ("440305", "440306")
    shifted = features(("440308", ("Polygon", [[[x + 0.1, y] for x, y in BOX]])))
    assert desk.taken("grid", "shifted.geojson", shifted, "GCJ02", **given)[1] == 1
    with desk.running.platform.transaction() as session:
        area = desk.running.platform.territories.at(session).area("440308")
    assert area is not None and area[0][0][0] != [114_100_000, 22_500_000]


def test_a_list_is_proposed_decided_and_amended(desk: Desk, clerk: Officer, chief: Officer) -> None:
    def document(**changed: Any) -> str:
        matters = [{"matter": f"09{n:02}", "entry": registers.entry(**changed)} for n in (1, 2)]
        return json.dumps({"format": "gridwitness-matters/1", "matters": matters})

    assert desk.taken("matter", "list.json", document())[:5] == (2, 2, 0, 0, 0)
    assert desk.taken("matter", "list.json", document())[:5] == (2, 0, 0, 2, 0)
    assert desk.taken("matter", "list.json", document(days=3))[4] == 2, "the first waits for a decision"
    waiting = [row["matter"] for row in desk.told(chief, "matters", "--waiting")]
    assert waiting == ["0901", "0902"]
    assert desk.run(clerk, "decide", "0901", "--approve").exception is not None
    assert len(desk.told(chief, "decide", "--all", "--approve")["decided"]) == 2
    assert [row["matter"] for row in desk.told(clerk, "matters")] == ["0901", "0902"]
    assert desk.taken("matter", "list.json", document(days=3))[:5] == (2, 2, 0, 0, 0)
    assert len(desk.told(chief, "decide", "0902", "--refuse", "--reason", "维持原样")["decided"]) == 1
    amended = desk.told(chief, "decide", "0901", "--approve")["decided"]
    assert len(amended) == 1
    assert [row["version"] for row in desk.told(clerk, "matters")] == [2, 1]
    retired = desk.told(clerk, "propose", "0902", "retire", "--reason", "不再适用")
    assert retired["version"] == 3
    assert len(desk.told(chief, "decide", "0902", "--approve")["decided"]) == 1
    assert [row["matter"] for row in desk.told(clerk, "matters")] == ["0901"]
    assert desk.run(chief, "decide", "0902", "--approve").exit_code != 0


def test_the_territory_is_read_on_a_device(desk: Desk, clerk: Officer) -> None:
    place = [f"{degrees / 1e6}" for degrees in registers.middle(2)]
    shown = desk.run(clerk, "locate", *place)
    assert registers.UNIT_GRIDS[2] in shown.output and registers.TOWNSHIP in shown.output, shown.output
    assert "no grid" in desk.run(clerk, "locate", "10", "10").output
    assert desk.told(clerk, "show", "330106")["items"][0]["area"] is not None
    assert registers.UNIT_GRIDS[7] in desk.run(clerk, "show", "--parent", "330106001001").output
    assert registers.GAS in desk.run(clerk, "show", "--units").output
    assert "没有匹配" in desk.run(clerk, "match", "火星").output
    assert desk.told(clerk, "staff", registers.ROADS) == []


def test_what_was_registered_is_proved(running: RunningPlatform, desk: Desk) -> None:
    running.drain()
    running.audit().require_proved()
