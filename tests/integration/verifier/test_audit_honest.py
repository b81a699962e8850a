"""An honest deployment is proved, and the report says what was not shown."""

from __future__ import annotations

from support.forged_scenario import Scenario

PROVED = (
    "database manifest entries disclosures signatures keys subjects tree anchors chain rows files receipts"
)


def test_honest_state_is_proved(scenario: Scenario, audit) -> None:
    answer = audit()
    assert answer.failed == set(), [check for check in answer.report["checks"] if check["result"] == "failed"]
    results = {check["name"]: check["result"] for check in answer.report["checks"]}
    assert results == {
        **dict.fromkeys(
            PROVED.split(),
            "proved",
        ),
        "vouching": "claimed",
        "time": "claimed",
        "independence": "not evaluated",
    }
    assert answer.exit_code == 0
