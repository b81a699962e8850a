"""What Ganache and Anvil share: one process per home, adopted after a crash, one simulated clock."""

from __future__ import annotations

import secrets
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Self

from .engine import Engine
from .errors import ChainError, EngineFailed
from .home import EngineHome, EngineSettings, random_chain_id
from .process import NodeProcess, free_port, is_free, launch, orphan
from .rpc import Rpc


class LocalEngine(Engine):
    """An engine we run on 127.0.0.1 with everything it owns below `home` (mode 0700).

    Chain id (random), clock and port are chosen at the first start and remembered; a later `port` moves it, a
    later clock that differs is refused. One process per home holds it; after a kill -9 of that process the
    next `start()` adopts the engine that still runs. Raises `EngineFailed`.
    """

    def __init__(
        self,
        home: Path,
        port: int | None = None,
        *,
        simulated_from: int | None = None,
        patience: float = 60.0,
    ) -> None:
        """`simulated_from`: Unix seconds of the genesis block; block times then follow `set_time` only.

        It matters at the first start; later ones keep the clock the home was made with.
        """
        super().__init__()
        self.home = EngineHome(Path(home))
        self.simulated = simulated_from is not None
        self._simulated_from = simulated_from
        self._port = port
        self._patience = patience
        self._process: NodeProcess | None = None

    def command(self, settings: EngineSettings) -> list[str]:
        """The engine's command line; must hold the home's path, by which an orphan is recognised."""
        raise NotImplementedError

    def on_started(self) -> None:
        """What the engine forgot over the restart."""

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> Self:
        """Also brings back an engine that ended; what already runs stays as it is."""
        if self._process is not None and self._serves():
            return self
        self.home.acquire()
        try:
            settings = self._settle()
            self._process = self._adopt(settings) or self._launch(settings)
            self._restore_clock()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        if self._rpc is not None:
            self._rpc.close()
        if self._process is not None:
            self._process.stop()
            self.home.pid_file.unlink(missing_ok=True)
            self._process = None
        self.home.release()

    def remember_time(self, unix_seconds: int) -> None:
        # The engine forgets a time that no block has yet when it is killed.
        self.home.remember_time(unix_seconds)

    def _restore_clock(self) -> None:
        self.on_started()
        if self.simulated:
            self.set_time(self.home.wanted_time() or 0)

    def _settle(self) -> EngineSettings:
        """Settings of this start: remembered ones, moved to another port where asked for or where taken."""
        known = self.home.settings()
        if known is None:
            known = EngineSettings(
                engine=self.profile.name,
                chain_id=random_chain_id(),
                port=self._port or free_port(),
                simulated=self.simulated,
                genesis_time=self._simulated_from,
                mark=secrets.token_hex(16),
            )
            self.home.remember(known)
        if known.engine != self.profile.name:
            raise EngineFailed(
                f"{self.home.folder} holds a {known.engine} chain", "choose that engine or another home"
            )
        if self._simulated_from is not None and not known.simulated:
            raise EngineFailed(
                "this chain runs on the system clock", "a simulated clock needs a home of its own"
            )
        self.simulated = known.simulated
        if self._port is not None and self._port != known.port:
            known = self._moved(known, self._port)
        return known

    def _moved(self, settings: EngineSettings, port: int) -> EngineSettings:
        running = self._orphan()
        if running is not None:
            running.stop()
        moved = replace(settings, port=port)
        self.home.remember(moved)
        return moved

    def _orphan(self) -> NodeProcess | None:
        # With the slash: the home `chain` is no part of the command line of `chain-2`.
        return orphan(self.home.process_id(), f"{self.home.folder}/")

    def _adopt(self, settings: EngineSettings) -> NodeProcess | None:
        running = self._orphan()
        if running is None:
            return None
        try:
            self._await_health(running, settings)
        except ChainError:
            # Ours by its command line, but it does not serve: a fresh start is the only way on.
            running.stop(patience=1.0)
            return None
        return running

    def _serves(self) -> bool:
        try:
            self.health()
        except ChainError:
            return False
        return True

    def _launch(self, settings: EngineSettings) -> NodeProcess:
        if not is_free(settings.port):
            if self._port is not None:
                raise EngineFailed(f"port {settings.port} is taken by another program", "choose another port")
            settings = self._moved(settings, free_port())
        log = self.home.log_file(self.profile.name)
        process = launch(self.command(settings), self.home.pid_file, log, self.home.folder)
        try:
            self._await_health(process, settings)
        except BaseException:
            process.stop()
            raise
        return process

    def _await_health(self, process: NodeProcess, settings: EngineSettings) -> None:
        rpc = Rpc(f"http://127.0.0.1:{settings.port}")
        deadline = time.monotonic() + self._patience
        while True:
            try:
                answered = rpc.number("eth_chainId", timeout=2.0)
                break
            except ChainError as problem:
                if process.alive and time.monotonic() < deadline:
                    time.sleep(0.02)
                    continue
                state = "does not answer" if process.alive else "ended at once"
                raise EngineFailed(
                    f"{self.profile.name} {state}: {self._last_words()}", "see its log"
                ) from problem
        if answered != settings.chain_id or not process.alive:
            raise EngineFailed(f"port {settings.port} is served by another node", "choose another port")
        self._rpc, self._chain_id = rpc, answered

    def _last_words(self) -> str:
        log = self.home.log_file(self.profile.name)
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        return f"{' / '.join(text.split(chr(10))[-6:]).strip(' /')[-400:] or 'no output'} [{log}]"


def installed(*places: str, name: str) -> Path | None:
    """The first match of a glob below a `node_modules` folder, walking up from here and from this package;
    else PATH.
    """
    starts = (Path.cwd(), Path(__file__).resolve().parent)
    for start in starts:
        for folder in (start, *start.parents):
            for place in places:
                found = sorted((folder / "node_modules").glob(place))
                if found:
                    return found[0]
    found_on_path = shutil.which(name)
    return Path(found_on_path) if found_on_path else None
