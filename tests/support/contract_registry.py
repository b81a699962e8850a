"""A `CaseRegistry` on a consortium, with recorders of its first two agencies and one procedure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from support.contract_chain import Deployed, Sent, account, artifact
from support.contract_consortium import Consortium, agency

RECORDER, OTHER_RECORDER = account(60), account(61)
START, INQUIRY, REVIEW, DECISION, SERVICE, EXECUTION, CLOSURE = range(1, 8)
YEAR = 2026
# A failed review goes back, notice and decision are each served, instalments repeat, a case may end early.
GENERAL = {
    (START, INQUIRY),
    (INQUIRY, REVIEW),
    (REVIEW, INQUIRY),
    (REVIEW, SERVICE),
    (SERVICE, REVIEW),
    (REVIEW, DECISION),
    (DECISION, SERVICE),
    (SERVICE, EXECUTION),
    (EXECUTION, EXECUTION),
    (EXECUTION, CLOSURE),
    (START, CLOSURE),
}


def bits(edges: set[tuple[int, int]]) -> int:
    return sum(1 << (8 * (a - 1) + b - 1) for a, b in edges)


def word(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()


PROCEDURE = word("general")


@dataclass
class Registry:
    """A consortium's registry with recorders of its first two agencies and one procedure."""

    consortium: Consortium
    contract: Deployed
    heads: int = 0

    def head(self) -> bytes:
        self.heads += 1
        return word("head", self.heads)

    def open(self, name: object, number: int | None = None, **changed: Any) -> Sent:
        given = {
            "agency": agency(1),
            "case": word(name),
            "procedure": PROCEDURE,
            "year": YEAR,
            "seq": 3,
            "head": self.head(),
            **changed,
        }
        by = given.pop("by", RECORDER)
        count = int(self.contract.call("countOf", given["agency"], given["year"]))
        order = ("agency", "case", "procedure", "year")
        first = [given[key] for key in order]
        return self.contract.send(by, "open", *first, number or count + 1, given["seq"], given["head"])

    def advance(
        self, name: object, index: int, milestone: int, seq: int | None = None, **changed: Any
    ) -> Sent:
        given = {"agency": agency(1), "by": RECORDER, "head": self.head(), **changed}
        return self.contract.send(
            given["by"],
            "advance",
            given["agency"],
            word(name),
            index,
            milestone,
            3 + index if seq is None else seq,
            given["head"],
        )

    def case(self, name: object, owner: bytes | None = None) -> dict[str, Any]:
        names = [
            part["name"]
            for entry in artifact("CaseRegistry")["abi"]
            if entry.get("name") == "caseOf"
            for part in entry["outputs"][0]["components"]
        ]
        found_case = self.contract.call("caseOf", owner or agency(1), word(name))
        return dict(zip(names, found_case, strict=True))
