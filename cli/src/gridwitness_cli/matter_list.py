"""Approving what was proposed for the responsibility list, with one person's key. 批准权责清单。"""

from __future__ import annotations

from hashlib import sha256

from gridwitness.grids import kinds
from gridwitness.grids.models import MatterRow
from gridwitness.platform import Platform
from gridwitness.records import Submission, current_log, heads_of
from gridwitness.records.models import RecordRow
from gridwitness_evidence import SigningKey, base64url
from sqlalchemy import select

_PIECE = 200


def approve_matters(platform: Platform, agency: str, key: SigningKey, by: str | None = None) -> int:
    """Sign and hand in an approval of every open proposal of the agency; gives how many there were.

    `key`: an officer key of an account that may approve and has proposed none of them. Raises the first
    refusal.
    """
    done = 0
    while approved := _approve_some(platform, agency, key, by):
        done += approved
    return done


def _approve_some(platform: Platform, agency: str, key: SigningKey, by: str | None) -> int:
    with platform.transaction() as session:
        log = current_log(session, agency)
        open_ones = session.scalars(
            select(MatterRow).where(MatterRow.agency == agency, MatterRow.state == "proposed").limit(_PIECE)
        ).all()
        proposals = session.scalars(
            select(RecordRow)
            .where(RecordRow.sub.in_({row.sub for row in open_ones}), RecordRow.kind == kinds.PROPOSED)
            .order_by(RecordRow.accept_order)
        )
        newest = {record.sub: record for record in proposals}
        heads = heads_of(session, [(log.name, row.sub) for row in open_ones])
        writer = platform.acceptance.writer(session)
        batch = []
        for row in open_ones:
            proposal = newest[row.sub]
            fields = {
                "matter": row.matter,
                "version": row.version,
                "statement": str(proposal.jti),
                "entry": base64url.encode(sha256(proposal.entry.encode("ascii")).digest()),
                "outcome": "approved",
                "reason": None,
            }
            head = heads[log.name, row.sub]
            record = writer.sign(log, kinds.DECIDED, row.sub, head, fields, key=key, iss=agency)
            batch.append(Submission(record.presentation, by=by))
        for outcome in platform.acceptance.accept(session, batch):
            if outcome.error is not None:
                raise outcome.error
        return len(batch)
