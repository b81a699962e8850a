"""A step that the procedure refuses is recorded: that it was tried, by whom, against which article."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from gridwitness.cases import is_procedural
from gridwitness.platform import Platform
from gridwitness.records import Outcome


def note_refusals(platform: Platform, outcomes: Sequence[Outcome], by: str) -> None:
    """Record the procedural refusals among what was just handed in by the account `by`.

    A transaction each, after the one that refused: what cannot be recorded makes the request fail, so that
    nobody tries unseen while the database is away.
    """
    for outcome in outcomes:
        if outcome.error is not None and is_procedural(outcome.error):
            with platform.transaction() as session:
                platform.cases.notebook.note_refusal(session, outcome.error, outcome.record, UUID(by))
