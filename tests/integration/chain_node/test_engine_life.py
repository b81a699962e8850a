"""Engines are started, killed, adopted and moved; what the chain holds stays."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from gridwitness_chain import Account, Anvil, EngineFailed, Ganache, RemoteEngine, Transactions, WrongChain
from gridwitness_chain.process import command_line, free_port
from support.engines import ENGINES

KINDS = pytest.mark.parametrize("kind", ENGINES)

# A parent that starts an engine, says so, and never comes to stopping it.
PARENT = """
import sys, time
from pathlib import Path
from gridwitness_chain import Anvil, Ganache
engine = {"ganache": Ganache, "anvil": Anvil}[sys.argv[1]](Path(sys.argv[2])).start()
print(engine.process_id, engine.url, flush=True)
time.sleep(600)
"""


def transfer(engine: object, account: Account) -> str:
    found = Transactions(engine).execute(account, "0x" + "77" * 20, b"")
    assert found.succeeded
    return found.transaction


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while command_line(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not command_line(pid)


@KINDS
def test_what_was_mined_survives_stop_and_start(kind: str, tmp_path: Path) -> None:
    engine, account = ENGINES[kind](tmp_path / "chain"), Account.random()
    with engine:
        mined = transfer(engine, account)
        before = (engine.url, engine.chain_id, engine.genesis_hash(), engine.block_number())
        pid = engine.process_id or 0
    assert gone(pid)
    with ENGINES[kind](tmp_path / "chain") as again:
        assert (again.url, again.chain_id, again.genesis_hash(), again.block_number()) == before
        assert Transactions(again).receipt(mined) is not None
        health = again.health()
        assert health["ok"] and health["chain_id"] == before[1] and health["block_number"] == before[3]
        assert again.rpc.call("eth_accounts") == []


@KINDS
def test_a_killed_engine_is_started_again(kind: str, tmp_path: Path) -> None:
    with ENGINES[kind](tmp_path / "chain") as engine:
        mined = transfer(engine, Account.random())
        if kind == "anvil":
            time.sleep(2.5)  # it writes its state once per second
        os.kill(engine.process_id or 0, signal.SIGKILL)
        engine.start()
        assert Transactions(engine).receipt(mined) is not None
        transfer(engine, Account.random())


@KINDS
def test_an_orphan_is_adopted_and_stopped(kind: str, tmp_path: Path) -> None:
    home = tmp_path / "chain"
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, kind, str(home)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid, url = parent.stdout.readline().split()
        with pytest.raises(EngineFailed, match="another process"):
            ENGINES[kind](home).start()
        parent.kill()
    assert command_line(int(pid)), "the engine runs on without its parent"
    engine = ENGINES[kind](home)
    with engine:
        assert (str(engine.process_id), engine.url) == (pid, url)
        transfer(engine, Account.random())
    assert gone(int(pid))


def test_ctrl_c_at_the_parents_terminal_does_not_reach_the_engine(tmp_path: Path) -> None:
    with Anvil(tmp_path / "chain") as engine:
        assert os.getsid(engine.process_id or 0) != os.getsid(0)


def test_an_orphan_that_hangs_is_replaced(tmp_path: Path) -> None:
    home = tmp_path / "chain"
    arguments = [sys.executable, "-c", PARENT, "anvil", str(home)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline().split()[0])
        os.kill(pid, signal.SIGSTOP)
        parent.kill()
    with Anvil(home, patience=1.0) as engine:
        assert engine.process_id != pid
        transfer(engine, Account.random())


def test_a_process_id_given_to_another_program_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "chain"
    with Anvil(home):
        pass
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (home / "engine.pid").write_text(str(stranger.pid))
        with Anvil(home) as engine:
            assert engine.process_id != stranger.pid
        assert stranger.poll() is None
        stranger.kill()


@KINDS
def test_two_homes_side_by_side(kind: str, tmp_path: Path) -> None:
    with ENGINES[kind](tmp_path / "chain") as one, ENGINES[kind](tmp_path / "chain-2") as two:
        assert one.chain_id != two.chain_id and one.url != two.url
        transfer(one, Account.random())
        assert two.block_number() == 0
        if kind == "ganache":
            assert one.genesis_hash() != two.genesis_hash()
        with pytest.raises(WrongChain):
            RemoteEngine(one.url, chain_id=two.chain_id).start()


def test_a_taken_port_is_refused_when_asked_for_and_changed_when_remembered(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        with pytest.raises(EngineFailed, match="taken"):
            Anvil(tmp_path / "asked", port).start()
        with Anvil(tmp_path / "remembered") as engine:
            chain_id = engine.chain_id
        settings = tmp_path / "remembered" / "engine.json"
        settings.write_text(settings.read_text().replace(engine.url.rpartition(":")[2], str(port)))
        with Anvil(tmp_path / "remembered") as moved:
            assert moved.chain_id == chain_id and not moved.url.endswith(f":{port}")


def test_a_home_can_be_moved_to_another_port(tmp_path: Path) -> None:
    with Anvil(tmp_path / "chain") as engine:
        first = engine.url
    port = free_port()
    with Anvil(tmp_path / "chain", port) as moved:
        assert moved.url == f"http://127.0.0.1:{port}" != first


def test_a_home_belongs_to_one_kind_of_engine_and_clock(tmp_path: Path) -> None:
    with Anvil(tmp_path / "chain"):
        pass
    with pytest.raises(EngineFailed, match="anvil"):
        Ganache(tmp_path / "chain").start()
    with pytest.raises(EngineFailed, match="system clock"):
        Anvil(tmp_path / "chain", simulated_from=1_700_000_000).start()
    with Anvil(tmp_path / "chain"):
        pass


def test_an_engine_that_ends_at_once_says_why(tmp_path: Path) -> None:
    home = tmp_path / "chain"
    with Ganache(home):
        pass
    (home / "db" / "CURRENT").write_text("nonsense")
    with pytest.raises(EngineFailed, match=r"ganache\.log"):
        Ganache(home).start()


def test_the_home_is_private_and_nothing_listens_elsewhere(tmp_path: Path) -> None:
    with Ganache(tmp_path / "chain") as engine:
        assert (tmp_path / "chain").stat().st_mode & 0o777 == 0o700
        assert engine.url.startswith("http://127.0.0.1:")
        arguments = command_line(engine.process_id or 0)
        assert "mnemonic" not in arguments and "--server.host 127.0.0.1" in arguments
