"""What the agencies of this deployment decide at a start.

Where agencies have to approve whose registrar accounts lie elsewhere, ours are given and the rest is waited
for.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from gridwitness_chain import Call, Contract
from sqlalchemy import select

from gridwitness.errors import Conflict
from gridwitness.members import AgencyRow
from gridwitness.platform import Platform

_log = logging.getLogger("gridwitness.governance")


def decide_here(platform: Platform, voters: Sequence[str], contract: Contract, call: Call) -> None:
    """Have those agencies approve whose registrars are here; too few are no error of this start."""
    here = [code for code in voters if platform.keystore.holds("registrar", code)]
    try:
        platform.chain.decide(here, contract, call)
    except Conflict as error:
        if error.code != "not-approved":
            raise
        _log.warning("%s", error)


def agencies_of(platform: Platform) -> list[str]:
    """Codes of the agencies in this database, in order."""
    with platform.sessions() as session:
        return list(session.scalars(select(AgencyRow.code).order_by(AgencyRow.code)))
