"""`gridwitness-verify hotspots`: the map from a node alone, and everything that a node can do to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gridwitness_chain import BoardSnapshot
from gridwitness_verifier.main import main as verify
from support.attack_node import Lie, lying_node
from support.hotspot_story import HOT, HotspotStory, snapshot_week
from support.platform import CITY, Report, run_verifier
from support.submit_door import served


@pytest.fixture(scope="module")
def story() -> Iterator[HotspotStory]:
    with snapshot_week() as week:
        week.make()
        yield week


def hotspots(story: HotspotStory, *arguments: str) -> Report:
    return run_verifier("hotspots", "--trust", str(story.running.trust_file), *arguments)


def test_the_map_is_read_and_checked(story: HotspotStory, tmp_path: Path) -> None:
    drawn = tmp_path / "map.geojson"
    report = hotspots(story, "--geojson", str(drawn), "--memory", str(tmp_path / "memory.json"))
    report.require_proved()
    passages, positions = report.report["subject"]["map"]
    (cell,) = passages["cells"]
    assert (cell["cell"], cell["anomalies"], cell["trucks"]) == (f"{HOT:x}", 18, 9)
    assert cell["hours"] == [2, 9] and cell["rules"] == ["ROUTE_DEV", "TIME_WIN"]
    assert (positions["number"], positions["cells"]) == (2, [])
    (feature,) = json.loads(drawn.read_text())["features"]
    ring = feature["geometry"]["coordinates"][0]
    assert len(ring) == 7 and ring[0] == ring[-1] and feature["properties"]["agency"] == CITY
    assert all(119 < lon < 121 and 29 < lat < 31 for lon, lat in ring)
    named = {check["name"]: check["result"] for check in report.report["checks"]}
    assert named == {
        "chain": "proved",
        "board": "proved",
        "snapshots": "proved",
        "time": "claimed",
        "independence": "not evaluated",
        "memory": "proved",
    }


def test_one_snapshot_and_none(story: HotspotStory, capsys: pytest.CaptureFixture[str]) -> None:
    (only,) = hotspots(story, "--number", "2").report["subject"]["map"]
    assert only["family"] == "positions"
    trust = ["--trust", str(story.running.trust_file)]
    assert verify(["hotspots", *trust, "--agency", "330100GA"]) == 2
    assert "board-unknown" in capsys.readouterr().err
    assert verify(["hotspots", *trust, "--language", "zh"]) == 0
    printed = capsys.readouterr().out
    assert f"{HOT:x}" in printed and "过车类" in printed and "ROUTE_DEV TIME_WIN" in printed


def in_logs(edit: Any) -> Lie:
    return lambda method, result: edit(result) if method == "eth_getLogs" else result


def swapped(text: str) -> str:
    return text.replace(f"{HOT:016x}", f"{HOT + (1 << 21):016x}")


def cells_edited(method: str, result: Any) -> Any:
    return json.loads(swapped(json.dumps(result)))


def only_events_edited(method: str, result: Any) -> Any:
    return cells_edited(method, result) if method == "eth_getLogs" else result


def period_edited(method: str, result: Any) -> Any:
    """The start of its period, an hour earlier, in the events only."""
    return cells_of(result, 32) if method == "eth_getLogs" else result


def cells_of(logs: Any, at: int) -> Any:
    for log in logs:
        data = bytearray.fromhex(log["data"][2:])
        if len(data) > 64:
            number = int.from_bytes(data[at : at + 32], "big") - 3600
            data[at : at + 32] = number.to_bytes(32, "big")
            log["data"] = "0x" + data.hex()
    return logs


def storage_edited(method: str, result: Any) -> Any:
    if method == "eth_getProof":
        result["storageProof"][0]["proof"] = result["storageProof"][0]["proof"][:-1]
    return result


@pytest.mark.parametrize(
    ("lie", "check", "code"),
    [
        (only_events_edited, "snapshots", "cells-altered"),
        (only_events_edited, "board", "board-event-unproved"),
        (cells_edited, "board", "board-receipts"),
        (period_edited, "board", "board-event-unproved"),
        (in_logs(lambda logs: logs[:-1]), "board", "board-missing"),
        (in_logs(lambda logs: []), "board", "board-missing"),
        (in_logs(lambda logs: logs[::-1]), "board", "board-number"),
        (in_logs(lambda logs: logs + logs[-1:]), "board", "board-number"),
        (storage_edited, "board", "storage-proof"),
        (
            lambda method, result: result + "00" if method == "eth_getCode" else result,
            "chain",
            "contract-code",
        ),
        (lambda method, result: "0x7" if method == "eth_chainId" else result, "chain", "chain-id"),
    ],
)
def test_what_a_lying_node_alters_is_found(story: HotspotStory, lie: Lie, check: str, code: str) -> None:
    with lying_node(story.running.rpc_url, lie) as url:
        report = hotspots(story, "--rpc", url)
    assert report.exit_code == 1
    assert code in [place["code"] for place in report.check(check)["locations"]]


def test_a_node_that_is_away_and_a_trust_file_without_a_board(
    story: HotspotStory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = hotspots(story, "--rpc", "http://127.0.0.1:1")
    assert report.exit_code == 3 and report.check("chain")["result"] == "not evaluated"
    content = json.loads(story.running.trust_file.read_text())
    del content["contracts"]["hotspot_board"]
    older = tmp_path / "trust.json"
    older.write_text(json.dumps(content))
    assert verify(["hotspots", "--trust", str(older)]) == 2
    assert "trust-no-board" in capsys.readouterr().err


@pytest.mark.parametrize("may_read", [False, True], ids=["anybody", "reader"])
def test_each_head_is_a_record_of_its_log(story: HotspotStory, tmp_path: Path, may_read: bool) -> None:
    arguments: list[str] = []
    if may_read:
        token = tmp_path / "token"
        token.write_text(story.running.officer(roles=("auditor",)).token)
        arguments = ["--token-file", str(token)]
    with served(story.running.platform) as url:
        report = hotspots(story, "--log", url, *arguments)
    report.require_proved()
    heads = report.check("heads")
    assert ("token" in heads["reason"]) is not may_read


def test_what_a_stolen_publisher_publishes_is_no_record(story: HotspotStory) -> None:
    """The last one here: from now on the board has a snapshot too many."""
    chain = story.running.platform.chain
    board, end = chain.contracts.hotspot_board, chain.contracts.hotspot_board.end_of(CITY, "passages")
    foreign = BoardSnapshot("passages", end, end + 1, 8, bytes(32), bytes(32), bytes(32), b"\7" * 32)
    chain.submit(chain.publisher(CITY), board, board.publish(CITY, 3, foreign, b""))
    hotspots(story).require_proved()
    with served(story.running.platform) as url:
        report = hotspots(story, "--log", url)
    assert [place["code"] for place in report.check("heads")["locations"]] == ["head-missing"]
    audit = story.running.audit()
    codes = [place["code"] for place in audit.check("hotspots")["locations"]]
    assert audit.exit_code == 1 and codes == ["snapshot-foreign"]
