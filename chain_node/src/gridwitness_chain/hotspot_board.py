"""Typed binding of `HotspotBoard`: the agencies' hotspot snapshots, with all their cells (format.md §22)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .agency import agency_code, agency_word
from .contract import Call, Contract, Event

HOTSPOT_PUBLISHED = "HotspotPublished"
FAMILIES = ("passages", "positions")
"""Names of the families; the contract counts them from 0."""

_NOBODY = "0x" + 40 * "0"


@dataclass(frozen=True)
class BoardSnapshot:
    """What a snapshot is of: the period `[period_from, period_to)` in Unix seconds, the H3 `resolution`,
    and 32 bytes each of the rules' version, the method's SHA-256, the inputs' root, the record's leaf hash.
    """

    family: str
    period_from: int
    period_to: int
    resolution: int
    rules: bytes
    method: bytes
    inputs: bytes
    head: bytes


@dataclass(frozen=True)
class HotspotPublished:
    """A snapshot the contract accepted; `result` is the SHA-256 of `cells`, `transaction` is `0x…`."""

    agency: str
    number: int
    snapshot: BoardSnapshot
    result: bytes
    cells: bytes
    block_number: int
    block_hash: str
    transaction: str


@dataclass(frozen=True)
class PublisherAppointed:
    """Who publishes an agency's snapshots from that block on; None: nobody."""

    agency: str
    publisher: str | None
    block_number: int


class HotspotBoard(Contract):
    """Builders return a `Call`: `publish` is the publisher's, appointing goes through governance."""

    def appoint_publisher(self, agency: str, publisher: str | None) -> Call:
        """None stops the agency's snapshots."""
        return self.call("appointPublisher", agency_word(agency), publisher or _NOBODY)

    def publish(self, agency: str, number: int, snapshot: BoardSnapshot, cells: bytes) -> Call:
        """Raises ValueError for a family of another name."""
        given = (
            FAMILIES.index(snapshot.family),
            snapshot.period_from,
            snapshot.period_to,
            snapshot.resolution,
            snapshot.rules,
            snapshot.method,
            snapshot.inputs,
            snapshot.head,
        )
        return self.call("publish", agency_word(agency), number, given, cells)

    def count_of(self, agency: str, block: int | str = "latest") -> int:
        """Snapshots the agency published: the last number given."""
        return int(self.view("countOf", agency_word(agency), block=block))

    def result_of(self, agency: str, number: int, block: int | str = "latest") -> bytes | None:
        """SHA-256 of a snapshot's cells, None where there is none of that number."""
        found = bytes(self.view("resultOf", agency_word(agency), number, block=block))
        return found if any(found) else None

    def end_of(self, agency: str, family: str, block: int | str = "latest") -> int:
        """Where the period of the family's last snapshot ended, Unix seconds; 0 before the first."""
        return int(self.view("endOf", agency_word(agency), FAMILIES.index(family), block=block))

    def publisher_of(self, agency: str, block: int | str = "latest") -> str | None:
        """The account that publishes the agency's snapshots."""
        found = str(self.view("publisherOf", agency_word(agency), block=block))
        return None if found == _NOBODY else found

    def is_seen(self, agency: str, head: bytes, block: int | str = "latest") -> bool:
        """Whether the record was published as a snapshot of the agency."""
        return bool(self.view("isSeen", agency_word(agency), head, block=block))

    def snapshots(
        self, from_block: int, to_block: int | None = None, *, agency: str | None = None
    ) -> Iterator[HotspotPublished]:
        """Published snapshots in chain order, of one agency or of all."""
        topic = None if agency is None else agency_word(agency)
        for event in self.events(from_block, to_block, name=HOTSPOT_PUBLISHED, topic=topic):
            yield _published(event)

    def publishers(self, from_block: int, to_block: int | None = None) -> Iterator[PublisherAppointed]:
        """Appointments in the order they were made."""
        for event in self.events(from_block, to_block, name="HotspotPublisherAppointed"):
            publisher = str(event.values["publisher"])
            yield PublisherAppointed(
                agency_code(event.values["agency"]) or "",
                None if publisher == _NOBODY else publisher,
                event.block_number,
            )


def _published(event: Event) -> HotspotPublished:
    values, given = event.values, event.values["snapshot"]
    snapshot = BoardSnapshot(
        FAMILIES[given["family"]],
        given["periodFrom"],
        given["periodTo"],
        given["resolution"],
        given["rules"],
        given["method"],
        given["inputs"],
        given["head"],
    )
    return HotspotPublished(
        agency_code(values["agency"]) or "",
        values["number"],
        snapshot,
        values["result"],
        values["cells"],
        event.block_number,
        event.block_hash,
        event.transaction,
    )
