"""An engine's folder: one holder, settings that survive, damage that is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from gridwitness_chain import EngineFailed
from gridwitness_chain.home import EngineHome, EngineSettings, random_chain_id, write_atomically

SETTINGS = EngineSettings("ganache", 4242, 18545, True, 1_700_000_000, "ab" * 16)


def test_settings_and_time_survive(tmp_path: Path) -> None:
    home = EngineHome(tmp_path / "chain")
    assert home.settings() is None and home.wanted_time() is None and home.process_id() is None
    home.remember(SETTINGS)
    home.remember_time(1_700_000_100)
    again = EngineHome(tmp_path / "chain")
    assert again.settings() == SETTINGS and again.wanted_time() == 1_700_000_100


def test_only_one_holder(tmp_path: Path) -> None:
    first, second = EngineHome(tmp_path), EngineHome(tmp_path)
    first.acquire()
    first.acquire()
    with pytest.raises(EngineFailed, match="another process"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_damage_is_named(tmp_path: Path) -> None:
    home = EngineHome(tmp_path)
    for name, read in (("engine.json", home.settings), ("clock.json", home.wanted_time)):
        (tmp_path / name).write_text("{")
        with pytest.raises(EngineFailed, match=name):
            read()
    home.pid_file.write_text("no number")
    assert home.process_id() is None


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.json"
    write_atomically(path, "old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, "new")
    assert path.read_text() == "old" and [file.name for file in tmp_path.iterdir()] == ["record.json"]


def test_chain_ids_differ() -> None:
    assert len({random_chain_id() for _ in range(50)}) == 50
