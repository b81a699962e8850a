"""Rows of `records.record`, in log order, every value bounded before it leaves the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from gridwitness_verifier.audit.snapshot import Snapshot

# 1,000,000: longer than any entry may be, so that a somewhat too long one can still be hashed and the tree
# goes on. 8,388,736 = 128 disclosures of 65,537 characters: what the format allows, and the digit beyond.
# An array of arrays is an array to PostgreSQL, so its dimensions are asked for.
_QUERY = """
SELECT left(log, 200), leaf_index, jti::text, substr(identity, 1, 64), left(kind, 100), left(iss, 100),
       left(kid, 100), left(sub, 100), seq, iat, left(entry, 1000000),
       CASE WHEN cardinality(disclosures) <= 128 AND coalesce(array_ndims(disclosures), 1) = 1
             AND octet_length(array_to_string(disclosures, '')) <= 8388736 THEN disclosures END,
       extract(epoch FROM received_at)::text, left(receipt, 20000)
FROM records.record
ORDER BY array_position(%s::text[], log COLLATE "C"), log COLLATE "C",
         leaf_index NULLS LAST, accepted_in, accept_order, jti
"""


class StoredRecord(NamedTuple):
    """One row as it stands. `disclosures` is None when the column is NULL or beyond the limits."""

    log: str
    leaf_index: int | None
    jti: str
    identity: bytes | None
    kind: str | None
    iss: str | None
    kid: str | None
    sub: str | None
    seq: int | None
    iat: int | None
    entry: str | None
    disclosures: list[str | None] | None
    received_at: str | None
    receipt: str | None

    @property
    def where(self) -> dict[str, Any]:
        """Where a finding about this row is."""
        return {"log": self.log, "index": self.leaf_index, "jti": self.jti}

    def at(self, column: str) -> dict[str, Any]:
        """Where a finding about one of its columns is."""
        return {**self.where, "table": "records.record", "key": self.jti, "column": column}


def stream_records(snapshot: Snapshot, logs: Sequence[str]) -> Iterator[StoredRecord]:
    """All rows by log, in the order of `logs`, and leaf index; without leaf index they come last in their
    log.
    """
    for row in snapshot.stream(_QUERY, [list(logs)]):
        yield StoredRecord(row[0] or "", *row[1:])
