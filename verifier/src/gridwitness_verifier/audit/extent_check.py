"""How far each log goes: against the contract (dropped entries, a roll-back), and over a closing to
its successor.
"""

from __future__ import annotations

import base64

from gridwitness_verifier import base64url
from gridwitness_verifier.audit.entry_pass import LogWalk
from gridwitness_verifier.log.contract_events import LogClosed
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.report import Phrase


def check_extent(tally: Tally, walks: dict[str, LogWalk], settled: int, skip: set[str]) -> None:
    """Compare each log's entries with what the contract accepted up to block `settled`.

    `skip` names logs that another agency's database holds.
    """
    by_predecessor = {walk.log.pin.predecessor: walk for walk in walks.values() if walk.log.pin.predecessor}
    for walk in walks.values():
        if walk.log.name in skip:
            text = f"log {walk.log.name} is not in this database"
            tally.notes.append(Phrase(text, f"日志 {walk.log.name} 不在此数据库中"))
            continue
        successor = by_predecessor.get(walk.log.pin.origin)
        lost = _lost_range(successor)
        expected = max((head.size for head in walk.log.heads if head.event.at.block <= settled), default=0)
        if walk.leaves < expected:
            _report_lost(tally, walk, expected, lost)
        declared = lost is not None and walk.leaves < expected and lost[0] <= walk.leaves
        walk.tree.finish(disputed=declared)
        if walk.leaves > walk.log.anchored_size:
            count, name = walk.leaves - walk.log.anchored_size, walk.log.name
            text = f"{count} entries of {name} not anchored yet"
            tally.notes.append(Phrase(text, f"{name} 有 {count} 个条目尚未锚定"))
        _check_succession(tally, walk, successor)


def _report_lost(tally: Tally, walk: LogWalk, expected: int, lost: tuple[int, int] | None) -> None:
    first, last = walk.leaves, expected - 1
    where = {"log": walk.log.name, "index": first}
    if lost is not None and lost[0] <= first and lost[1] >= last:
        detail = f"entries {first} to {last} are gone, as the successor log declares"
        tally.dispute("lost-declared", detail, **where)
        return
    detail = f"size {expected} is anchored; entries {first} to {last} are not in the database"
    tally.fail("rolled-back", detail, **where)


def _lost_range(successor: LogWalk | None) -> tuple[int, int] | None:
    if successor is None or successor.incarnation is None:
        return None
    fields = successor.incarnation.fields
    first, last = fields.get("lost_from"), fields.get("lost_to")
    return (first, last) if isinstance(first, int) and isinstance(last, int) else None


def _check_succession(tally: Tally, walk: LogWalk, successor: LogWalk | None) -> None:
    history = walk.log.history
    closed = history.closed if history else None
    if history is None or closed is None:
        return
    for head in history.disowned:
        detail = f"the head of size {head.size} was disowned when the log was closed at {closed.size}"
        tally.name_place("disowned", detail, log=walk.log.name, index=head.size)
    if successor is None:
        tally.fail("successor-unknown", "the log is closed and no pinned log continues it", log=walk.log.name)
        return
    if successor.leaves == 0:
        text = f"log {successor.log.name} continues {walk.log.name} and is empty"
        tally.notes.append(Phrase(text, f"日志 {successor.log.name} 承继 {walk.log.name}，尚无条目"))
        return
    where = {"log": successor.log.name, "index": 0}
    if successor.incarnation is None:
        tally.fail("incarnation-missing", f"its first record does not continue {walk.log.name}", **where)
    elif not _names(successor.incarnation.fields, walk.log.pin.origin, closed):
        tally.fail("incarnation-differs", "its first record names another head than was closed", **where)


def _names(fields: dict[str, object], origin: str, closed: LogClosed) -> bool:
    root = fields.get("root")
    spellings = (base64url.encode(closed.root), closed.root.hex(), base64.b64encode(closed.root).decode())
    return (fields.get("predecessor"), fields.get("size")) == (origin, closed.size) and root in spellings
