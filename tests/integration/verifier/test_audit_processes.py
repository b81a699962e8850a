"""However many processes examine the entries, the report is the same to the byte."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator

import pytest
from gridwitness_verifier.audit import audit as audit_steps
from gridwitness_verifier.audit import chunk, examiners
from gridwitness_verifier.audit.chunk import Chunk, cut_chunks
from gridwitness_verifier.main import main
from support.forged_scenario import Scenario


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of three rows, and other processes from the first one on."""
    monkeypatch.setattr(chunk, "_ROWS", 3)
    monkeypatch.setattr(examiners, "_ALONE", 0)


def nothing(scenario: Scenario, database) -> None:
    """Leave it honest."""


def wreck(scenario: Scenario, database) -> None:
    """Damage of every kind the walk looks for, most of it more than once."""
    records = scenario.platform.log.records
    jtis = [record.jti for record in records]
    last = jtis[-1]
    for statement, parameters in (
        ("UPDATE records.record SET entry = replace(entry, '.', '..') WHERE jti = %s", (jtis[1],)),
        ("UPDATE records.record SET entry = overlay(entry PLACING 'A' FROM 400) WHERE jti = %s", (jtis[2],)),
        ("DELETE FROM records.record WHERE jti = %s", (jtis[3],)),
        ("UPDATE records.record SET disclosures[1] = NULL WHERE jti = ANY(%s)", (jtis[4:9],)),
        ("UPDATE records.record SET disclosures[2] = disclosures[1] WHERE jti = ANY(%s)", (jtis[6:11],)),
        ("UPDATE records.record SET sub = 'x', kind = NULL, seq = 9 WHERE jti = ANY(%s)", (jtis[5:10],)),
        ("UPDATE records.record SET receipt = replace(receipt, 'A', 'B') WHERE jti = ANY(%s)", (jtis[7:],)),
        ("UPDATE records.record SET received_at = received_at + interval '1 s' WHERE jti = %s", (jtis[0],)),
        ("UPDATE records.record SET leaf_index = leaf_index + 5 WHERE jti = %s", (last,)),
        ("UPDATE records.record SET log = 'elsewhere' WHERE jti = %s", (jtis[-2],)),
    ):
        database.execute(statement, parameters)


def lose_entry(scenario: Scenario, database) -> None:
    """An entry that is NULL, and everything after a gap."""
    records = scenario.platform.log.records
    database.execute("ALTER TABLE records.record ALTER COLUMN entry DROP NOT NULL")
    database.execute("UPDATE records.record SET entry = NULL WHERE jti = %s", (records[4].jti,))
    database.execute("UPDATE records.record SET leaf_index = NULL WHERE jti = %s", (records[-1].jti,))


@pytest.mark.parametrize("damage", [nothing, wreck, lose_entry])
def test_reports_are_identical(
    scenario: Scenario, database, damage: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    damage(scenario, database)
    trust = scenario.platform.trust()
    printed = []
    for processes in ("1", "2", "3"):
        exit_code = main(
            ["audit", "--database", scenario.platform.url, "--trust", str(trust), "--processes", processes]
        )
        printed.append((exit_code, *capsys.readouterr()))
    assert printed[0] == printed[1] == printed[2]
    assert printed[0][0] == (0 if damage is nothing else 1)
    assert multiprocessing.active_children() == []


def test_a_killed_process_is_exit_code_3(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def killing(records) -> Iterator[Chunk]:
        for number, each in enumerate(cut_chunks(records)):
            if number == 1:
                for process in multiprocessing.active_children():
                    os.kill(process.pid or 0, signal.SIGKILL)
            yield each

    monkeypatch.setattr(audit_steps, "cut_chunks", killing)
    trust = scenario.platform.trust()
    exit_code = main(
        ["audit", "--database", scenario.platform.url, "--trust", str(trust), "--processes", "2"]
    )
    assert (exit_code, "process-lost" in capsys.readouterr().err) == (3, True)


@pytest.mark.parametrize("processes", ["0", "-1", "65", "many"])
def test_a_number_of_processes_that_is_none(
    scenario: Scenario, processes: str, capsys: pytest.CaptureFixture[str]
) -> None:
    trust = scenario.platform.trust()
    with pytest.raises(SystemExit) as refused:
        main(["audit", "--database", scenario.platform.url, "--trust", str(trust), "--processes", processes])
    assert refused.value.code == 2
    assert "--processes" in capsys.readouterr().err
