"""`gridwitness demo`: the main job once, and nothing of it runs on."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gridwitness_cli.demo.event_story import BEATS
from support.demo_home import (
    clean_environment,
    processes_of,
    run_gridwitness,
    start_gridwitness,
    wait_until_gone,
)
from support.postgres import new_home

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="needs /proc to see processes"
)


@pytest.fixture
def home() -> Iterator[Path]:
    folder = new_home("gw-demo-")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.timeout(900)
def test_demo_proves_everything_and_names_every_tampering(home: Path) -> None:
    done = run_gridwitness(clean_environment(home), "demo")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert processes_of(home) == []
    folder = home / "demo"
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    assert summary["ok"] and all(step["ok"] for step in summary["steps"])

    tampered = {(change["table"], change["column"]): change for change in summary["tampering"]}
    assert len(summary["tampering"]) == 16
    assert all(change["named"] and change["exit_code"] == 1 for change in summary["tampering"])
    record = tampered["records.record", "entry"]
    assert record["found"]["jti"] == record["key"]
    row = tampered["members.account", "display_name"]["found"]
    assert (row["table"], row["column"]) == ("members.account", "display_name")
    assert tampered["members.account", "display_name"]["key"] in row["key"]

    bundles = sorted(path.name for path in (folder / "bundles").glob("*.json"))
    assert bundles == sorted(bundle["file"] for bundle in summary["bundles"])
    assert len(bundles) == summary["counts"]["bundles"] == len(summary["records"])
    _check_cases(summary, folder, done.stdout)
    _check_event(summary, done.stdout)
    # The last verification is the audit after everything was undone.
    assert summary["verifications"][-1]["exit_code"] == 0
    assert {refusal["code"] for refusal in summary["refusals"]} >= {
        "subject-moved", "signature", "key-revoked", "key-expired", "identity-conflict", "json-duplicate"
    }  # fmt: skip
    page = (folder / "report.html").read_text("utf-8")
    assert "every check that profile embedded requires is proved" in page
    assert "All evidence was proved" in done.stdout


def _check_cases(summary: dict[str, Any], folder: Path, told: str) -> None:
    """Two cases from clue to archive, unlawful steps refused by their rule, case files proved or located."""
    assert summary["counts"]["summary_case_steps"] == 11
    assert summary["counts"]["general_case_steps"] == 38
    refused = {(refusal["code"], refusal["rule"]) for refusal in summary["refusals"]}
    assert refused >= {
        ("procedure-refused", "APL-42"), ("procedure-refused", "APL-51"), ("procedure-refused", "APL-62"),
        ("procedure-refused", "APL-64"), ("step-before-predecessor", "APL-47"),
        ("CaseRegistryEdgeRefused", None), ("CaseRegistryNotTheRecorder", None),
    }  # fmt: skip
    verified = {found["what"].partition(" case file")[2]: found for found in summary["verifications"]}
    assert [verified[what]["exit_code"] for what in (", 简易程序 summary", ", 一般程序 general")] == [0, 0]
    assert verified[" with another case's PDF"]["verdict"] == "failed: documents"
    assert verified[" with one record left out"]["verdict"] == "failed: case"
    documents = [path.read_bytes()[:5] for path in (folder / "documents").glob("*.pdf")]
    assert documents == [b"%PDF-"] * summary["counts"]["documents"]
    # Labour Day's shifted Saturday is a working day: the time to pay ends on it, and was missed.
    assert "2026-05-09" in told and "逾期 late" in told


def _check_event(summary: dict[str, Any], told: str) -> None:
    """One event from report to callback, its orders raised by the duty process; its file proved offline."""
    assert summary["counts"]["event_steps"] >= len(BEATS) + 4  # report, dispatch, order raised and escalated
    for step in ("return_grant", "extend_grant", "whistle_end", "order_raise", "order_escalate", "callback"):
        assert step in told
    verified = {found["what"].rpartition(" event file")[2]: found for found in summary["verifications"]}
    assert verified[", offline"]["exit_code"] == 0
    assert verified[" with one record left out"]["verdict"].startswith("failed: event")


def _started_demo(home: Path) -> subprocess.Popen[bytes]:
    """A demo whose platform serves already."""
    demo = start_gridwitness(clean_environment(home), "demo")
    deadline = time.monotonic() + 180
    while not (home / "demo" / "home" / "run.json").exists():
        assert demo.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)
    return demo


@pytest.mark.timeout(600)
def test_interrupted_demo_leaves_no_process(home: Path) -> None:
    demo = _started_demo(home)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(120) == 130
    assert processes_of(home) == []
    summary = json.loads((home / "demo" / "summary.json").read_text("utf-8"))
    assert summary["ok"] is False


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_killed_demo_takes_its_platform_with_it(home: Path) -> None:
    demo = _started_demo(home)
    second = run_gridwitness(clean_environment(home), "demo")
    assert second.returncode == 2 and "demo-running" in second.stderr
    demo.kill()
    demo.wait()
    wait_until_gone(home, 120)
