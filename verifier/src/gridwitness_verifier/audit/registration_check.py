"""Rows about milestones (docs/format.md section 17): `cases.milestone` against entries,
`cases.registration`, which is derived, against the events of the contract, and the numbers of cases.
"""

from __future__ import annotations

from typing import Any

import psycopg

from gridwitness_verifier import strict_json
from gridwitness_verifier.audit.catalog import Relation
from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.log.case_check import CaseCheck
from gridwitness_verifier.log.case_history import RegisteredMilestone
from gridwitness_verifier.receipt_proof import prove_event
from gridwitness_verifier.registry_event import case_id, decode_registry_event

MILESTONE, REGISTRATION, CASE = "cases.milestone", "cases.registration", "cases.case_file"
_MILESTONES = """
SELECT left(sub, 64), index, left(milestone, 40), seq, substr(head, 1, 64), jti::text FROM cases.milestone
"""
_REGISTRATIONS = """
SELECT left(sub, 64), index, substr(transaction, 1, 64), block_number, substr(block_hash, 1, 64),
       extract(epoch FROM block_time)::bigint, left(proof::text, 4000000)
FROM cases.registration
"""
_CASES = "SELECT left(sub, 64), year, number FROM cases.case_file"
_STEP = "SELECT hash, sub, seq FROM step WHERE jti = ?"

Key = tuple[bytes, int]


def check_registrations(
    check: CaseCheck,
    snapshot: Snapshot,
    catalog: dict[str, Relation],
    address: bytes,
    now: int | None,
) -> None:
    """The tables, where they are there; `address` is that of `CaseRegistry`."""
    for name in (MILESTONE, REGISTRATION):
        relation = catalog.get(name)
        if relation is None or not relation.usable:
            if check.history.cases.cases:
                check.tally.not_evaluated.append(f"{name} can not be read as a table")
            return
    try:
        with snapshot.attempt():
            check.scratch.execute("CREATE INDEX IF NOT EXISTS step_jti ON step (jti)")
            for row in snapshot.stream(_MILESTONES):
                check.tally.checked += 1
                _check_milestone(check, row)
            _check_registrations(check, snapshot, address, now)
            cases = catalog.get(CASE)
            if cases is not None and cases.usable:
                _check_numbers(check, snapshot)
    except psycopg.Error as error:
        check.tally.not_evaluated.append(f"rows of milestones could not be read: {error}"[:300])


def _check_milestone(check: CaseCheck, row: tuple[Any, ...]) -> None:
    sub, index, _, seq, head, jti = row
    where = {"table": MILESTONE, "key": f"{sub}/{index}", "jti": jti}
    found = check.scratch.one(_STEP, (jti,))
    if found is None:
        check.tally.fail("milestone-without-record", "the row names no step of the log", **where)
        return
    for column, stored, entry in zip(("head", "sub", "seq"), (head, sub, seq), found, strict=True):
        if stored != entry:
            check.tally.fail("column-differs", f"{column} is not that of the entry", column=column, **where)


def _check_numbers(check: CaseCheck, snapshot: Snapshot) -> None:
    """A case has the number on the chain that its row, and so its record, says."""
    opened = {case.case_id: case.opened for case in check.history.cases.cases.values() if case.opened}
    for sub, year, number in snapshot.stream(_CASES):
        found = opened.get(case_id(sub or ""))
        if found is None:
            continue
        check.tally.checked += 1
        if (found.year, found.number) != (year, number):
            detail = f"registered as {found.printed}, the row says {year}-{number}"
            check.tally.fail("case-number-differs", detail, table=CASE, key=sub, column="number")


def _check_registrations(check: CaseCheck, snapshot: Snapshot, address: bytes, now: int | None) -> None:
    events: dict[Key, RegisteredMilestone] = {
        (case.case_id, milestone.event.index): milestone
        for case in check.history.cases.cases.values()
        for milestone in case.milestones
        if case.agency in {log.pin.agency for log in check.logs.values()}
    }
    stored = set()
    for row in snapshot.stream(_REGISTRATIONS):
        check.tally.checked += 1
        key = (case_id(row[0] or ""), row[1])
        stored.add(key)
        _check_registration(check, row, events.get(key), address)
    for key, milestone in events.items():
        if key in stored or milestone.at.block > check.settled:
            continue
        delay = max(log.maximum_merge_delay for log in check.logs.values())
        if check.on_its_way(milestone.time, delay, now):
            continue
        detail = f"milestone {milestone.event.index} of case {key[0].hex()} is on the chain and not stored"
        check.tally.fail("registration-missing", detail, table=REGISTRATION, seq=milestone.event.seq)


def _check_registration(
    check: CaseCheck, row: tuple[Any, ...], found: RegisteredMilestone | None, address: bytes
) -> None:
    sub, index, transaction, number, block_hash, time, proof = row
    where = {"table": REGISTRATION, "key": f"{sub}/{index}"}
    if found is None:
        check.tally.fail("extra-row", "the contract accepted no such milestone", **where)
        return
    expected = (found.at.transaction, found.at.block, found.at.block_hash, found.time)
    names = ("transaction", "block_number", "block_hash", "block_time")
    for name, one, other in zip(names, (transaction, number, block_hash, time), expected, strict=True):
        if one != other:
            check.tally.fail("altered", f"{name} is not what the event says", column=name, **where)
    try:
        shown = prove_event(
            strict_json.loads(proof or ""),
            address=address,
            name="CaseRegistry",
            chain_id=check.trust.chain_id,
        )
        event = decode_registry_event(shown.topics, shown.data)
    except VerificationError as error:
        check.tally.fail(error.code, f"proof: {error.message}", column="proof", **where)
        return
    if event != found.event or shown.header.block_hash != found.at.block_hash:
        check.tally.fail("altered", "the proof shows another event", column="proof", **where)
