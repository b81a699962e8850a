"""The two national procedures as the vectors have them: content, version and milestone graph.

The content is the platform's own data file. Version and graph are computed here, apart from both programs.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "core" / "src" / "gridwitness" / "rules" / "data"
MILESTONES = ["start", "inquiry", "review", "decision", "service", "execution", "closure"]


def document(procedure: str) -> dict[str, Any]:
    """`general` or `summary`."""
    content = json.loads((DATA / f"procedure_{procedure}.json").read_text(encoding="utf-8"))
    # No name in it has a character beyond U+FFFF, so sorting by code points is RFC 8785's order.
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    edges = sorted(_edges(content))
    bits = sum(1 << (8 * MILESTONES.index(a) + MILESTONES.index(b)) for a, b in edges)
    return {
        "version": hashlib.sha256(canonical.encode()).hexdigest(),
        "edges": [list(edge) for edge in edges],
        "edge_bits": hex(bits),
        "content": content,
    }


def _edges(content: dict[str, Any]) -> set[tuple[str, str]]:
    """By matrices of reachability instead of a walk: states reachable by steps without milestone."""
    states = content["states"]
    near = {(a, b): a == b for a in states for b in states}
    moves = [(step, a, b) for step in content["steps"] for a, b in _moves(step, states)]
    for step, a, b in moves:
        if "milestone" not in step:
            near[a, b] = True
    for k in states:
        for a in states:
            for b in states:
                near[a, b] = near[a, b] or (near[a, k] and near[k, b])
    reaching = [(step, a, b) for step, a, b in moves if "milestone" in step]
    return {
        (one["milestone"], two["milestone"])
        for one, _, landed in reaching
        for two, origin, _ in reaching
        if near[landed, origin]
    }


def _moves(step: dict[str, Any], states: list[str]) -> list[tuple[str, str]]:
    origins = states if step["from"] == "any" else step["from"]
    target = step.get("to")
    targets = target.values() if isinstance(target, dict) else [target]
    return [(origin, found or origin) for origin in origins for found in targets]
