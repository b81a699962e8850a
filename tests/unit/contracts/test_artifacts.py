"""The committed artifacts are what the committed sources compile to."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("Members", "RecordLog", "CaseRegistry", "HotspotBoard")


def _load_compiler() -> ModuleType:
    spec = importlib.util.spec_from_file_location("contracts_compile", ROOT / "contracts/compile.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


compiler = _load_compiler()


@pytest.fixture(scope="module")
def recompiled() -> dict[str, dict[str, Any]]:
    lacking = compiler.missing_tools()
    if lacking is not None:
        pytest.skip(f"contracts not recompiled: {lacking}")
    return compiler.compile_contracts()


def committed(name: str) -> dict[str, Any]:
    return json.loads((ROOT / f"contracts/artifacts/{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_recompiling_reproduces_every_part_of_the_artifact(recompiled: dict[str, Any], name: str) -> None:
    for part, value in recompiled[name].items():
        assert committed(name)[part] == value, f"{name}.json differs in {part}: run contracts/compile.py"
    assert set(committed(name)) == set(recompiled[name])


@pytest.mark.parametrize("name", NAMES)
def test_settings_run_on_every_engine(name: str) -> None:
    settings = committed(name)["compiler"]
    assert settings["version"].startswith("0.8.30+commit.")
    assert (settings["evmVersion"], settings["optimizer"], settings["runs"]) == ("paris", True, 200)
    # EIP-170: larger contracts can't be deployed.
    assert len(committed(name)["deployedBytecode"]) // 2 - 1 <= 24_576


def test_drift_names_the_artifact_and_the_part(
    recompiled: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "contracts/artifacts", tmp_path / "artifacts")
    monkeypatch.setattr(compiler, "ARTIFACTS", tmp_path / "artifacts")
    assert compiler.drift(recompiled) == []
    changed = committed("Members")
    changed["bytecode"] = changed["bytecode"][:-2] + "00"
    (tmp_path / "artifacts/Members.json").write_text(compiler.artifact_text(changed), encoding="utf-8")
    (tmp_path / "artifacts/RecordLog.json").unlink()
    assert compiler.drift(recompiled) == ["Members.json differs in bytecode", "RecordLog.json is missing"]
    assert compiler.main(["--check"]) == 1


def test_every_public_part_is_documented_and_every_error_carries_its_contracts_name() -> None:
    owners = {
        "Agencies.sol": "Members",
        "CaseRegistry.sol": "CaseRegistry",
        "HotspotBoard.sol": "HotspotBoard",
        "Members.sol": "Members",
        "RecordLog.sol": "RecordLog",
        "RecordTree.sol": "RecordTree",
    }
    found = 0
    for file, owner in owners.items():
        lines = (ROOT / "contracts/src" / file).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            words = line.split()
            if words[:1] == ["error"]:
                assert words[1].startswith(owner), f"{file}: {line}"
            public = any(word in words for word in ("public", "external")) and "function" in words
            if words[:1] in (["error"], ["event"]) or public:
                assert lines[number - 1].strip().startswith("///"), f"{file}:{number + 1} has no NatSpec"
                found += 1
    assert found > 60
