"""The disk says no: every system call of one tile update fails once, and disks fill up under the tiles, the
database and the files. Refused or waited for, and nothing is lost.

strace makes a call fail in the real worker (nothing is written, synced or renamed then); that it did is read
from the trace. A full disk is a small tmpfs, filled to the last page.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from gridwitness.database import create_engine_for
from gridwitness.records.sequencing import sole_sequencer
from sqlalchemy import Engine
from support.crash_stand import CrashStand, needs_proc
from support.demo_home import CITY
from support.platform import POLICE
from support.small_disk import SmallDisk, small_disk, why_not_mountable
from support.system_calls import FailedCall, SystemCall, Trace, traced, why_not_traceable
from support.victims import victim_processes

pytestmark = [needs_proc, pytest.mark.timeout(600)]

_UNTRACEABLE, _UNMOUNTABLE = why_not_traceable(), why_not_mountable()
needs_strace = pytest.mark.skipif(_UNTRACEABLE is not None, reason=_UNTRACEABLE or "")
needs_mount = pytest.mark.skipif(_UNMOUNTABLE is not None, reason=_UNMOUNTABLE or "")

_ERRORS = {
    "openat": ["EIO"],
    "write": ["EIO", "ENOSPC"],
    "fsync": ["EIO"],
    "rename": ["EIO"],
    "close": ["EIO"],
}
_NAMES = ",".join([*_ERRORS, "mkdir"])
_WIDTH = 256
_DISKS = {"log": 64, "postgres": 256, "files": 1}
"""Megabytes of those parts of the home that lie on a disk of their own, where one can be mounted."""
_FULL = "No space left on device"


@pytest.fixture(scope="module")
def stand() -> Iterator[CrashStand]:
    stand = CrashStand.new()
    stand.anchor_interval, stand.fault_points = 0.1, False
    with ExitStack() as stack:
        stack.callback(stand.__exit__)
        if _UNMOUNTABLE is None:
            for name, megabytes in _DISKS.items():
                stack.enter_context(small_disk(stand.home / name, megabytes))
        stack.callback(stand.kill)  # before its disks go
        stand.start()
        stand.device.deliver(stand.device.sign())
        stand.settle()
        yield stand


@pytest.fixture(scope="module")
def engine(stand: CrashStand) -> Iterator[Engine]:
    """Our own way to the log's lock. The other log is held all the time: its worker would read tiles, too."""
    engine = create_engine_for(stand.checks.owner_url)
    with kept_from(engine, POLICE):
        yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def update(stand: CrashStand, engine: Engine) -> list[SystemCall]:
    """The calls of one update of tiles and checkpoint."""
    with one_update(stand, engine, None) as trace:
        stand.settle()
        calls = trace.calls()
    ours = [call for call in calls if str(stand.home / "log") in call.arguments]
    last = max(place for place, call in enumerate(ours) if "checkpoint" in call.arguments)
    # After the checkpoint has its name, its folder is opened, synced and closed.
    return ours[: last + 4]


@contextmanager
def one_update(
    stand: CrashStand, engine: Engine, fail: FailedCall | None, records: int = 1
) -> Iterator[Trace]:
    """Records are accepted while the worker is kept from the log; what it does then is traced."""
    [worker] = victim_processes(stand.home, "worker")
    with ExitStack() as stack:
        with kept_from(engine, CITY):
            stand.device.deliver_batch([stand.device.sign() for _ in range(records)])
            trace = stack.enter_context(traced(worker, stand.home / "trace.txt", _NAMES, fail))
        yield trace
    assert victim_processes(stand.home, "worker") == [worker], "the worker did not survive the error"


@contextmanager
def kept_from(engine: Engine, log: str) -> Iterator[None]:
    """The worker does nothing for a log meanwhile; it has the lock for a moment in each of its rounds."""
    for _ in range(500):
        with sole_sequencer(engine, log) as held:
            if held:
                yield
                return
        time.sleep(0.005)
    raise AssertionError(f"the worker never lets go of {log}")


@needs_strace
def test_an_update_makes_all_its_files_and_names_durable(update: list[SystemCall], stand: CrashStand) -> None:
    done = [(call.name, _path(call)) for call in update]
    folder = stand.home / "log" / CITY
    head = next(place for place, (name, path) in enumerate(done) if path.startswith(f"{folder}/.checkpoint"))
    synced = {path for name, path in done[:head] if name == "fsync"}
    named = [call.arguments.split('"')[3] for call in update[:head] if call.name == "rename"]
    assert len(named) == 2, done
    for path in named:
        draft = f"{path.rpartition('/')[0]}/.{path.rpartition('/')[2]}.new"
        assert draft in synced, (path, done)
        for above in (path.rpartition("/")[0], str(folder / "tile"), str(folder), str(folder.parent)):
            assert above in synced, (above, done)


