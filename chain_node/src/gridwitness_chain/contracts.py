"""The contracts of one deployment, bound to an engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .artifact import load_artifact
from .case_registry import CaseRegistry
from .deployment import Deployment
from .engine import Engine
from .errors import WrongChain
from .members import Members
from .record_log import RecordLog
from .transactions import Transactions


@dataclass(frozen=True)
class Contracts:
    """`members`, `record_log`, `case_registry` and the `transactions` through which they send."""

    deployment: Deployment
    transactions: Transactions
    members: Members
    record_log: RecordLog
    _registry: CaseRegistry | None

    @property
    def case_registry(self) -> CaseRegistry:
        """Raises `WrongChain` where a release without one deployed, and no later one was started since."""
        if self._registry is None:
            raise WrongChain(
                f"deployment {self.deployment.deployment} has no CaseRegistry yet",
                "start this release once, which deploys it",
            )
        return self._registry

    @classmethod
    def connect(cls, engine: Engine, deployment: Deployment, artifacts: Path | None = None) -> Self:
        """Bind to a running engine, after comparing chain and code with the record. Raises `WrongChain`."""
        deployment.check(engine)
        sender = Transactions(engine)
        registry = deployment.case_registry
        return cls(
            deployment,
            sender,
            Members(sender, load_artifact("Members", artifacts), deployment.members.address),
            RecordLog(sender, load_artifact("RecordLog", artifacts), deployment.record_log.address),
            None
            if registry is None
            else CaseRegistry(sender, load_artifact("CaseRegistry", artifacts), registry.address),
        )
