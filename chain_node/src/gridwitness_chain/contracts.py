"""The contracts of one deployment, bound to an engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .artifact import load_artifact
from .deployment import Deployment
from .engine import Engine
from .members import Members
from .record_log import RecordLog
from .transactions import Transactions


@dataclass(frozen=True)
class Contracts:
    """`members`, `record_log` and the `transactions` through which both send."""

    deployment: Deployment
    transactions: Transactions
    members: Members
    record_log: RecordLog

    @classmethod
    def connect(cls, engine: Engine, deployment: Deployment, artifacts: Path | None = None) -> Self:
        """Bind to a running engine, after comparing chain and code with the record. Raises `WrongChain`."""
        deployment.check(engine)
        sender = Transactions(engine)
        return cls(
            deployment,
            sender,
            Members(sender, load_artifact("Members", artifacts), deployment.members.address),
            RecordLog(sender, load_artifact("RecordLog", artifacts), deployment.record_log.address),
        )
