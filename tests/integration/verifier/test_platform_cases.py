"""Cases of a running platform: what audit and case file show, and a thief of the recorder's key is found."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from gridwitness.provision import write_trust
from gridwitness_chain import case_id
from support.case_plays import inquire, open_general
from support.case_story import BEGIN, Cast, Story, hire
from support.platform import CITY, Report, RunningPlatform, run_verifier, running_platform


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=BEGIN) as platform:
        yield platform


def case_file(running: RunningPlatform, story: Story, name: str) -> str:
    write_trust(running.platform)
    with running.platform.transaction() as session:
        content = running.platform.cases.case_file(session, story.sub, show_personal=True)
    path = running.home / name
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return str(path)


def bundle(running: RunningPlatform, path: str, *, ask: bool = False) -> Report:
    node = ["--rpc", str(running.platform.chain.rpc_url)] if ask else []
    return run_verifier("bundle", path, "--trust", str(running.trust_file), *node)


def codes(report: Report, check: str) -> set[str]:
    return {place["code"] for place in report.check(check)["locations"]}


def test_a_case_and_what_a_stolen_recorder_can_do_to_it(running: RunningPlatform) -> None:
    cast: Cast = hire(running)
    story = open_general(running, cast)
    running.drain()
    # 1. an open case, complete up to its filing; the chain agrees
    early = case_file(running, story, "early.json")
    for ask in (False, True):
        report = bundle(running, early, ask=ask)
        report.require_proved()
        assert report.report["subject"]["case"] == f"{CITY}-2026-000001"
    # 2. the case goes on: the older file is named as such by a node alone
    inquire(story, cast)
    running.drain()
    assert bundle(running, early).exit_code == 0
    later = bundle(running, early, ask=True)
    assert (later.exit_code, codes(later, "completeness")) == (3, {"milestone-later"})
    whole = case_file(running, story, "whole.json")
    bundle(running, whole, ask=True).require_proved()
    audit = running.audit()
    audit.require_proved()
    assert audit.report["subject"]["open_cases"] == [f"{CITY}-2026-000001"]
    # 3. a thief registers a milestone that no record is
    registry = running.platform.chain.contracts.case_registry
    state = registry.case_of(CITY, case_id(story.sub))
    forged = registry.advance(
        CITY, case_id(story.sub), state.index + 1, "service", state.seq + 9, bytes(31) + b"\1"
    )
    registry.submit(running.platform.chain.recorder(CITY), forged)
    audit = running.audit()
    assert audit.exit_code == 1
    assert set(audit.failed) == {"cases"}
    place = next(p for p in audit.failed["cases"] if p["code"] == "milestone-without-record")
    assert (place["key"], place["seq"]) == (f"{CITY}-2026-000001", state.seq + 9)
    assert codes(bundle(running, whole, ask=True), "completeness") == {"milestone-later"}
    assert bundle(running, whole).exit_code == 0
