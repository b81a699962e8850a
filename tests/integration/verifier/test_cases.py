"""`cases` of log and audit against a real registry, and what a stolen recorder's key can do to it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from support.forged_platform import MERGE_DELAY
from support.forged_registry import Case, ForgedRegistry, found_registry, run_case
from support.forged_scenario import Scenario
from support.forged_server import serving


@pytest.fixture
def registry(scenario: Scenario) -> ForgedRegistry:
    return found_registry(scenario)


@pytest.fixture
def case(registry: ForgedRegistry) -> Case:
    return run_case(registry)


@pytest.fixture
def base(registry: ForgedRegistry) -> Iterator[str]:
    with serving(registry.platform.folder) as (url, _):
        yield url


@pytest.fixture
def look(registry: ForgedRegistry, verify, base: str):
    """`log` and `audit` of the same deployment."""

    def run():
        path = registry.trust()
        return (
            verify("log", base, "--trust", path),
            verify("audit", "--database", registry.platform.url, "--trust", path),
        )

    return run


def test_an_honest_registry(registry: ForgedRegistry, case: Case, look) -> None:
    for answer in look():
        assert (answer.exit_code, answer.failed) == (0, set()), answer.report
        assert answer.check("cases")["result"] == "proved"
        subject = answer.report["subject"]
        assert subject["open_cases"] == [f"{registry.platform.agency}-2026-000001"]
        assert subject["milestones"] == {"start": 1, "inquiry": 1, "review": 1, "decision": 1}


def test_a_stolen_recorder_makes_up_a_milestone(registry: ForgedRegistry, case: Case, look) -> None:
    """The contract takes what follows the edges; the log has no such record."""
    registry.advance(case, 4, "service", 50, b"\x07" * 32)
    for answer in look():
        assert (answer.exit_code, answer.failed) == (1, {"cases"})
        place = answer.place("cases", "milestone-without-record")
        assert (place["seq"], place["key"]) == (50, f"{registry.platform.agency}-2026-000001")


def test_a_stolen_recorder_gives_a_record_another_place(registry: ForgedRegistry, case: Case, look) -> None:
    record = registry.step(case, "decision-service")
    registry.platform.anchor()
    registry.advance(case, 4, "service", record.claims["seq"] + 3, record.leaf_hash)
    for answer in look():
        assert answer.failed == {"cases"}
        assert answer.place("cases", "milestone-seq")["seq"] == record.claims["seq"]


def test_a_stolen_recorder_registers_a_record_of_another_case(
    registry: ForgedRegistry, case: Case, look
) -> None:
    other = Case("c" * 32)
    registry.step(other, "clue")
    record = registry.step(other, "filing", details={"party_kind": "citizen"}, party={})
    registry.platform.anchor()
    registry.advance(case, 4, "service", 99, record.leaf_hash)
    for answer in look():
        assert {"cases"} == answer.failed
        assert answer.place("cases", "milestone-foreign")["sub"] == other.sub


def test_a_stolen_recorder_calls_a_step_another_milestone(registry: ForgedRegistry, case: Case, look) -> None:
    """Which step a record is, only an audit sees."""
    record = registry.step(case, "decision-service")
    registry.platform.anchor()
    registry.advance(case, 4, "service", record.claims["seq"], record.leaf_hash)
    payment = registry.step(case, "payment", outcome="partial", details={"amount": "1"})
    second = registry.step(case, "payment", outcome="full", details={"amount": "1"})
    registry.platform.anchor()
    registry.advance(case, 5, "execution", payment.claims["seq"], payment.leaf_hash)
    registry.advance(case, 6, "closure", second.claims["seq"], second.leaf_hash)
    by_log, by_audit = look()
    assert by_log.exit_code == 0
    assert by_log.report["subject"]["open_cases"] == []
    assert by_audit.failed == {"cases"}
    assert by_audit.place("cases", "milestone-differs")["jti"] == second.jti


def test_a_milestone_that_was_never_registered(
    registry: ForgedRegistry, case: Case, look, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = registry.step(case, "decision-service")
    registry.platform.anchor()
    by_log, by_audit = look()
    assert (by_log.exit_code, by_audit.exit_code) == (0, 0)
    assert "1 milestones on their way" in by_audit.check("cases")["reason"]
    later = time.time() + MERGE_DELAY + 600
    monkeypatch.setattr("gridwitness_verifier.audit.audit.time.time", lambda: later)
    by_audit = look()[1]
    place = by_audit.place("cases", "milestone-missing")
    assert (place["jti"], place["seq"]) == (record.jti, record.claims["seq"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE cases.registration SET block_number = block_number + 1 WHERE index = 2", "altered"),
        ("UPDATE cases.registration SET proof = '{}' WHERE index = 2", "anchor-form"),
        (
            "UPDATE cases.registration SET proof = (SELECT proof FROM cases.registration WHERE index = 3)"
            " WHERE index = 2",
            "altered",
        ),
        ("UPDATE cases.registration SET index = 9 WHERE index = 2", "extra-row"),
    ],
)
def test_rows_of_registrations(registry: ForgedRegistry, case: Case, verify, change: str, code: str) -> None:
    with registry.platform.database() as database:
        database.execute(change)
    answer = verify("audit", "--database", registry.platform.url, "--trust", registry.trust())
    assert answer.failed == {"cases"}
    assert answer.place("cases", code)["table"] == "cases.registration"


def test_rows_of_milestones(registry: ForgedRegistry, case: Case, verify) -> None:
    """An altered row contradicts its effect; one that was stated wrongly contradicts the entry."""
    wrong = {"milestone": "service", "seq": 5, "head": b"\x01" * 32, "jti": case.milestones[0][1].jti}
    key = {"sub": case.sub, "index": 4}
    registry.platform.effect(registry.scenario.service, [("cases.milestone", key, wrong)])
    registry.platform.anchor()
    answer = verify("audit", "--database", registry.platform.url, "--trust", registry.trust())
    assert answer.failed == {"cases"}
    columns = {place["column"] for place in answer.places("cases") if place["code"] == "column-differs"}
    assert columns == {"head", "seq"}


def test_another_registry_than_the_pinned_one(registry: ForgedRegistry, case: Case, look) -> None:
    path = registry.trust()
    text = path.read_text().replace(registry.contract.address.lower(), "0x" + "12" * 20)
    registry.trust = lambda: (path.write_text(text), path)[1]  # type: ignore[method-assign]
    for answer in look():
        assert "contract-code" in {place["code"] for place in answer.places("chain")}
