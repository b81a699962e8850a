"""Entry and exit of matters (准入退出): proposed by one, decided by another (docs/format.md section 23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from gridwitness_evidence import Record, base64url
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound
from gridwitness.grids import kinds
from gridwitness.grids.matter import Matter
from gridwitness.grids.models import MatterRow
from gridwitness.grids.register_columns import check_number, instant
from gridwitness.grids.revisions import move_revision
from gridwitness.members import Signer, check_registrar, signers_of
from gridwitness.records import Log, RowChange, change, put_new
from gridwitness.records.models import RecordRow

APPROVERS = frozenset({"duty_chief", "agency_head", "administrator"})
"""Roles whose holders decide on a proposal, never their own."""


@dataclass(slots=True)
class _Version:
    """`statement`, `digest`: `jti` and entry digest (b64u) of its proposal."""

    change: str
    state: str
    proposed_by: UUID | None
    statement: str = ""
    digest: str = ""


@dataclass(slots=True)
class _Known:
    sub: str
    agency: str
    versions: dict[int, _Version] = field(default_factory=dict)

    @property
    def in_force(self) -> bool:
        """Whether the newest approved version is none that retires the matter."""
        approved = [v for _, v in sorted(self.versions.items()) if v.state == "approved"]
        return bool(approved) and approved[-1].change != "retire"


@dataclass(slots=True)
class _Loaded:
    signers: dict[tuple[str, str], Signer]
    matters: dict[str, _Known]
    subjects: dict[str, str]


class MatterHandler:
    """Decides what `matter.proposed.v1` and `matter.decided.v1` change."""

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """Hold the list and read what the records speak of."""
        move_revision(session, "matters")
        numbers = {r.fields["matter"] for r in records if "\0" not in r.fields["matter"]}
        subs = {record.claims.sub for record in records}
        rows = session.execute(
            select(*MatterRow.__table__.columns).where(
                or_(MatterRow.matter.in_(numbers), MatterRow.sub.in_(subs))
            )
        ).all()
        loaded = _Loaded(signers_of(session, records), {}, {row.sub: row.matter for row in rows})
        for row in rows:
            known = loaded.matters.setdefault(row.matter, _Known(row.sub, row.agency))
            known.versions[row.version] = _Version(row.change, row.state, row.proposed_by)
        _find_proposals(session, loaded)
        return loaded

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The version's row. Raises Conflict, Forbidden, InvalidInput, NotFound."""
        check_number(record.fields["matter"], "matter")
        if record.claims.kind == kinds.PROPOSED:
            return [_proposed(record, log, loaded)]
        return [_decided(record, loaded)]


def _find_proposals(session: Session, loaded: _Loaded) -> None:
    """The n-th proposal that a matter's subject holds is that of version n."""
    subs = {known.sub: known for known in loaded.matters.values()}
    rows = session.execute(
        select(RecordRow.sub, RecordRow.jti, RecordRow.entry)
        .where(RecordRow.sub.in_(subs), RecordRow.kind == kinds.PROPOSED)
        .order_by(RecordRow.sub, RecordRow.accept_order)
    )
    counts = dict.fromkeys(subs, 0)
    for sub, jti, entry in rows:
        counts[sub] += 1
        version = subs[sub].versions[counts[sub]]
        version.statement = str(jti)
        version.digest = base64url.encode(sha256(entry.encode("ascii")).digest())


def _proposed(record: Record, log: Log, loaded: _Loaded) -> RowChange:
    fields, sub = record.fields, record.claims.sub
    signer = check_registrar(record, log, loaded.signers)
    matter, version, step = fields["matter"], fields["version"], fields["change"]
    if loaded.subjects.get(sub, matter) != matter or (sub not in loaded.subjects and record.claims.seq != 0):
        raise Conflict("subject-taken", f"Subject {sub} has records of something else.", "open a new subject")
    known = loaded.matters.get(matter)
    if known is not None and known.sub != sub:
        raise Conflict(
            "matter-registered", f"Matter {matter} is subject {known.sub}.", "continue it", sub=known.sub
        )
    known = known or _Known(sub, log.agency)
    newest = len(known.versions)
    if version != newest + 1:
        raise Conflict(
            "matter-version",
            f"The next version of matter {matter} is {newest + 1}, not {version}.",
            "versions count from 1 without gap",
            next_version=newest + 1,
        )
    if newest and known.versions[newest].state == "proposed":
        raise Conflict(
            "matter-open", f"Version {newest} of matter {matter} waits for a decision.", "decide it"
        )
    _check_change(record, known)
    person = None if signer is None or signer.person is None else signer.person.account
    loaded.matters[matter], loaded.subjects[sub] = known, matter
    known.versions[version] = _Version(
        step, "proposed", person, record.claims.jti, base64url.encode(record.digest)
    )
    return put_new(
        MatterRow,
        matter=matter,
        version=version,
        sub=sub,
        agency=log.agency,
        change=step,
        entry=fields["entry"],
        state="proposed",
        effective_from=instant(fields["effective_from"]),
        proposed_by=person,
    )


def _check_change(record: Record, known: _Known) -> None:
    """What is on the list is amended or retired; what is not is admitted."""
    matter, step, entry = (record.fields[name] for name in ("matter", "change", "entry"))
    if known.in_force == (step == "admit"):
        standing = "is" if known.in_force else "is not"
        raise Conflict(
            "matter-change",
            f"Matter {matter} {standing} on the list: `change` is not {step}.",
            "amend or retire it" if known.in_force else "admit it",
        )
    if (entry is None) != (step == "retire"):
        raise InvalidInput("fields", "`entry` is null where a matter retires, and only there.", None)
    if entry is not None:
        Matter.parse(matter, record.fields["version"], known.agency, entry)


def _decided(record: Record, loaded: _Loaded) -> RowChange:
    fields = record.fields
    matter, number, outcome = fields["matter"], fields["version"], fields["outcome"]
    known = loaded.matters.get(matter)
    version = None if known is None else known.versions.get(number)
    if known is None or version is None:
        raise NotFound(
            "matter-unknown", f"There is no version {number} of matter {matter}.", "propose it first"
        )
    approver = _check_approver(record, known.agency, version, loaded)
    if record.claims.sub != known.sub:
        raise InvalidInput(
            "subject-wrong", f"Matter {matter} is subject {known.sub}.", "sign at that subject's head"
        )
    if version.state != "proposed":
        raise Conflict("matter-decided", f"Version {number} of matter {matter} is {version.state}.", None)
    if (fields["statement"], fields["entry"]) != (version.statement, version.digest):
        raise InvalidInput(
            "statement-other",
            "`statement` and `entry` are not those of the proposal.",
            "take `jti` and entry digest of its record",
        )
    version.state = outcome
    return change(MatterRow, {"matter": matter, "version": number}, state=outcome, decided_by=approver)


def _check_approver(record: Record, agency: str, version: _Version, loaded: _Loaded) -> UUID:
    """Who decides: by an officer key, in a role for it, and not who proposed."""
    signer = loaded.signers.get((record.claims.iss, record.kid))
    if signer is None or signer.person is None or not signer.person.roles_in(agency) & APPROVERS:
        raise Forbidden(
            "matter-role",
            f"Who decides on the list of {agency} is one of {sorted(APPROVERS)} with a key of their own.",
            "have such a person sign it",
        )
    if signer.person.account == version.proposed_by:
        raise Forbidden(
            "matter-signer", "Who proposed it does not decide on it.", "have another person decide it"
        )
    return signer.person.account


MATTER_HANDLERS = dict.fromkeys((kinds.PROPOSED, kinds.DECIDED), MatterHandler())
