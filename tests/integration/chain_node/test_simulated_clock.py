"""Block times follow the given clock exactly, never backwards, over restarts and kills."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from gridwitness_chain import Account, Anvil, ClockRefused, Engine, RemoteEngine, Transactions
from support.engines import ENGINES

START = 1_700_000_000
KINDS = pytest.mark.parametrize("kind", ENGINES)


def mined_at(engine: Engine, account: Account) -> int:
    receipt = Transactions(engine).execute(account, "0x" + "77" * 20, b"")
    return int(engine.rpc.block(receipt.block_number)["timestamp"], 16)


@KINDS
def test_blocks_have_the_time_given_and_stand_still_in_between(kind: str, tmp_path: Path) -> None:
    account = Account.random()
    with ENGINES[kind](tmp_path / "chain", simulated_from=START) as engine:
        assert engine.block_time() == START
        assert engine.set_time(START + 60) == START + 60
        assert mined_at(engine, account) == START + 60
        time.sleep(1.2)
        assert mined_at(engine, account) == START + 60
        assert engine.set_time(START + 60) == START + 60
        assert mined_at(engine, account) == START + 60
        assert engine.set_time(START) == START + 60, "never backwards"
        assert mined_at(engine, account) == START + 60


@KINDS
def test_a_time_given_survives_restart_and_kill(kind: str, tmp_path: Path) -> None:
    account = Account.random()
    with ENGINES[kind](tmp_path / "chain", simulated_from=START) as engine:
        engine.set_time(START + 100)
        assert mined_at(engine, account) == START + 100
        engine.set_time(START + 5000)
    with ENGINES[kind](tmp_path / "chain") as engine:
        assert engine.simulated and mined_at(engine, account) == START + 5000
        engine.set_time(START + 9000)
        if kind == "anvil":
            time.sleep(2.5)  # it writes its state once per second
        os.kill(engine.process_id or 0, signal.SIGKILL)
        engine.start()
        assert mined_at(engine, account) == START + 9000
        assert engine.set_time(START + 1) == START + 9000


@KINDS
def test_the_clock_is_set_by_url_as_well(kind: str, tmp_path: Path) -> None:
    with ENGINES[kind](tmp_path / "chain", simulated_from=START) as engine:
        remote = RemoteEngine(engine.url, chain_id=engine.chain_id, simulated=True).start()
        assert remote.profile is engine.profile
        assert remote.set_time(START + 77) == START + 77
        assert mined_at(engine, Account.random()) == START + 77


def test_a_system_clock_is_not_set(tmp_path: Path) -> None:
    with Anvil(tmp_path / "chain") as engine:
        with pytest.raises(ClockRefused):
            engine.set_time(START)
        with pytest.raises(ClockRefused):
            RemoteEngine(engine.url).start().set_time(START)
        assert abs(mined_at(engine, Account.random()) - time.time()) < 30
