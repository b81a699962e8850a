"""`gridwitness doctor`: the state of every part, and where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import httpx
from gridwitness.errors import Conflict, GridWitnessError, Unavailable
from gridwitness.platform import Platform
from gridwitness.settings import Settings
from gridwitness.worker import Backlog, Worker
from sqlalchemy import text

from gridwitness_cli.runtime import found_parts, found_rpc_url, read_run_file


@dataclass(frozen=True)
class PartState:
    """One part: whether it works, and what there is to say."""

    name: str
    ok: bool
    detail: str


def examine(settings: Settings, wanted: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Every part's state. `database` is the operator's owner URL: a secret, for this output only.

    `ok` is about the `wanted` parts (all where none are named); a part that was not reached counts as failed.
    """
    api = f"http://127.0.0.1:{read_run_file(settings).get('port', settings.port)}"
    states: list[PartState] = []
    parts = _checked(states, "parts", lambda: (found_parts(settings), "found"))
    logs: list[dict[str, Any]] = []
    if parts is not None:
        platform = parts.platform("gridwitness-doctor")
        try:
            logs = _examine_platform(states, platform)
        finally:
            platform.close()
    _checked(states, "api", lambda: (None, _api(api)))
    return {
        "ok": all(state.ok for state in states if not wanted or state.name in wanted)
        and wanted <= {state.name for state in states},
        "home": str(settings.home),
        "profile": settings.profile,
        "database": None if parts is None else parts.urls.owner,
        "auditor": None if parts is None else parts.urls.auditor,
        "rpc": None if parts is None else found_rpc_url(settings),
        "api": api,
        "trust": str(settings.trust_file),
        "parts": [{"name": s.name, "ok": s.ok, "detail": s.detail} for s in states],
        "logs": logs,
    }


def _examine_platform(states: list[PartState], platform: Platform) -> list[dict[str, Any]]:
    if _checked(states, "database", lambda: (True, _database(platform))) is None:
        return []
    _checked(states, "chain", lambda: (True, _chain(platform)))
    _checked(states, "worker", lambda: (True, _worker(platform)))
    running = Worker(platform)
    _checked(states, "standing", lambda: (True, _standing(running)))
    backlogs = _checked(states, "logs", lambda: (running.backlogs(), "counted")) or []
    _checked(states, "registry", lambda: (True, _registry(platform, backlogs)))
    return [asdict(backlog) for backlog in backlogs]


def _checked(states: list[PartState], name: str, look: Callable[[], tuple[Any, str]]) -> Any:
    try:
        found, detail = look()
    except GridWitnessError as error:
        states.append(PartState(name, False, f"{error} [{error.code}]"))
        return None
    except Exception as error:
        states.append(PartState(name, False, f"{type(error).__name__}: {error}".splitlines()[0]))
        return None
    states.append(PartState(name, True, detail))
    return found


def _database(platform: Platform) -> str:
    with platform.engine.connect() as connection:
        version, recovering = connection.execute(
            text("SELECT current_setting('server_version'), pg_is_in_recovery()")
        ).one()
    return f"PostgreSQL {version}{', in recovery' if recovering else ''}"


def _chain(platform: Platform) -> str:
    health = platform.chain.read(lambda contracts: contracts.transactions.engine.health())
    return f"{health['engine']} at block {health['block_number']}, {health['latency_ms']} ms"


def _worker(platform: Platform) -> str:
    query = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'gridwitness-worker'")
    with platform.engine.connect() as connection:
        connections = connection.scalar(query) or 0
    if connections == 0:
        raise Unavailable("worker-away", "no worker is connected to the database", "run `gridwitness worker`")
    return f"connected ({connections} connections)"


def _standing(running: Worker) -> str:
    running.check_standing()
    return "the contract's heads are this database's"


def _registry(platform: Platform, backlogs: list[Backlog]) -> str:
    """Every agency whose keys are here has its recorder, and the contract takes what it is told."""
    registry = platform.chain.read(lambda contracts: contracts.case_registry)
    refused = sum(backlog.refused for backlog in backlogs)
    if refused:
        raise Conflict(
            "milestones-refused",
            f"CaseRegistry {registry.address} refuses {refused} milestones.",
            "look into `error` of the table cases.sending",
        )
    for agency in sorted({backlog.log.partition("-")[0] for backlog in backlogs}):
        ours, there = platform.chain.recorder(agency).address, registry.recorder_of(agency)
        if ours != there:
            raise Conflict(
                "recorder-not-appointed",
                f"For CaseRegistry {registry.address} the recorder of {agency} is {there or 'nobody'},"
                f" not {ours}.",
                "have the agencies appoint it; after a theft take the old keystore away and start again",
            )
    waiting = sum(backlog.milestones for backlog in backlogs)
    return f"CaseRegistry {registry.address}, {waiting} milestones waiting"


def _api(url: str) -> str:
    try:
        answer = httpx.get(f"{url}/readyz", timeout=5)
    except httpx.HTTPError as error:
        raise Unavailable("api-away", f"{url} does not answer: {error}", "run `gridwitness up`") from error
    if answer.status_code != httpx.codes.OK:
        raise Unavailable(
            "api-not-ready", f"{url}/readyz says {answer.status_code}: {answer.text[:300]}", None
        )
    return f"ready at {url}"
