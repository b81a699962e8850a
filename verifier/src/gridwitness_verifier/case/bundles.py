"""Every bundle of a case or event file by itself, and what all of them come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..bundle.case import Case
from ..bundle.merging import merge_checks
from ..bundle.verification import ORDER, verify_bundle
from ..kinds import OFFER
from ..memory import Memory
from ..report import Check, Result
from ..trust import Trust
from .dossier import Sheet
from .file import Item

if TYPE_CHECKING:
    from ..rpc import Rpc


@dataclass
class Bundles:
    """Checks bundle after bundle, and keeps what each came to."""

    trust: Trust
    rpc: Rpc | None
    memory: Memory | None
    advance: Callable[[int], None]
    groups: list[tuple[Case, list[Check]]] = field(default_factory=list)

    def check(self, items: Iterable[Item]) -> list[Sheet]:
        """The sheets of those whose record can be read."""
        sheets = []
        for item in items:
            case, checks = verify_bundle(item.bundle, self.trust, rpc=self.rpc, memory=self.memory)
            self.groups.append((case, checks))
            if case.entry is not None:
                shown = {disclosure.name: disclosure.value for disclosure in case.disclosures or ()}
                sheets.append(Sheet(item, case, case.entry, shown))
            self.advance(1)
        return sheets

    def merged(self) -> list[Check]:
        """One check of each name over all bundles. Nobody vouches for a key before it is offered."""
        return [
            _shortened(
                merge_checks(
                    tuple(
                        checks[at]
                        for case, checks in self.groups
                        if name != "vouching" or case.entry is None or case.entry.kind != OFFER
                    )
                    or (self.groups[0][1][at],)
                )
            )
            for at, name in enumerate(ORDER)
        ]


def _shortened(check: Check) -> Check:
    """What every record shares (one operator, one clock) is said once, at the first of them."""
    if check.result not in (Result.CLAIMED, Result.NOT_EVALUATED):
        return check
    first = {place.code: place for place in reversed(check.locations)}
    return replace(check, locations=tuple(reversed(first.values())))
