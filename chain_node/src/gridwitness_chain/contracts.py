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
from .hotspot_board import HotspotBoard
from .members import Members
from .record_log import RecordLog
from .transactions import Transactions


@dataclass(frozen=True)
class Contracts:
    """`members`, `record_log`, `case_registry`, `hotspot_board`, and the `transactions` they send through."""

    deployment: Deployment
    transactions: Transactions
    members: Members
    record_log: RecordLog
    _registry: CaseRegistry | None
    _board: HotspotBoard | None

    @property
    def case_registry(self) -> CaseRegistry:
        """Raises `WrongChain` where a release without one deployed, and no later one was started since."""
        if self._registry is None:
            raise WrongChain(
                f"deployment {self.deployment.deployment} has no CaseRegistry yet",
                "start this release once, which deploys it",
            )
        return self._registry

    @property
    def hotspot_board(self) -> HotspotBoard:
        """Raises `WrongChain` as `case_registry` does."""
        if self._board is None:
            raise WrongChain(
                f"deployment {self.deployment.deployment} has no HotspotBoard yet",
                "start this release once, which deploys it",
            )
        return self._board

    @classmethod
    def connect(cls, engine: Engine, deployment: Deployment, artifacts: Path | None = None) -> Self:
        """Bind to a running engine, after comparing chain and code with the record. Raises `WrongChain`."""
        deployment.check(engine)
        sender = Transactions(engine)
        registry, board = deployment.case_registry, deployment.hotspot_board
        return cls(
            deployment,
            sender,
            Members(sender, load_artifact("Members", artifacts), deployment.members.address),
            RecordLog(sender, load_artifact("RecordLog", artifacts), deployment.record_log.address),
            None
            if registry is None
            else CaseRegistry(sender, load_artifact("CaseRegistry", artifacts), registry.address),
            None
            if board is None
            else HotspotBoard(sender, load_artifact("HotspotBoard", artifacts), board.address),
        )
