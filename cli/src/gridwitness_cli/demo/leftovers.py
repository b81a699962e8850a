"""What a demo that was killed left behind: its processes are stopped, its folders removed."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

from gridwitness.postgres import EmbeddedPostgres
from gridwitness_chain import ChainError, EngineHome, Ganache
from gridwitness_chain.process import command_line

from gridwitness_cli.demo.story import DemoFailed

_PATIENCE = 60
_FOLDERS = ("home", "devices", "auditor", "bundles")
_FILES = ("summary.json", "report.html", "up.log")


def clear_leftovers(folder: Path, *, keep: bool = False) -> None:
    """Stop what still runs on `folder`/home and, unless `keep`, remove what an earlier demo wrote."""
    home = folder / "home"
    if home.exists():
        _await_end(home)
        EmbeddedPostgres(home).stop()
        _stop_chain(home / "chain")
    if keep:
        return
    for name in _FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)


def _await_end(home: Path) -> None:
    """`gridwitness up` ends by itself when the demo that started it is gone; wait for that.

    Raises DemoFailed `demo-still-up`.
    """
    try:
        pid = int(json.loads((home / "run.json").read_text())["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    deadline = time.monotonic() + _PATIENCE
    while "gridwitness_cli up" in command_line(pid):
        if time.monotonic() > deadline:
            raise DemoFailed("demo-still-up", f"Process {pid} of an earlier demo does not end.", "stop it")
        time.sleep(0.1)


def _stop_chain(folder: Path) -> None:
    engine = EngineHome(folder)
    pid = engine.process_id()
    if pid is None or f"{folder}/" not in command_line(pid):
        return
    chain = Ganache(folder)
    try:
        chain.start()
    except ChainError as error:
        raise DemoFailed(
            "chain-left", f"The chain of an earlier demo does not stop: {error}", None
        ) from error
    finally:
        chain.stop()
