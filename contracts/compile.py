"""Compile the contracts into `contracts/artifacts/`, or check that the committed artifacts still match.

    python contracts/compile.py            write the artifacts
    python contracts/compile.py --check    exit 1 and name what differs

The compiler is npm `solc`, driven through py-solc-x by the executable `contracts/solc`. Same sources, same
artifacts, byte for byte: the metadata hash is left out of the bytecode, so comments don't change the code.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import solcx

FOLDER = Path(__file__).resolve().parent
ARTIFACTS = FOLDER / "artifacts"
NODE_MODULES = FOLDER.parent / "node_modules"
SOLC = FOLDER / "solc"
CONTRACTS = ("Members", "RecordLog", "CaseRegistry", "HotspotBoard")
# `paris`: newer targets use opcodes that Ganache and older consortium nodes don't know.
EVM_VERSION = "paris"
OPTIMIZER_RUNS = 200

_IMPORT = re.compile(r'^import\s[^"]*"([^"]+)";', re.MULTILINE)
_OUTPUTS = ["abi", "evm.bytecode.object", "evm.deployedBytecode", "storageLayout", "metadata"]


class CompilationError(Exception):
    """The contracts can't be compiled here; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def missing_tools() -> str | None:
    """Name what compiling needs and this machine lacks, or None."""
    if shutil.which("node") is None:
        return "node is not installed"
    for package in ("solc", "@openzeppelin/contracts"):
        if not (NODE_MODULES / package).is_dir():
            return f"npm package {package} is not installed: run `npm ci`"
    return None


def source_units() -> dict[str, str]:
    """Source text by unit name (`src/Members.sol`, `@openzeppelin/…`), imports included."""
    units: dict[str, str] = {}
    waiting = [f"src/{path.name}" for path in sorted((FOLDER / "src").glob("*.sol"))]
    while waiting:
        unit = waiting.pop()
        if unit in units:
            continue
        root = NODE_MODULES if unit.startswith("@") else FOLDER
        units[unit] = (root / unit).read_text(encoding="utf-8")
        waiting += [_resolve(unit, target) for target in _IMPORT.findall(units[unit])]
    return dict(sorted(units.items()))


def _resolve(importer: str, target: str) -> str:
    if not target.startswith("."):
        return target
    parts = importer.split("/")[:-1]
    for step in target.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


def compile_contracts() -> dict[str, dict[str, Any]]:
    """Compile and return the artifacts by contract name.

    Raises:
        CompilationError: `tools_missing`, or `compiler_refused` with the compiler's messages.
    """
    lacking = missing_tools()
    if lacking is not None:
        raise CompilationError("tools_missing", f"The contracts can't be compiled: {lacking}.")
    units = source_units()
    request = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in units.items()},
        "settings": {
            "evmVersion": EVM_VERSION,
            "optimizer": {"enabled": True, "runs": OPTIMIZER_RUNS},
            "metadata": {"bytecodeHash": "none"},
            "outputSelection": {f"src/{name}.sol": {name: _OUTPUTS} for name in CONTRACTS},
        },
    }
    try:
        answer = solcx.compile_standard(request, solc_binary=SOLC)
    except solcx.exceptions.SolcError as error:
        raise CompilationError(
            "compiler_refused", f"The compiler refused the contracts: {error.message}"
        ) from error
    warnings = [entry["formattedMessage"] for entry in answer.get("errors", [])]
    if warnings:
        raise CompilationError("compiler_refused", "The compiler warns:\n" + "\n".join(warnings))
    return {name: _artifact(name, answer["contracts"][f"src/{name}.sol"][name], units) for name in CONTRACTS}


def _artifact(name: str, output: dict[str, Any], units: dict[str, str]) -> dict[str, Any]:
    metadata = json.loads(output["metadata"])
    deployed = output["evm"]["deployedBytecode"]
    return {
        "contractName": name,
        "abi": output["abi"],
        "bytecode": "0x" + output["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + deployed["object"],
        "immutableReferences": _by_immutable(deployed["immutableReferences"]),
        "storageLayout": _without_ids(output["storageLayout"]),
        "compiler": {
            "version": metadata["compiler"]["version"],
            "evmVersion": metadata["settings"]["evmVersion"],
            "optimizer": metadata["settings"]["optimizer"]["enabled"],
            "runs": metadata["settings"]["optimizer"]["runs"],
            "bytecodeHash": metadata["settings"]["metadata"]["bytecodeHash"],
        },
        "sourceHashes": {
            unit: hashlib.sha256(units[unit].encode()).hexdigest() for unit in sorted(metadata["sources"])
        },
    }


def _by_immutable(references: dict[str, Any]) -> dict[str, Any]:
    return {identifier: references[identifier] for identifier in sorted(references, key=int)}


def _without_ids(layout: dict[str, Any]) -> dict[str, Any]:
    """Keep what a reader of storage needs; node ids of the syntax tree only make noise in diffs."""
    storage = [{key: value for key, value in entry.items() if key != "astId"} for entry in layout["storage"]]
    types = {
        name: {
            **kind,
            **(
                {"members": [{k: v for k, v in member.items() if k != "astId"} for member in kind["members"]]}
                if "members" in kind
                else {}
            ),
        }
        for name, kind in (layout["types"] or {}).items()
    }
    return {"storage": storage, "types": types}


def artifact_text(artifact: dict[str, Any]) -> str:
    """The committed form of an artifact."""
    return json.dumps(artifact, indent=1, ensure_ascii=False) + "\n"


def drift(artifacts: dict[str, dict[str, Any]]) -> list[str]:
    """Say which committed artifacts differ from `artifacts`, and in which part."""
    found = []
    for name, artifact in artifacts.items():
        path = ARTIFACTS / f"{name}.json"
        if not path.is_file():
            found.append(f"{path.name} is missing")
            continue
        text = path.read_text(encoding="utf-8")
        if text == artifact_text(artifact):
            continue
        committed = json.loads(text)
        parts = [part for part in artifact if committed.get(part) != artifact[part]]
        found.append(f"{path.name} differs in {', '.join(parts) or 'its formatting'}")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Write or check the artifacts; exit code 0 done or equal, 1 drift, 3 can't compile."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="compare with the committed artifacts instead of writing"
    )
    options = parser.parse_args(arguments)
    try:
        artifacts = compile_contracts()
    except CompilationError as error:
        print(f"{error} [{error.code}]", file=sys.stderr)
        return 3
    if options.check:
        found = drift(artifacts)
        for line in found:
            print(f"{line}: run `python contracts/compile.py` and commit the result", file=sys.stderr)
        return 1 if found else 0
    ARTIFACTS.mkdir(exist_ok=True)
    for name, artifact in artifacts.items():
        (ARTIFACTS / f"{name}.json").write_text(artifact_text(artifact), encoding="utf-8", newline="\n")
        size = len(artifact["deployedBytecode"]) // 2 - 1
        print(f"{name}: {size} bytes of code")
    return 0


if __name__ == "__main__":
    sys.exit(main())
