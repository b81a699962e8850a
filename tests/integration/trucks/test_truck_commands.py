"""`gridwitness truck`: registers from files, a review on the reviewer's device, passages for a case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from gridwitness.records import rfc3339
from gridwitness_cli.truck import app
from gridwitness_cli.truck.register_files import RegisterSummary, take_file
from support.case_device import CaseOffice, case_office
from support.case_plays import open_general
from support.platform import CITY, Officer
from support.truck_findings import register_feed, store_passages
from support.truck_review import anomaly_row, file_anomaly
from typer.testing import CliRunner

TRUCKS = """号牌,号牌颜色,运输单位,品牌,生效时间,失效时间
浙A12345,黄,C1,陕汽,2026-01-01,
浙A12345,黄,C1,重汽,2026-01-02,
浙A5432,黄,C1,陕汽,2026-01-01,
浙A54321,黄绿,C9,陕汽,2026-01-01,
浙A54322,黄绿,C1,,2026-01-01,2026-12-31
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseOffice]:
    with case_office(tmp_path_factory.mktemp("devices")) as opened:
        yield opened


@pytest.fixture(scope="module")
def registered(office: CaseOffice, tmp_path_factory: pytest.TempPathFactory) -> CaseOffice:
    """Registers taken over from files, a feed, stored passages."""
    folder = tmp_path_factory.mktemp("registers")
    carriers = written(folder, "carriers.csv", "carrier,name,valid_from\nC1,示范渣土,2026-01-01\n")
    assert taken(office, "carrier", carriers) == (1, 1, 0, 0, 0)
    trucks = written(folder, "trucks.csv", TRUCKS)
    assert taken(office, "truck", trucks) == (5, 2, 0, 0, 3)
    points = {
        "卡口编号": "K1", "名称": "文三路", "设备": "330100000011900000K1", "纬度": "30.28", "经度": "120.15",
        "坐标系": "WGS84", "生效时间": "2026-01-01",
    }  # fmt: skip
    assert (
        taken(office, "checkpoint", written(folder, "k.ndjson", json.dumps(points) + "\n{}\nno\n"))[-1] == 2
    )
    register_feed(office.cast.first)
    store_passages(office.running.platform, office.running.clock.now() - timedelta(hours=1), 3)
    return office


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def taken(office: CaseOffice, kind: str, path: Path) -> tuple[int, ...]:
    done: RegisterSummary = take_file(office.running.platform, CITY, kind, path)
    return done.read, done.recorded, done.changed, done.unchanged, done.bad


def run(office: CaseOffice, owner: Officer, *arguments: str) -> Result:
    device = office.device(owner)
    environment = {
        "GRIDWITNESS_PASSPHRASE": "an officer's passphrase",
        "GRIDWITNESS_HOME": str(office.running.home),
        "GRIDWITNESS_URL": office.url,
        "GRIDWITNESS_DEVICE_FOLDER": str(device.folder),
        "COLUMNS": "200",
    }
    return CliRunner().invoke(app, [*arguments], env=environment)


