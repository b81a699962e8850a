"""A disk that fills up, under the tiles, under the database and under the files: refused or waited for, and
nothing lost once there is room again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from support.crash_stand import CrashStand, needs_proc
from support.small_disk import SmallDisk, small_disk, why_not_mountable
from support.victims import victim_processes

_REASON = why_not_mountable()
pytestmark = [
    needs_proc,
    pytest.mark.skipif(_REASON is not None, reason=_REASON or ""),
    pytest.mark.timeout(600),
]


@dataclass(frozen=True)
class SmallDisks:
    """One stand with three small disks."""

    stand: CrashStand
    log: SmallDisk
    postgres: SmallDisk
    files: SmallDisk


@pytest.fixture(scope="module")
def small() -> Iterator[SmallDisks]:
    with ExitStack() as stack:
        stand = CrashStand.new()
        stack.callback(stand.__exit__)
        log, postgres, files = (
            stack.enter_context(small_disk(stand.home / name, megabytes))
            for name, megabytes in (("log", 4), ("postgres", 256), ("files", 1))
        )
        stack.callback(stand.kill)  # before the disks go
        stand.start()
        stand.device.deliver(stand.device.sign())
        stand.settle()
        yield SmallDisks(stand, log, postgres, files)


@pytest.mark.parametrize("pages_left", range(4))
def test_no_room_for_tiles(small: SmallDisks, pages_left: int) -> None:
    """Also where it is enough for one file of two: none is served half."""
    stand = small.stand
    [worker] = victim_processes(stand.home, "worker")
    said = stand.messages().count("No space left on device")
    small.log.fill(pages_left)
    try:
        # Entries of about a kilobyte each: a few records more need another page than those before.
        stand.device.deliver_batch([stand.device.sign() for _ in range(20)])
        deadline = time.monotonic() + 30
        while stand.messages().count("No space left on device") < said + 2:
            assert time.monotonic() < deadline, stand.messages()[-2000:]
            time.sleep(0.05)
        stand.device.deliver(stand.device.sign())  # the door stays open
        assert not stand.checks.standing().done
    finally:
        small.log.free()
    stand.check_whole()
    assert victim_processes(stand.home, "worker") == [worker]


def test_no_room_for_the_database(small: SmallDisks) -> None:
    stand = small.stand
    small.postgres.fill()
    refused: list[str] = []
    waiting = []
    try:
        deadline = time.monotonic() + 60
        while len(refused) < 3:
            assert time.monotonic() < deadline, "the full disk was never felt"
            record = stand.device.sign()
            waiting.append(record)
            code = stand.device.attempt(record)
            if code != "receipt":
                refused.append(code)
    finally:
        small.postgres.free()
    assert set(refused) <= {"database-unavailable", "no-answer"}, refused
    assert "database-unavailable" in refused
    for record in waiting:
        stand.device.deliver(record)
    stand.check_whole()


def test_no_room_for_files(small: SmallDisks) -> None:
    stand = small.stand
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 500
    small.files.fill(pages_left=8)
    try:
        assert stand.device.put_file(content) == "storage-unavailable"
        left = [path for path in small.files.folder.rglob("*") if path.is_file() and path.name != ".filler"]
        assert left == []
        stand.device.deliver(stand.device.sign())
    finally:
        small.files.free()
    assert stand.device.put_file(content) == "receipt"
    assert stand.device.put_file(content) == "receipt"
    stand.check_whole()