@needs_strace
@pytest.mark.parametrize("name", _ERRORS)
def test_any_call_may_fail(stand: CrashStand, engine: Engine, update: list[SystemCall], name: str) -> None:
    numbers = [call.number for call in update if call.name == name and not call.failed]
    for number in numbers:
        for error in _ERRORS[name]:
            # One call that is none of the log's (a file somewhere let go of) shifts the numbers.
            tries = (_fail_one(stand, engine, FailedCall(name, number, error)) for _ in range(3))
            assert any(tries), f"{name} {number} of {numbers} was never one of the log's"
    stand.check_whole()


def _fail_one(stand: CrashStand, engine: Engine, fail: FailedCall) -> bool:
    """One update with one failed call; whether that was one of the log's, or the update had no such call."""
    with one_update(stand, engine, fail) as trace:
        stand.settle()
        injected = trace.injected()
        made = [call.number for call in trace.calls() if call.name == fail.name]
        assert injected is not None or max(made) < int(fail.number), f"{fail} was made and did not fail"
        if injected is not None and fail.name == "fsync":
            _assert_synced_later(trace, injected)
    stand.checks.check_tiles()
    stand.checks.cheap(stand.device.receipts)
    return injected is None or str(stand.home / "log") in injected


@needs_strace
def test_folders_that_cannot_be_made(stand: CrashStand, engine: Engine) -> None:
    """Past every 256 entries new folders are needed; none can be made for a while."""
    size = stand.checks.standing().accepted
    fail = FailedCall("mkdir", "1+", "ENOSPC")
    with one_update(stand, engine, fail, records=_WIDTH - size % _WIDTH + 1) as trace:
        deadline = time.monotonic() + 30
        while sum(f"{CITY}/tile/" in line for line in trace.lines() if "(INJECTED)" in line) < 2:
            assert time.monotonic() < deadline, trace.lines()[-20:]
            time.sleep(0.05)
        stand.device.deliver(stand.device.sign())  # the door stays open
        assert not stand.checks.standing().done
    stand.check_whole()


def _assert_synced_later(trace: Trace, injected: str) -> None:
    """What could not be made durable is tried again before a head is published over it."""
    lines = trace.lines()
    place = lines.index(injected)
    path = re.search(r"<([^>]*)>", injected)
    assert path is not None
    if "checkpoint" in path[1] or any("checkpoint" in line for line in lines[:place] if "rename(" in line):
        return  # the checkpoint itself comes back from the database
    published = next(
        n for n, line in enumerate(lines) if n > place and "rename(" in line and "checkpoint" in line
    )
    again = [n for n, line in enumerate(lines) if "fsync(" in line and f"<{path[1]}>" in line and n > place]
    assert again and again[0] < published, f"{path[1]} was never made durable"


def _path(call: SystemCall) -> str:
    found = re.search(r"<([^>]*)>|\"([^\"]*)\"", call.arguments.removeprefix("AT_FDCWD"))
    assert found is not None, call
    return found[1] or found[2]


@needs_mount
@pytest.mark.parametrize("pages_left", range(4))
def test_no_room_for_tiles(stand: CrashStand, pages_left: int) -> None:
    """Also where it is enough for one file of two: none is served half."""
    disk = SmallDisk(stand.home / "log")
    [worker] = victim_processes(stand.home, "worker")
    said = stand.messages().count(_FULL)
    disk.fill(pages_left)
    try:
        # Entries of about a kilobyte each: a few records more need another page than those before.
        stand.device.deliver_batch([stand.device.sign() for _ in range(20)])
        deadline = time.monotonic() + 30
        while stand.messages().count(_FULL) < said + 2:
            assert time.monotonic() < deadline, stand.messages()[-2000:]
            time.sleep(0.05)
        stand.device.deliver(stand.device.sign())  # the door stays open
        assert not stand.checks.standing().done
    finally:
        disk.free()
    stand.check_whole()
    assert victim_processes(stand.home, "worker") == [worker]


@needs_mount
def test_no_room_for_the_database(stand: CrashStand) -> None:
    disk = SmallDisk(stand.home / "postgres")
    disk.fill()
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
        disk.free()
    assert set(refused) <= {"database-unavailable", "no-answer"}, refused
    assert "database-unavailable" in refused
    for record in waiting:
        stand.device.deliver(record)
    stand.check_whole()


@needs_mount
def test_no_room_for_files(stand: CrashStand) -> None:
    disk = SmallDisk(stand.home / "files")
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 500
    disk.fill(pages_left=8)
    try:
        assert stand.device.put_file(content) == "storage-unavailable"
        left = [path for path in disk.folder.rglob("*") if path.is_file() and path.name != ".filler"]
        assert left == []
        stand.device.deliver(stand.device.sign())
    finally:
        disk.free()
    assert stand.device.put_file(content) == "receipt"
    assert stand.device.put_file(content) == "receipt"
    stand.check_whole()
