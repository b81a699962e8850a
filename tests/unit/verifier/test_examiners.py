"""Examining in several processes: the same findings in the same order, and no success when one is lost."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from gridwitness_verifier.audit import chunk, examiners
from gridwitness_verifier.audit.chunk import Chunk, cut_chunks
from gridwitness_verifier.audit.entry_examination import Basis
from gridwitness_verifier.audit.examiners import Examiners
from gridwitness_verifier.audit.stored_record import StoredRecord
from gridwitness_verifier.errors import Unavailable, VerificationError

NOTHING_PINNED = Basis({}, None, None, (0, 0), 120, None)


def row(index: int | None, log: str = "log", entry: str | None = "entry") -> StoredRecord:
    nothing = (None,) * 7
    return StoredRecord(log, index, f"jti-{index}", *nothing, entry, ["disclosure", None], "0", None)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of three rows, and other processes from the first one on."""
    monkeypatch.setattr(chunk, "_ROWS", 3)
    monkeypatch.setattr(examiners, "_ALONE", 0)


def examined(chunks: list[Chunk], processes: int) -> list[object]:
    with Examiners(NOTHING_PINNED, processes) as group:
        return list(group.examine(chunks))


def test_findings_are_those_of_one_process_in_the_same_order() -> None:
    chunks = list(cut_chunks(row(index, f"log-{index // 20}") for index in range(100)))
    alone = examined(chunks, 1)
    assert len(alone) == len(chunks)
    assert examined(chunks, 2) == alone
    assert multiprocessing.active_children() == []


def test_a_killed_process_is_no_success() -> None:
    def chunks() -> Iterator[Chunk]:
        for number, each in enumerate(cut_chunks(row(index) for index in range(3000))):
            if number == 20:
                for process in multiprocessing.active_children():
                    os.kill(process.pid or 0, signal.SIGKILL)
            yield each

    with pytest.raises(Unavailable) as refused, Examiners(NOTHING_PINNED, 2) as group:
        list(group.examine(chunks()))
    assert (refused.value.code, "-9" in refused.value.message) == ("process-lost", True)
    assert multiprocessing.active_children() == []


def test_what_is_raised_elsewhere_is_raised_here() -> None:
    broken = Chunk("log", 0, [None])  # type: ignore[list-item]
    with pytest.raises(AttributeError), Examiners(NOTHING_PINNED, 2) as group:
        list(group.examine([broken]))
    assert multiprocessing.active_children() == []


def test_leaving_early_ends_the_processes() -> None:
    with Examiners(NOTHING_PINNED, 2) as group:
        next(group.examine(cut_chunks(row(index) for index in range(3000))))
        assert len(multiprocessing.active_children()) == 2
    assert multiprocessing.active_children() == []


_KILLED = """
import multiprocessing, os, signal
from gridwitness_verifier.audit import examiners
from gridwitness_verifier.audit.chunk import Chunk
from gridwitness_verifier.audit.entry_examination import Basis
from gridwitness_verifier.audit.stored_record import StoredRecord
examiners._ALONE = 0
with examiners.Examiners(Basis({}, None, None, (0, 0), 120, None), 2) as group:
    list(group.examine([Chunk("log", 0, [StoredRecord(*[None] * 14)])]))
    print(*(process.pid for process in multiprocessing.active_children()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_none_outlives_the_process_that_asks() -> None:
    killed = subprocess.run([sys.executable, "-c", _KILLED], capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    pids = [int(pid) for pid in killed.stdout.split()]
    assert len(pids) == 2
    end = time.monotonic() + 20
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(alive, pids))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_error_keeps_its_code_between_processes() -> None:
    error = multiprocessing.reduction.ForkingPickler.loads(
        multiprocessing.reduction.ForkingPickler.dumps(VerificationError("code", "message"))
    )
    assert (error.code, error.message, str(error)) == ("code", "message", "code: message")


def test_chunks_hold_one_log_and_know_what_comes_next(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(0), row(1), row(1), row(5), row(None), row(0, "other"), row(6), row(2)]
    cut = [
        (each.log, each.expected, [stored.leaf_index for stored in each.rows]) for each in cut_chunks(rows)
    ]
    assert cut == [
        ("log", 0, [0, 1, 1]),
        ("log", 2, [5, None]),
        ("other", 0, [0]),
        ("log", 6, [6, 2]),
    ]
    monkeypatch.setattr(chunk, "_CHARACTERS", 30)
    long = list(cut_chunks([row(0, entry="x" * 40), row(1), row(2)]))
    assert [len(each.rows) for each in long] == [1, 2]
