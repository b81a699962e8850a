"""Models of the deployment: added from a file, set to work, retired; each is read once in a process."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.dispatch.kinds import MODEL
from gridwitness.dispatch.models import ModelRow
from gridwitness.errors import GridWitnessError, NotFound
from gridwitness.records import Acceptance, FileStore, OwnKeys, add_file, current_log

if TYPE_CHECKING:
    from gridwitness.dispatch.model import Model

TYPE = "application/zip"
LARGEST = 512 * 1024 * 1024
"""Bytes of a model's file."""


class ModelShelf:
    """Keeps models as files the records name. One for the process; threads may share it.

    A process reads the active model's file when it first meets its digest: a new version goes to work with
    the next decision, and nothing is restarted.
    """

    def __init__(self, acceptance: Acceptance, own_keys: OwnKeys, files: Path, clock: Clock) -> None:
        """`files`: the folder all files of the deployment lie in."""
        self._acceptance = acceptance
        self._own_keys = own_keys
        self._clock = clock
        # Officers hand in no archives; a model is the platform's own.
        self._files = FileStore(files, LARGEST, (TYPE,))
        self._lock = Lock()
        self._read: tuple[str, Model] | None = None

    def add(self, session: Session, agency: str, name: str, data: bytes, *, by: str | None) -> ModelRow:
        """The next version of a model, `ready`. Raises InvalidInput `model-invalid`, Conflict."""
        from gridwitness.dispatch.model_file import unpack  # noqa: PLC0415 - loads numpy

        model = unpack(data)
        sha256 = hashlib.sha256(data).hexdigest()
        digests = add_file(session, self._files, sha256, [data], self._clock.now(), TYPE)
        newest = session.scalar(select(func.max(ModelRow.version)).where(ModelRow.model == name))
        version = (newest or 0) + 1
        file = {
            "name": f"{name}-{version}.zip",
            "sha256": sha256,
            "sm3": digests.sm3,
            "size": digests.size,
            "type": TYPE,
        }
        fields = {
            "model": name,
            "version": version,
            "state": "ready",
            "trained": dict(model.trained),
            "measured": dict(model.measured),
            "gate": f"{model.gate:.6f}",
            "files": [file],
        }
        self._record(session, agency, secrets.token_hex(16), fields, by)
        return session.get_one(ModelRow, (name, version))

    def move(self, session: Session, name: str, version: int, state: str, *, by: str | None) -> ModelRow:
        """Set a version to work (`active`; the one before it retires) or retire it.

        Raises NotFound `model-unknown`, Conflict `model-state`.
        """
        row = self.find(session, name, version)
        stored = self._stored(row)
        fields = {
            "model": name,
            "version": version,
            "state": state,
            "trained": row.trained,
            "measured": row.measured,
            "gate": f"{row.gate:.6f}",
            "files": [
                {
                    "name": f"{name}-{version}.zip",
                    "sha256": row.sha256,
                    "sm3": stored["sm3"],
                    "size": stored["size"],
                    "type": TYPE,
                }
            ],
        }
        self._record(session, row.agency, row.sub, fields, by)
        session.refresh(row)
        return row

    def find(self, session: Session, name: str, version: int) -> ModelRow:
        """One version. Raises NotFound `model-unknown`."""
        row = None if "\0" in name else session.get(ModelRow, (name, version), populate_existing=True)
        if row is None:
            raise NotFound("model-unknown", f"There is no model {name}@{version}.", "see the list of models")
        return row

    def all(self, session: Session, agency: str) -> list[ModelRow]:
        """An agency's models, by name, newest version first."""
        query = select(ModelRow).where(ModelRow.agency == agency)
        return [*session.scalars(query.order_by(ModelRow.model, ModelRow.version.desc()))]

    def at_work(self, session: Session, agency: str) -> tuple[str, Model] | None:
        """`<model>@<version>` and the model; None where none is active, or its file is not here."""
        found = self._active(session, agency)
        model = None if found is None else self._model(found[1])
        return None if found is None or model is None else (found[0], model)

    def name_at_work(self, session: Session, agency: str) -> str | None:
        """`<model>@<version>` that is active; its file is not read."""
        found = self._active(session, agency)
        return None if found is None else found[0]

    @staticmethod
    def _active(session: Session, agency: str) -> tuple[str, str] | None:
        row = session.execute(
            select(ModelRow.model, ModelRow.version, ModelRow.sha256).where(
                ModelRow.agency == agency, ModelRow.state == "active"
            )
        ).first()
        return None if row is None else (f"{row.model}@{row.version}", row.sha256)

    def _model(self, sha256: str) -> Model | None:
        from gridwitness.dispatch.model_file import unpack  # noqa: PLC0415 - loads numpy

        with self._lock:
            if self._read is not None and self._read[0] == sha256:
                return self._read[1]
            try:
                model = unpack(b"".join(self._files.open(sha256)))
            except GridWitnessError:  # without it people decide, as they did before
                return None
            self._read = sha256, model
            return model

    def _stored(self, row: ModelRow) -> Mapping[str, Any]:
        """The file as the record of the version names it."""
        from gridwitness_evidence import digest_chunks  # noqa: PLC0415

        digests = digest_chunks(self._files.open(row.sha256))
        return {"sm3": digests.sm3, "size": digests.size}

    def _record(
        self, session: Session, agency: str, sub: str, fields: Mapping[str, Any], by: str | None
    ) -> None:
        key = self._own_keys.service_key(agency)
        log = current_log(session, agency)
        statement = self._acceptance.sign_own(session, log, MODEL, sub, fields, key=key, iss=agency, by=by)
        self._acceptance.accept_one(session, statement, internal=True)
