"""Records right, and wrong in exactly one way: the answers both sides have to give."""

import json
from pathlib import Path

import pytest
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.record import parse_presentation, require_all_disclosures, verify_signature

FOLDER = Path(__file__).parents[2] / "vectors" / "mutations"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text("utf-8"))
]


def answer(case):
    try:
        entry, disclosures = parse_presentation(case["presentation"])
        if case["stage"] == "acceptance":
            require_all_disclosures(entry, disclosures)
        if case["stage"] == "signature" or case["expect"] == "accepted":
            verify_signature(entry, case["jwk"])
    except VerificationError as error:
        return error.code
    return "accepted"


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_the_one_of_the_contract(case):
    assert answer(case) == case["expect"]


def test_there_are_cases_of_every_kind():
    assert len(CASES) > 100
    assert {case.values[0]["stage"] for case in CASES} == {"presentation", "acceptance", "signature"}
