"""Whether the summary procedure is lawful: computed from what is known, never asked (APL-51)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from gridwitness.rules.facts import Refusal
from gridwitness.rules.procedure import Procedure

RULE = "APL-51"
_LIGHT = frozenset({"fine", "warning"})


@dataclass(frozen=True, slots=True)
class SummaryLawful:
    """The answer with its reasons; `limit` = the largest fine for this party kind, in yuan."""

    lawful: bool
    limit: Decimal | None
    reasons: tuple[Refusal, ...]


def summary_lawful(
    procedure: Procedure,
    party_kind: str,
    fine: Decimal | None,
    penalty_kinds: Iterable[str],
    facts_sure: bool,
    basis: Iterable[str],
) -> SummaryLawful:
    """Whether a penalty may be decided on the spot.

    `procedure`: the summary one; `fine` in yuan, None without one; `basis`: the articles it rests on.
    """
    limit = procedure.threshold("fine.summary", party_kind)
    article = procedure.law(RULE).article
    tests = (
        (facts_sure, "违法事实不确凿", "the facts are not sure"),
        (any(basis), "没有法定依据", "there is no legal basis"),
        (set(penalty_kinds) <= _LIGHT, "只限罚款或者警告", "only a fine or a warning"),
        (limit is not None, "当事人类型不明", "the kind of party is not known"),
        (
            fine is None or limit is None or fine <= limit,
            f"罚款超过 {limit} 元的限额",
            f"the fine is over the limit of {limit} yuan",
        ),
    )
    reasons = tuple(Refusal("requirement", RULE, article, zh, en) for held, zh, en in tests if not held)
    return SummaryLawful(not reasons, limit, reasons)
