"""What `HotspotBoard` needs before a snapshot can be published: a publisher of each agency.

Appointing is governance. It is looked up first, so that any start may repeat it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from gridwitness.governance import agencies_of, decide_here
from gridwitness.platform import Platform

_log = logging.getLogger("gridwitness.hotspot_board")


def appoint_publishers(platform: Platform) -> None:
    """Every agency of this database has a publisher. Idempotent."""
    agencies = agencies_of(platform)
    for agency in agencies:
        appoint_publisher(platform, agency, agencies)


def appoint_publisher(platform: Platform, agency: str, voters: Sequence[str]) -> None:
    """The agency has a publisher account, and the contract knows it. Idempotent.

    As with recorders: an account that was appointed once is never appointed again, for the agencies may have
    replaced it because it was stolen; a new one is.
    """
    ours = platform.keystore.account("publisher", agency, make=True).address
    if platform.chain.read(lambda contracts: contracts.hotspot_board.publisher_of(agency)) == ours:
        return
    if ours in _appointed(platform, agency):
        _log.warning("the publisher account %s of agency %s was replaced or dismissed", ours, agency)
        return
    board = platform.chain.contracts.hotspot_board
    decide_here(platform, voters, board, board.appoint_publisher(agency, ours))


def _appointed(platform: Platform, agency: str) -> set[str | None]:
    """Accounts that were ever appointed for the agency."""
    start = platform.chain.deployment.block
    return platform.chain.read(
        lambda contracts: {
            event.publisher for event in contracts.hotspot_board.publishers(start) if event.agency == agency
        }
    )
