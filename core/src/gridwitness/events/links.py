"""Links between events: one is merged into another, and both say so."""

from __future__ import annotations

from collections.abc import Mapping

from gridwitness.errors import Conflict, NotFound
from gridwitness.events.beside import HOLDS, MERGED_INTO, Beside, Effect, Taken
from gridwitness.events.models import LinkRow
from gridwitness.records import put_new, remove


def merged(besides: Mapping[str, Beside], taken: Taken) -> Effect:
    """The event goes into another of its agency, which goes on."""
    own, into = besides[taken.sub], taken.details["into"]
    target = besides.get(into)
    if target is None or target.agency != taken.agency:
        raise NotFound("event-unknown", f"There is no event {into} in {taken.agency}.", "name its `sub`")
    if into == taken.sub or target.state in {"void", "merged"}:
        what = "itself" if into == taken.sub else target.state
        raise Conflict("merge-target", f"Event {into} is {what}.", "name the event that goes on")
    if own.holds:
        raise Conflict("merge-holds", "Others were merged into this event.", "merge that one into this one")
    own.links[into], target.links[taken.sub] = MERGED_INTO, HOLDS
    rows = [
        put_new(LinkRow, sub=taken.sub, other=into, relation=MERGED_INTO, linked_at=taken.at),
        put_new(LinkRow, sub=into, other=taken.sub, relation=HOLDS, linked_at=taken.at),
    ]
    return Effect(rows, event={"merged_into": into})


def taken_out(besides: Mapping[str, Beside], taken: Taken) -> Effect:
    """The event goes on by itself again."""
    own = besides[taken.sub]
    into = next(other for other, relation in own.links.items() if relation == MERGED_INTO)
    del own.links[into]
    if into in besides:
        besides[into].links.pop(taken.sub, None)
    ends = [(taken.sub, into), (into, taken.sub)]
    rows = [remove(LinkRow, {"sub": sub, "other": other}) for sub, other in ends]
    return Effect(rows, event={"merged_into": None})
