"""The case file for an auditor: one JSON file with all that proves a case (`docs/format.md` section 16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from gridwitness_evidence import strict_json
from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from gridwitness.cases.dossier import Dossier
from gridwitness.cases.judging import captures
from gridwitness.cases.models import CaseRow, RegistrationRow
from gridwitness.devices import DeviceReviewRow
from gridwitness.errors import TooLarge
from gridwitness.members import SigningKeyRow
from gridwitness.records import BundleMaker, log_named
from gridwitness.records.models import RecordRow
from gridwitness.records.shared_proofs import SharedProofs

FORMAT = "gridwitness-case/v1"
MAXIMUM_FILE = 64 * 2**20
_OFFERED = "key.offered.v1"


class CaseFileMaker:
    """Makes case files from what acceptance, the anchoring worker and the registrar stored."""

    def __init__(self, bundles: BundleMaker) -> None:
        self._bundles = bundles

    def make(
        self,
        session: Session,
        case: CaseRow,
        dossier: Dossier,
        rules: Sequence[UUID],
        *,
        show_personal: bool,
    ) -> dict[str, Any]:
        """The file as a JSON value. `rules`: records of the procedure version and the calendars.

        Raises Conflict `not-anchored-yet`, TooLarge `case-file-too-large`.
        """
        log = log_named(session, case.log)
        own = _records(session, case)
        groups = {
            "records": own,
            "rules": _named(session, rules),
            "related": [*_reviews(session, dossier), *_offers(session, own)],
        }
        pool = SharedProofs()
        shown: dict[str, list[dict[str, Any]]] = {}
        for name, rows in groups.items():
            bundles = self._bundles.make_many(session, rows)
            hide = name == "records" and not show_personal
            shown[name] = [pool.put(bundle, hide=hide) for bundle in bundles]
        file = {
            "format": FORMAT,
            "sub": case.sub,
            "origin": log.origin,
            **shown,
            "anchors": pool.anchors.values,
            "signers": pool.signers.values,
            "milestones": _milestones(session, case.sub),
        }
        if len(strict_json.compact(file)) > MAXIMUM_FILE:
            raise TooLarge("case-file-too-large", f"The case file is over {MAXIMUM_FILE >> 20} MiB.", None)
        return file


def _records(session: Session, case: CaseRow) -> list[RecordRow]:
    """Every record of the case in the log it lives in, effects included."""
    query = select(RecordRow).where(RecordRow.sub == case.sub, RecordRow.log == case.log)
    return [*session.scalars(query.order_by(RecordRow.seq))]


def _named(session: Session, jtis: Iterable[UUID]) -> list[RecordRow]:
    wanted = list(dict.fromkeys(jtis))
    rows = {row.jti: row for row in session.scalars(select(RecordRow).where(RecordRow.jti.in_(wanted)))}
    return [rows[jti] for jti in wanted if jti in rows]


def _reviews(session: Session, dossier: Dossier) -> list[RecordRow]:
    """Reviews of the devices whose records the case leans on."""
    devices = {device for device, _ in captures(dossier.steps)}
    if not devices:
        return []
    query = (
        select(DeviceReviewRow.jti)
        .where(DeviceReviewRow.device.in_(devices))
        .order_by(DeviceReviewRow.reviewed_at, DeviceReviewRow.jti)
    )
    return _named(session, session.scalars(query))


def _offers(session: Session, rows: Sequence[RecordRow]) -> list[RecordRow]:
    """By whom the case's officer keys are held: the statements that offered them say so."""
    keys = {(row.iss, row.kid) for row in rows}
    subs = select(SigningKeyRow.sub).where(
        tuple_(SigningKeyRow.agency, SigningKeyRow.kid).in_(keys), SigningKeyRow.purpose == "officer"
    )
    query = select(RecordRow).where(RecordRow.sub.in_(subs), RecordRow.kind == _OFFERED)
    return [*session.scalars(query.order_by(RecordRow.received_at, RecordRow.jti))]


def _milestones(session: Session, sub: str) -> list[dict[str, Any]]:
    """Proofs of the events that the contract has emitted so far."""
    query = select(RegistrationRow.proof).where(RegistrationRow.sub == sub)
    return [*session.scalars(query.order_by(RegistrationRow.index))]
