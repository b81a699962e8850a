"""Files that are whole, secrets that stay, ports that are remembered."""

from __future__ import annotations

import os
import socket
import stat
import threading
from pathlib import Path

import pytest
from gridwitness.durable_file import exclusive, replace_file, secret_in
from gridwitness.errors import Unavailable
from gridwitness.local_port import free_port, last_port, remembered_port


def test_a_file_is_replaced_whole_with_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "file"
    replace_file(file, b"old")
    replace_file(file, b"new", mode=0o600)
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["file"]


def test_names_of_new_folders_are_made_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        synced.append(Path(f"/dev/fd/{descriptor}").resolve())

    monkeypatch.setattr(os, "fsync", fsync)
    replace_file(tmp_path / "a" / "b" / "file", b"x")
    folders = [path for path in synced if path.is_dir()]
    assert folders == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    synced.clear()
    replace_file(tmp_path / "a" / "b" / "file", b"y")
    assert [path for path in synced if path.is_dir()] == [tmp_path / "a" / "b"]


def test_a_failed_replacement_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    (folder / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        replace_file(folder, b"x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken"]


def test_a_secret_is_made_once_even_by_several_at_once(tmp_path: Path) -> None:
    found: set[str] = set()
    makers = [threading.Thread(target=lambda: found.add(secret_in(tmp_path / "k" / "s"))) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(found) == 1 and len(found.pop()) == 48
    assert secret_in(tmp_path / "k" / "s") != secret_in(tmp_path / "k" / "other")
    assert stat.S_IMODE((tmp_path / "k" / "s").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o700


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    inside = 0
    most = 0
    gate = threading.Event()

    def work() -> None:
        nonlocal inside, most
        with exclusive(tmp_path / "lock"):
            inside += 1
            most = max(most, inside)
            gate.wait(0.01)
            inside -= 1

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert most == 1


def test_a_port_is_remembered_until_a_stranger_takes_it(tmp_path: Path) -> None:
    file = tmp_path / "port"
    port = remembered_port(file)
    assert remembered_port(file) == last_port(file) == port
    with socket.create_server(("127.0.0.1", port)):
        other = remembered_port(file)
        assert other != port
        with pytest.raises(Unavailable) as refusal:
            remembered_port(file, wanted=port)
        assert refusal.value.code == "port-taken"
    assert last_port(file) == other
    assert remembered_port(file, wanted=port) == last_port(file) == port


@pytest.mark.parametrize("content", ["", "x", "0", "70000"])
def test_a_spoilt_port_file_is_no_port(tmp_path: Path, content: str) -> None:
    (tmp_path / "port").write_text(content)
    assert last_port(tmp_path / "port") is None


def test_free_ports_are_below_the_ephemeral_range() -> None:
    assert 20000 <= free_port() < 32000
