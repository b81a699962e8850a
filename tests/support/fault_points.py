"""Fault points: named steps of the real `serve` and `worker`, before and after which a part can be killed.

Nothing in the product knows of them: they are put around its functions when the process starts.

| point | step |
|---|---|
| accept | records are checked and written, not committed |
| commit | that transaction |
| answer | the response with the receipt |
| sequence | leaf indexes are assigned |
| tile | the tiles of one update are made durable |
| tile-name | one tile file gets its name |
| sign | the log key signs the tree head |
| publish | the stored head is served |
| prepare | the anchoring transaction is signed |
| send | it goes to the chain (stored before) |
| confirm | it is waited for |
| store | the anchor and its proof are stored |
| register-sign | milestones are signed, their bytes stored |
| register | they go to `CaseRegistry` and are waited for |
| register-store | the registrations and their proofs are stored |
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from support.fault_order import FaultBoard, FaultOrder
from support.victims import kill_victim

API_POINTS = ("accept", "commit", "answer")
WORKER_POINTS = ("sequence", "tile", "tile-name", "sign", "publish", "prepare", "send", "confirm", "store")
REGISTRAR_POINTS = ("register-sign", "register", "register-store")
MOMENTS = ("before", "after")


class FaultPoints:
    """The points of this process, with the board that says at which of them to strike."""

    def __init__(self, home: Path, board: FaultBoard) -> None:
        self._home = home
        self._board = board
        self._lock = threading.Lock()
        self._passed: dict[FaultOrder, int] = {}

    def reach(self, point: str, moment: str) -> None:
        """Strike here where that is the order."""
        order = self._board.standing()
        if order is None or (order.point, order.moment) != (point, moment):
            return
        with self._lock:
            passed = self._passed[order] = self._passed.get(order, 0) + 1
        if passed > order.skip and self._board.claim():
            self._passed.clear()
            if order.delay:
                threading.Timer(order.delay, kill_victim, (self._home, order.victim)).start()
            else:
                kill_victim(self._home, order.victim)

    def around(
        self, owner: Any, name: str, point: str, applies: Callable[..., bool] = lambda *_, **__: True
    ) -> None:
        """Put the point around a function; `applies` looks at its arguments before it runs."""
        real = getattr(owner, name)

        @functools.wraps(real)
        def pointed(*arguments: Any, **named: Any) -> Any:
            if not applies(*arguments, **named):
                return real(*arguments, **named)
            self.reach(point, "before")
            result = real(*arguments, **named)
            self.reach(point, "after")
            return result

        setattr(owner, name, pointed)

    def around_answers(self, application: Any) -> None:
        """Put `answer` around the response to records handed in."""
        real = application.__call__

        async def pointed(app: Any, scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", "/api/v1/records"):
                await real(app, scope, receive, send)
                return
            await real(app, scope, receive, self._sender(send))

        application.__call__ = pointed

    def _sender(self, send: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
        accepted = False

        async def pointed(message: Any) -> None:
            nonlocal accepted
            if message["type"] == "http.response.start":
                accepted = message["status"] in (200, 201)
                if accepted:
                    self.reach("answer", "before")
            await send(message)
            if accepted and message["type"] == "http.response.body" and not message.get("more_body"):
                self.reach("answer", "after")

        return pointed


def install() -> None:
    """Into this process: the points of `serve` or those of `worker`."""
    home = Path(os.environ["GRIDWITNESS_HOME"])
    points = FaultPoints(home, FaultBoard(Path(os.environ["FAULTS"])))
    if "serve" in sys.orig_argv:
        _install_in_api(points)
    else:
        _install_in_worker(points)


def _install_in_api(points: FaultPoints) -> None:
    import psycopg
    from fastapi import FastAPI
    from gridwitness.records import Acceptance

    accepted = threading.local()
    points.around(Acceptance, "accept", "accept")
    noted = Acceptance.accept

    def accept(*arguments: Any, **named: Any) -> Any:
        outcomes = noted(*arguments, **named)
        accepted.here = any(outcome.error is None for outcome in outcomes)
        return outcomes

    def follows_acceptance(*_: Any) -> bool:
        here, accepted.here = getattr(accepted, "here", False), False
        return bool(here)

    Acceptance.accept = accept  # type: ignore[method-assign]
    points.around(psycopg.Connection, "commit", "commit", follows_acceptance)
    points.around_answers(FastAPI)


def _install_in_worker(points: FaultPoints) -> None:
    from gridwitness.cases import registering
    from gridwitness.cases.outbox import Outbox
    from gridwitness.records import sequencing
    from gridwitness.records.anchoring import Anchorer
    from gridwitness.records.sequencing import Sequencer
    from gridwitness.records.tiles import TileStore
    from gridwitness_chain.transactions import Transactions

    def has_work(sequencer: Any) -> bool:
        with sequencer._sessions() as session:
            found = session.connection().exec_driver_sql(
                "SELECT count(*) FROM records.record WHERE log = %(log)s AND leaf_index IS NULL",
                {"log": sequencer._log.name},
            )
            return bool(found.scalar_one())

    def is_tile(path: Path, *_: Any) -> bool:
        return "tile" in path.parts

    points.around(Sequencer, "_assign", "sequence", has_work)
    points.around(TileStore, "write", "tile")
    points.around(Path, "replace", "tile-name", is_tile)
    points.around(sequencing, "sign_tree_head", "sign")
    points.around(TileStore, "publish", "publish")
    points.around(Transactions, "prepare", "prepare")
    points.around(Transactions, "send", "send")
    points.around(Transactions, "wait", "confirm")
    points.around(Anchorer, "_store", "store")
    points.around(Outbox, "sign", "register-sign")
    points.around(registering, "settle", "register")
    points.around(registering.Registrar, "_store", "register-store")
