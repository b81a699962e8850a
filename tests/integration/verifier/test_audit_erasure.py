"""Erasure (format §13): what was erased in order keeps its proofs;
anything else that is missing was withheld.
"""

from __future__ import annotations

from support.forged_record import ForgedRecord
from support.forged_scenario import Scenario, case_step


def erase(
    scenario: Scenario, record: ForgedRecord, name: str, *, field: str, anchored: bool = True
) -> ForgedRecord:
    """Record the erasure of one field of one record, anchor it, then take the disclosure away."""
    platform = scenario.platform
    fields = {
        "field": field, "digests": [record.digest_of(name)], "reason": "retention ended",
        "requested_by": "a", "approved_by": "b", "retention_ended": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    erasure = platform.accept("record.erasure.v1", fields, scenario.service, sub=record.claims["sub"])
    if anchored:
        platform.anchor()
    with platform.database() as database:
        database.execute(
            "UPDATE records.record SET disclosures[%s] = NULL WHERE jti = %s",
            (record.names[name] + 1, record.jti),
        )
    return erasure


def test_erased_in_order(scenario: Scenario, audit) -> None:
    erase(scenario, scenario.case[0], "facts", field="facts")
    answer = audit()
    assert answer.exit_code == 0
    assert "1 erased, commitment intact" in answer.check("disclosures")["reason"]


def test_erased_row_value(scenario: Scenario, audit) -> None:
    name = "row.0.display_name"
    erasure = erase(scenario, scenario.account_effect, name, field="members.account.display_name")
    scenario.platform.effect(
        scenario.service,
        [("members.account", {"id": scenario.account}, {"display_name": None})],
        cause=erasure.jti,
    )
    scenario.platform.anchor()
    answer = audit()
    assert answer.failed == set()
    assert answer.exit_code == 0


def test_erased_disclosure_and_kept_row_value(scenario: Scenario, audit) -> None:
    name = "row.0.display_name"
    erase(scenario, scenario.account_effect, name, field="members.account.display_name")
    answer = audit()
    assert answer.failed == {"rows"}
    assert answer.place("rows", "altered")["column"] == "display_name"


def test_erasure_of_what_may_not_be_erased(scenario: Scenario, audit) -> None:
    erase(scenario, scenario.case[0], "officers", field="officers")
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"disclosures"})
    place = answer.place("disclosures", "erasure-refused")
    assert (place["jti"], place["field"]) == (scenario.case[0].jti, "officers")


def test_erasure_that_names_another_field(scenario: Scenario, audit) -> None:
    erase(scenario, scenario.case[0], "officers", field="facts")
    answer = audit()
    assert answer.place("disclosures", "erasure-refused")["field"] == "officers"


def test_erasure_before_it_is_anchored(scenario: Scenario, audit) -> None:
    erase(scenario, scenario.case[0], "facts", field="facts", anchored=False)
    answer = audit()
    assert answer.failed == {"disclosures"}
    assert "not anchored" in answer.place("disclosures", "erasure-refused")["detail"]


def test_erasure_in_another_subject(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    other = platform.accept("case.step.v1", case_step(None, "立案", []), scenario.officer)
    record = scenario.case[0]
    fields = {
        "field": "facts", "digests": [record.digest_of("facts")], "reason": "x", "requested_by": "a",
        "approved_by": "b", "retention_ended": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    platform.accept("record.erasure.v1", fields, scenario.service, sub=other.claims["sub"])
    platform.anchor()
    with platform.database() as database:
        database.execute(
            "UPDATE records.record SET disclosures[%s] = NULL WHERE jti = %s",
            (record.names["facts"] + 1, record.jti),
        )
    assert audit().place("disclosures", "withheld")["jti"] == record.jti
