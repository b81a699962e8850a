"""The public RFC 6962 / 9162 vectors: 12 proofs that must verify, 184 that must be refused."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from gridwitness_evidence import EvidenceError, verify_consistency, verify_inclusion

_DATA = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
pytestmark = pytest.mark.skipif(
    not _DATA, reason="GRIDWITNESS_REFERENCE_DATA does not name the folder of the reference data"
)


def _cases(folder: str) -> list[Any]:
    root = Path(_DATA or ".") / "merkle" / folder
    files = sorted(path for path in root.rglob("*.json")) if _DATA else []
    return [pytest.param(path, id=str(path.relative_to(root))) for path in files]


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


@pytest.mark.parametrize("path", _cases("inclusion"))
def test_inclusion(path: Path) -> None:
    case = json.loads(path.read_text())
    proof = [_bytes(value) for value in case["proof"] or []]
    arguments = (_bytes(case["leafHash"]), case["leafIdx"], case["treeSize"], proof, _bytes(case["root"]))
    _check(case["wantErr"], lambda: verify_inclusion(*arguments))


@pytest.mark.parametrize("path", _cases("consistency"))
def test_consistency(path: Path) -> None:
    case = json.loads(path.read_text())
    proof = [_bytes(value) for value in case["proof"] or []]
    roots = _bytes(case["root1"]), _bytes(case["root2"])
    _check(case["wantErr"], lambda: verify_consistency(case["size1"], case["size2"], *roots, proof))


def _check(refused: bool, verify: Any) -> None:
    if refused:
        with pytest.raises(EvidenceError):
            verify()
    else:
        verify()


def test_all_vectors_are_there() -> None:
    assert len(_cases("inclusion")) == len(_cases("consistency")) == 98
