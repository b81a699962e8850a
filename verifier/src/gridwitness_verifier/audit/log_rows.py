"""Rows of `records.log` against the trust file, both ways; a consortium keeps one database per agency."""

from __future__ import annotations

from gridwitness_verifier.audit.snapshot import Snapshot
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.trust import Trust

_QUERY = """
SELECT left(name, 200), left(origin, 200), left(agency, 100), left(vkey, 600), maximum_merge_delay,
       left(predecessor, 200)
FROM records.log ORDER BY name COLLATE "C"
"""


def check_log_rows(tally: Tally, snapshot: Snapshot, trust: Trust) -> set[str]:
    """Compare the rows; gives the names of pinned logs that this database rightly does not hold."""
    found = set()
    pinned = {log.name: log for log in trust.logs}
    for name, origin, agency, vkey, delay, predecessor in snapshot.stream(_QUERY):
        found.add(name)
        where = {"log": name, "table": "records.log", "key": name}
        log = pinned.get(name)
        if log is None:
            tally.fail("log-not-pinned", "the trust file names no such log", **where)
            continue
        expected = {
            "origin": log.origin,
            "agency": log.agency,
            "maximum_merge_delay": log.maximum_merge_delay,
        }
        stored = {"origin": origin, "agency": agency, "maximum_merge_delay": delay}
        differing = [column for column in expected if expected[column] != stored[column]]
        parts = (vkey or "").split("+")
        if len(parts) < 3 or (parts[0], parts[1]) != (log.vkey.name, log.vkey.key_id.hex()):
            differing.append("vkey")
        # The column may hold the predecessor's origin or, as everywhere else in the database, its name.
        if predecessor not in (log.predecessor, (log.predecessor or "").rpartition("/")[2] or None):
            differing.append("predecessor")
        for column in differing:
            tally.fail("altered", "not what the trust file pins", **where, column=column)
    absent = set(pinned) - found
    if trust.profile == "consortium" and found:
        return absent
    for name in sorted(absent):
        tally.fail("log-missing", "pinned, and not in the database", log=name, table="records.log", key=name)
    return set()
