"""What `CaseRegistry` needs before a case can be told to it: recorders of the agencies, approved procedures.

Both are governance. Every call is looked up first, so that any start may repeat it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from gridwitness.errors import Misconfigured
from gridwitness.governance import agencies_of, decide_here
from gridwitness.platform import Platform

_log = logging.getLogger("gridwitness.case_registry")


def appoint_recorders(platform: Platform) -> None:
    """Every agency of this database has a recorder. Idempotent."""
    agencies = agencies_of(platform)
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
    registry = platform.chain.contracts.case_registry
    decide_here(platform, voters, registry, registry.appoint_recorder(agency, ours))


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
    registry = platform.chain.contracts.case_registry
    call = registry.approve_procedure(procedure, edges)
    decide_here(platform, agencies_of(platform), registry, call)


def _appointed(platform: Platform, agency: str) -> set[str | None]:
    """Accounts that were ever appointed for the agency."""
    start = platform.chain.deployment.block
    return platform.chain.read(
        lambda contracts: {
            event.recorder for event in contracts.case_registry.recorders(start) if event.agency == agency
        }
    )
