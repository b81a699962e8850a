"""What `dispatch.model.v1` changes: a version becomes known, goes to work, is retired."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from gridwitness_evidence import Record
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridwitness.dispatch.kinds import MODEL
from gridwitness.dispatch.models import ModelRow
from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.records import Log, RowChange, change, put_new

NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_TRAINED = {"sha256", "rows", "labels", "text", "label", "seed", "held_back"}
_MEASURED = {"accuracy", "macro_f1", "ece", "share", "precision"}


@dataclass(slots=True)
class _Known:
    version: int
    sub: str
    agency: str
    state: str
    sha256: str


@dataclass(slots=True)
class _Loaded:
    """Versions by model, and by agency the one at work."""

    models: dict[str, dict[int, _Known]]
    active: dict[str, tuple[str, int]]
    subs: dict[str, tuple[str, int]]


class ModelHandler:
    """`StepHandler` of `dispatch.model.v1`: one version of an agency is at work, or none."""

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """The models these records speak of, and what is at work."""
        names = {record.fields["model"] for record in records if "\0" not in record.fields["model"]}
        subs = {record.claims.sub for record in records}
        agencies = {record.claims.iss for record in records}
        wanted = or_(
            ModelRow.model.in_(names),
            ModelRow.sub.in_(subs),
            ModelRow.agency.in_(agencies) & (ModelRow.state == "active"),
        )
        loaded = _Loaded({}, {}, {})
        for row in session.scalars(select(ModelRow).where(wanted).execution_options(populate_existing=True)):
            known = _Known(row.version, row.sub, row.agency, row.state, row.sha256)
            loaded.models.setdefault(row.model, {})[row.version] = known
            loaded.subs[row.sub] = row.model, row.version
            if row.state == "active":
                loaded.active[row.agency] = row.model, row.version
        return loaded

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The version's row; where it goes to work, also that of the one before it.

        Raises Conflict `model-version`, `model-state`, `model-foreign`, `subject-taken`; InvalidInput
        `fields`; NotFound `model-unknown`.
        """
        fields = record.fields
        name, version, state = fields["model"], fields["version"], fields["state"]
        if not re.fullmatch(NAME, name):
            raise InvalidInput("fields", f"`model` is of the form {NAME}.", None)
        known = loaded.models.setdefault(name, {})
        if any(one.agency != log.agency for one in known.values()):
            raise Conflict("model-foreign", f"Model {name} is another agency's.", "choose another name")
        if loaded.subs.get(record.claims.sub, (name, version)) != (name, version):
            raise Conflict("subject-taken", "The subject is that of another model.", "open a new one")
        if state == "ready":
            return [_added(record, log, loaded, known)]
        return _moved(record, log, loaded, known)


MODEL_HANDLERS = {MODEL: ModelHandler()}


def _added(record: Record, log: Log, loaded: _Loaded, known: dict[int, _Known]) -> RowChange:
    fields = record.fields
    name, version = fields["model"], fields["version"]
    following = max(known, default=0) + 1
    if version != following:
        raise Conflict("model-version", f"The next version of {name} is {following}, not {version}.", None)
    if record.claims.seq != 0:
        raise Conflict("subject-taken", "The subject has records of something else.", "open a new subject")
    sha256 = _checked(fields)
    known[version] = _Known(version, record.claims.sub, log.agency, "ready", sha256)
    loaded.subs[record.claims.sub] = name, version
    return put_new(
        ModelRow,
        model=name,
        version=version,
        sub=record.claims.sub,
        agency=log.agency,
        state="ready",
        trained=fields["trained"],
        measured=fields["measured"],
        gate=Decimal(fields["gate"]),
        sha256=sha256,
        record=UUID(record.claims.jti),
    )


def _moved(record: Record, log: Log, loaded: _Loaded, known: dict[int, _Known]) -> list[RowChange]:
    fields = record.fields
    name, version, state = fields["model"], fields["version"], fields["state"]
    standing = known.get(version)
    if standing is None or standing.sub != record.claims.sub:
        raise NotFound("model-unknown", f"There is no model {name}@{version}.", "see the list of models")
    if standing.state == state:
        raise Conflict("model-state", f"Model {name}@{version} is {state} already.", None)
    if _checked(fields) != standing.sha256:
        raise InvalidInput("fields", "The file is another one than that version's.", "name the same file")
    changes = []
    before = loaded.active.get(log.agency)
    if state == "active":
        if before is not None:  # first, for only one may be at work
            earlier = loaded.models[before[0]][before[1]]
            earlier.state = "retired"
            changes.append(change(ModelRow, {"model": before[0], "version": before[1]}, state="retired"))
        loaded.active[log.agency] = name, version
    elif before == (name, version):
        del loaded.active[log.agency]
    standing.state = state
    jti = UUID(record.claims.jti)
    changes.append(change(ModelRow, {"model": name, "version": version}, state=state, record=jti))
    return changes


def _checked(fields: Any) -> str:
    """Hex SHA-256 of the one file. Raises InvalidInput `fields`."""
    if set(fields["trained"]) != _TRAINED or set(fields["measured"]) != _MEASURED:
        raise InvalidInput("fields", "`trained` or `measured` lacks a member, or has one too many.", None)
    if len(fields["files"]) != 1:
        raise InvalidInput("fields", "A model has exactly one file.", None)
    if not 0 <= Decimal(fields["gate"]) <= 1:
        raise InvalidInput("fields", "`gate` lies between 0 and 1.", None)
    sha256: str = fields["files"][0]["sha256"]
    return sha256
