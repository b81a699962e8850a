"""Readiness: database, chain, and whether anchoring keeps what receipts promise."""

from __future__ import annotations

import logging

from gridwitness.errors import GridWitnessError
from gridwitness.platform import Platform
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gridwitness_api.log_standing import all_standings
from gridwitness_api.schemas.standing import Part

_log = logging.getLogger("gridwitness.api")


def readiness(platform: Platform) -> list[Part]:
    """Every part, in the order to look at. Reasons name no host, path or secret."""
    database = _database(platform)
    return [database, _chain(platform), *(_anchors(platform) if database.ready else [])]


def _database(platform: Platform) -> Part:
    try:
        with platform.transaction() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        _log.warning("not ready: the database: %s", error)
        return Part(name="database", ready=False, reason="it does not answer")
    return Part(name="database", ready=True, reason=None)


def _chain(platform: Platform) -> Part:
    try:
        platform.chain.read(lambda contracts: contracts.members.agencies())
    except GridWitnessError as error:
        _log.warning("not ready: the chain: %s", error)
        return Part(name="chain", ready=False, reason=error.code)
    return Part(name="chain", ready=True, reason=None)


def _anchors(platform: Platform) -> list[Part]:
    now = platform.clock.now()
    parts = []
    with platform.transaction() as session:
        for standing in all_standings(session):
            name = f"anchoring of {standing.row.name}"
            lag = int(standing.lag_seconds(now))
            late = f"a record waits for {lag} s, the receipts promise {standing.row.maximum_merge_delay} s"
            parts.append(
                Part(name=name, ready=not standing.late(now), reason=late if standing.late(now) else None)
            )
    return parts