def told(office: CaseOffice, owner: Officer, *arguments: str) -> dict[str, Any]:
    result = run(office, owner, *arguments, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_register_is_taken_over_again_without_doubling(registered: CaseOffice, tmp_path: Path) -> None:
    path = written(tmp_path, "trucks.csv", TRUCKS)
    assert taken(registered, "truck", path) == (5, 0, 0, 2, 3)
    bad = [json.loads(line) for line in (tmp_path / "trucks.csv.bad.ndjson").read_text().splitlines()]
    assert [(row["line"], row["reason"].rpartition("[")[2]) for row in bad] == [
        (3, "plate-taken]"), (4, "plate]"), (5, "carrier-unknown]"),
    ]  # fmt: skip
    mended = (
        TRUCKS.replace("重汽", "陕汽").replace("陕汽,2026-01-02", "陕汽,2026-01-01").replace(",C9,", ",C1,")
    )
    path = written(tmp_path, "trucks.csv", mended.replace("浙A5432,", "浙A54323,"))
    assert taken(registered, "truck", path) == (5, 2, 0, 3, 0)
    changed = written(
        tmp_path,
        "one.csv",
        TRUCKS.replace("陕汽,2026-01-01,\n浙A12345,黄,C1,重汽,2026-01-02,", "东风,2026-01-01,"),
    )
    assert taken(registered, "truck", changed)[2] == 1


def test_permit_versions_follow_in_one_file(registered: CaseOffice, tmp_path: Path) -> None:
    sites = "编号,类别,名称,范围,生效时间\n"
    sites += "S1,工地,一,120.1 30.2;120.2 30.2;120.2 30.3,2026-01-01\n"
    sites += "D1,消纳场,二,120.3 30.2;120.4 30.2;120.4 30.3,2026-01-01\n"
    assert taken(registered, "site", written(tmp_path, "sites.csv", sites)) == (2, 2, 0, 0, 0)
    permits = "核准编号,版本,运输单位,号牌,工地,消纳场,运输时间,生效时间,失效时间,状态\n"
    permits += "P1,1,C1,浙A12345,S1,D1,21:00-06:00,2026-01-01,2026-12-31,有效\n"
    permits += "P1,2,C1,浙A12345,S1,D1,21:00-06:00,2026-05-01,2026-12-31,撤销\n"
    path = written(tmp_path, "permits.csv", permits + "P1,4,C1,浙A12345,S1,D1,,2026-05-01,2026-12-31,有效\n")
    assert taken(registered, "permit", path) == (3, 2, 0, 0, 1)
    assert taken(registered, "permit", path) == (3, 0, 0, 2, 1)


def test_a_reviewer_upholds_on_a_device_of_their_own(registered: CaseOffice, tmp_path: Path) -> None:
    reviewer = registered.cast.second
    sub = file_anomaly(registered.running, 0)
    listed = told(registered, reviewer, "anomalies", "--state", "suspected")
    assert [row["sub"] for row in listed["items"]] == [sub]
    assert "TIME_WIN" in run(registered, reviewer, "anomalies").output
    alone = run(registered, reviewer, "review", sub, "--uphold", "--reason", "原图一致", "--json")
    assert alone.exit_code == 2 and json.loads(alone.stdout)["error"]["code"] == "review-single-source"
    image = written(tmp_path, "photo.txt", "a photograph")
    answer = told(
        registered, reviewer, "review", sub, "--uphold", "--reason", "原图一致", "--file", str(image)
    )
    assert answer["outcome"] == "upheld" and anomaly_row(registered.running, sub=sub).state == "upheld"
    shown = told(registered, reviewer, "anomaly", sub)
    assert [(each["outcome"], each["files"]) for each in shown["reviews"]] == [("upheld", 1)]
    assert "成立" in run(registered, reviewer, "anomaly", sub).output
    assert (registered.device(reviewer).folder / "receipts" / f"{answer['jti']}.receipt").is_file()
    both = run(registered, reviewer, "review", sub, "--uphold", "--exclude", "--reason", "x")
    assert getattr(both.exception, "code", None) == "review-outcome"


def test_passages_are_told_for_a_case_and_recorded(registered: CaseOffice) -> None:
    first = registered.cast.first
    now = registered.running.clock.now()
    window = ("--from", rfc3339(now - timedelta(days=1)), "--to", rfc3339(now))
    asking = ("passages", "浙A12345", "--reason", "核查运输时间", *window)
    refused = run(registered, first, *asking, "--case", "f" * 32, "--json")
    assert refused.exit_code == 2 and json.loads(refused.stdout)["error"]["code"] == "case-unknown"
    story = open_general(registered.running, registered.cast)
    found = told(registered, first, *asking, "--case", story.sub)
    assert found["total"] == 3
    assert "K1" in run(registered, first, *asking, "--case", story.sub).output
