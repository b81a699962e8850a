"""The parts a deployment runs on, database and chain: started here, or found running."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from gridwitness.chain import chain_errors
from gridwitness.clock import Clock, SimulatedClock, clock_for
from gridwitness.durable_file import exclusive, replace_file
from gridwitness.errors import Conflict, Unavailable
from gridwitness.platform import Platform, open_platform
from gridwitness.postgres import DatabaseUrls, EmbeddedPostgres, ensure_roles
from gridwitness.settings import Settings, load_settings
from gridwitness_chain import ChainError, EngineHome, Ganache, RemoteEngine

RUN_FILE = "run.json"
_STARTING = ".starting.lock"
_KEEPING = ".up.lock"


@dataclass(frozen=True)
class Parts:
    """Where the running parts are. `ganache`: our own chain, None where it is somebody else's by URL."""

    settings: Settings
    clock: Clock
    urls: DatabaseUrls
    rpc_url: str
    ganache: Ganache | None = None

    def look_after(self) -> None:
        """Bring back embedded parts that ended, also those another command had started and stopped again.

        A chain is brought back also where the database cannot be (its disk is full, say).
        """
        try:
            if self.settings.database_url is None:
                postgres = EmbeddedPostgres(self.settings.home, self.settings.database_port)
                if postgres.status().state != "running":
                    postgres.start()
        finally:
            if self.ganache is not None and not _answers(self.settings):
                with chain_errors():
                    self.ganache.start()

    def platform(self, application: str = "gridwitness") -> Platform:
        """The platform on these parts."""
        return open_platform(self.settings, self.clock, self.urls.app, self.rpc_url, application)


@contextmanager
def running_parts(settings: Settings, *, keep: bool = False) -> Iterator[Parts]:
    """Database and chain: running ones are used, missing embedded ones started, and stopped at the end.

    `keep`, for `gridwitness up`: what runs already was left by one that was killed, and is stopped at the end
    too. Raises Conflict `already-up` where another one keeps them.
    """
    clock = clock_for(settings)
    if isinstance(clock, SimulatedClock):
        clock.advance(0)  # makes the file, so that every process of this home knows
    with ExitStack() as stack:
        if keep:
            stack.enter_context(_sole_keeper(settings))
        # One starter at a time: who comes while `gridwitness up` is starting waits, and finds the parts.
        with exclusive(settings.home / _STARTING):
            urls = _database(settings, stack, keep)
            rpc_url, ganache = _chain(settings, clock, stack, keep)
        yield Parts(settings, clock, urls, rpc_url, ganache)


@contextmanager
def attached_platform(
    settings: Settings | None = None, application: str = "gridwitness-cli"
) -> Iterator[Platform]:
    """The platform of GRIDWITNESS_HOME for one command: parts are started only where they do not run."""
    with running_parts(settings or load_settings()) as parts:
        platform = parts.platform(application)
        try:
            yield platform
        finally:
            platform.close()


def found_parts(settings: Settings) -> Parts:
    """The parts that run already; starts nothing. For the processes under `gridwitness up`."""
    if settings.database_url is None:
        urls = EmbeddedPostgres(settings.home, settings.database_port).urls
    else:
        urls = ensure_roles(settings.database_url, settings.keys_dir)
    return Parts(settings, clock_for(settings), urls, found_rpc_url(settings))


def found_rpc_url(settings: Settings) -> str:
    """The chain's URL, running or not. Raises Unavailable `chain-never-started`."""
    if settings.rpc_url is not None:
        return settings.rpc_url
    with chain_errors():
        engine = EngineHome(settings.chain_dir).settings()
    if engine is None:
        raise Unavailable(
            "chain-never-started", f"There is no chain in {settings.chain_dir} yet.", "run `gridwitness up`"
        )
    return f"http://127.0.0.1:{engine.port}"


def write_run_file(settings: Settings, **content: Any) -> None:
    """Note what runs where, for `gridwitness doctor`."""
    replace_file(settings.home / RUN_FILE, json.dumps(content).encode() + b"\n", mode=0o644)


def read_run_file(settings: Settings) -> dict[str, Any]:
    """What `gridwitness up` noted last; empty when it never ran."""
    try:
        found = json.loads((settings.home / RUN_FILE).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def _sole_keeper(settings: Settings) -> Iterator[None]:
    """Held by one `gridwitness up` of a home; the kernel frees it when that one dies."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / _KEEPING).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "already-up", f"`gridwitness up` runs on {settings.home} already.", "stop that one first"
            ) from None
        yield


def _database(settings: Settings, stack: ExitStack, keep: bool) -> DatabaseUrls:
    if settings.database_url is not None:
        return ensure_roles(settings.database_url, settings.keys_dir)
    postgres = EmbeddedPostgres(settings.home, settings.database_port)
    if keep:
        stack.callback(postgres.stop)
    return stack.enter_context(postgres.running())


def _chain(settings: Settings, clock: Clock, stack: ExitStack, keep: bool) -> tuple[str, Ganache | None]:
    if settings.rpc_url is not None:
        return settings.rpc_url, None
    start = int(clock.now().timestamp()) if isinstance(clock, SimulatedClock) else None
    ganache = Ganache(settings.chain_dir, settings.chain_port, simulated_from=start)
    stack.callback(ganache.stop)
    answers = _answers(settings)
    if keep or not answers:
        try:
            with chain_errors():
                ganache.start()
        except Unavailable:
            if not answers:
                raise  # else a short command has it, and `look_after` takes it over when that one ends
    return found_rpc_url(settings), ganache


def _answers(settings: Settings) -> bool:
    """Whether the chain of this home runs already, under another process."""
    with chain_errors():
        engine = EngineHome(settings.chain_dir).settings()
    if engine is None:
        return False
    remote = RemoteEngine(f"http://127.0.0.1:{engine.port}", chain_id=engine.chain_id)
    try:
        remote.start()
    except ChainError:
        return False
    remote.stop()
    return True
