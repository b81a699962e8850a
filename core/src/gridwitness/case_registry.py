"""What `CaseRegistry` needs before a case can be told to it: recorders of the agencies, approved procedures.

Both are governance. Every call is looked up first, so that any start may repeat it; where agencies have to
approve whose registrar accounts lie elsewhere, ours are given and the rest is waited for.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from gridwitness_chain import Call
from sqlalchemy import select

from gridwitness.errors import Conflict, Misconfigured
from gridwitness.members import AgencyRow
from gridwitness.platform import Platform

_log = logging.getLogger("gridwitness.case_registry")


def appoint_recorders(platform: Platform) -> None:
    """Every agency of this database has a recorder. Idempotent."""
    agencies = _agencies(platform)
    for agency in agencies:
        appoint_recorder(platform, agency, agencies)


def appoint_recorder(platform: Platform, agency: str, voters: Sequence[str]) -> None:
    """The agency has a recorder account, and the contract knows it. Idempotent.

    An account that was appointed once is never appointed again: the agencies may have replaced it because it
    was stolen. A new one is, so to give an agency another recorder, take its old keystore away and start.
    """
    ours = platform.keystore.account("recorder", agency, make=True).address
    if platform.chain.read(lambda contracts: contracts.case_registry.recorder_of(agency)) == ours:
        return
    if ours in _appointed(platform, agency):
        _log.warning("the recorder account %s of agency %s was replaced or dismissed", ours, agency)
        return
    _decide(platform, voters, platform.chain.contracts.case_registry.appoint_recorder(agency, ours))


def ensure_procedure_approved(platform: Platform, version: str, edges: int) -> None:
    """The contract lets cases be opened under this procedure version. Idempotent.

    `version` is lower-case hex SHA-256, `edges` as in `docs/format.md` section 17. Raises Misconfigured
    `procedure-edges-differ` where the version was approved with another graph, which never changes.
    """
    procedure = bytes.fromhex(version)
    approved = platform.chain.read(lambda contracts: contracts.case_registry.edges_of(procedure))
    if approved == edges:
        return
    if approved != 0:
        raise Misconfigured(
            "procedure-edges-differ",
            f"Procedure {version} was approved with the graph {approved:#x}, its document gives {edges:#x}.",
            "publish the document as another version",
        )
    call = platform.chain.contracts.case_registry.approve_procedure(procedure, edges)
    _decide(platform, _agencies(platform), call)


def _decide(platform: Platform, voters: Sequence[str], call: Call) -> None:
    """Have those agencies approve whose registrars are here; too few are no error of this start."""
    here = [code for code in voters if platform.keystore.holds("registrar", code)]
    try:
        platform.chain.decide(here, platform.chain.contracts.case_registry, call)
    except Conflict as error:
        if error.code != "not-approved":
            raise
        _log.warning("%s", error)


def _appointed(platform: Platform, agency: str) -> set[str | None]:
    """Accounts that were ever appointed for the agency."""
    start = platform.chain.deployment.block
    return platform.chain.read(
        lambda contracts: {
            event.recorder for event in contracts.case_registry.recorders(start) if event.agency == agency
        }
    )


def _agencies(platform: Platform) -> list[str]:
    with platform.sessions() as session:
        return list(session.scalars(select(AgencyRow.code).order_by(AgencyRow.code)))
