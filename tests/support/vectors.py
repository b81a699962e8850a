"""The vectors that platform and verifier both have to answer (see tests/vectors/README.md)."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "vectors"


def load(name: str) -> Any:
    """The content of `tests/vectors/<name>.json`."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def mutations() -> list[dict[str, Any]]:
    """Every record case, its file's name before its own."""
    return [
        {**case, "name": f"{path.stem}: {case['name']}"}
        for path in sorted((FOLDER / "mutations").glob("*.json"))
        for case in load(f"mutations/{path.stem}")
    ]
