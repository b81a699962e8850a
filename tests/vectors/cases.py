"""One case of the record vectors."""

from __future__ import annotations

from typing import Any

import tokens


def case(
    name: str, presentation: str, key: tokens.Key, expect: str, stage: str = "presentation"
) -> dict[str, Any]:
    return {
        "name": f"{name} ({key.alg})",
        "stage": stage,
        "expect": expect,
        "jwk": key.jwk,
        "presentation": presentation,
    }


def accepted(name: str, presentation: str, key: tokens.Key, stage: str = "acceptance") -> dict[str, Any]:
    return case(name, presentation, key, "accepted", stage)


def alternating(index: int) -> tokens.Key:
    """Both algorithms in turn, where the algorithm makes no difference to the point of the case."""
    return tokens.KEYS[index % 2]
