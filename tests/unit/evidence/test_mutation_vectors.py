import subprocess
import sys
from typing import Any

import pytest
from gridwitness_evidence import EvidenceError, PublicKey, parse_presentation, verify_signature
from support.vectors import FOLDER, mutations

CASES = mutations()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_answer_to_a_vector(case: dict[str, Any]) -> None:
    key = PublicKey.from_jwk(case["jwk"])
    stage, answer = case["stage"], "accepted"
    try:
        record = parse_presentation(case["presentation"], complete=stage == "acceptance")
        stage = "signature"
        verify_signature(record, key)
    except EvidenceError as error:
        answer = error.code
    assert answer == case["expect"]
    assert stage == case["stage"] or answer == "accepted"


def test_vectors_cover_every_code_with_both_algorithms() -> None:
    text = (FOLDER.parents[1] / "docs" / "format.md").read_text(encoding="utf-8")
    codes = {
        code
        for line in text.partition("## 3. Kinds")[0].splitlines()
        if line.startswith("| `") and line.count("|") == 3
        for code in line.split("|")[1].replace("`", "").replace("·", " ").split()
    } - {"iss", "aud", "jti", "kind", "src", "sub", "seq", "prev", "iat", "seen", "_sd_alg", "_sd", "claim"}
    assert {"json-malformed", "header", "claims", "signature"} <= codes
    codes |= {"too-large", "key-algorithm", "disclosure-missing", "accepted"}
    for curve in ("P-256", "Ed25519"):
        assert {case["expect"] for case in CASES if case["jwk"]["crv"] == curve} == codes


def test_committed_vectors_are_what_the_generator_writes() -> None:
    run = subprocess.run(
        [sys.executable, FOLDER / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
