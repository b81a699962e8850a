"""A worker that ends between any two steps: the next one finishes, nothing is lost and nothing is twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from gridwitness import worker
from gridwitness.records.anchoring import Anchorer
from gridwitness.records.sequencing import Sequencer
from gridwitness.records.tiles import TileStore
from gridwitness.worker import Worker
from gridwitness_chain import log_id
from gridwitness_evidence import TreeHead, extend, sign_tree_head
from support.platform import Officer, RunningPlatform, running_platform


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform


@pytest.fixture(scope="module")
def officer(running: RunningPlatform) -> Officer:
    return running.officer("zhang")


class Killed(BaseException):
    """The process ends here."""


def parts(running: RunningPlatform) -> tuple[Sequencer, Anchorer, TileStore]:
    platform, log = running.platform, running.log()
    tiles = platform.tiles(log.name)
    sequencer = Sequencer(platform.sessions, log, tiles, platform.keystore)
    return sequencer, Anchorer(platform.sessions, log, tiles, platform.chain), tiles


def after_assigning(running: RunningPlatform) -> None:
    parts(running)[0]._assign()


def after_tiles(running: RunningPlatform) -> None:
    sequencer, _, tiles = parts(running)
    sequencer._assign()
    extension = extended(running)
    tiles.write(extension[1])


def after_half_of_the_tiles(running: RunningPlatform) -> None:
    sequencer, _, tiles = parts(running)
    sequencer._assign()
    paths = extended(running)[1]
    tiles.write(dict(list(paths.items())[: len(paths) // 2]))


def after_head_stored(running: RunningPlatform) -> None:
    """Stored, not published."""
    after_tiles(running)
    log = running.log()
    head, _ = extended(running)
    note = sign_tree_head(head, running.platform.keystore.log_signer(log.name))
    with psycopg.connect(running.urls.owner) as owner:
        owner.execute(
            "INSERT INTO records.tree_head (log, size, root, note) VALUES (%s, %s, %s, %s)",
            (log.name, head.size, head.root, note),
        )


def extended(running: RunningPlatform) -> tuple[TreeHead, dict[str, bytes]]:
    sequencer, _, tiles = parts(running)
    with running.platform.sessions() as session:
        row = session.connection().exec_driver_sql(
            "SELECT coalesce(max(size), 0) FROM records.tree_head WHERE log = %(log)s",
            {"log": running.log().name},
        )
        size = int(row.scalar_one())
        extension = extend(tiles.read_tile, size, sequencer._entries(session, size))
    return TreeHead(running.log().origin, extension.new_size, extension.root), extension.tiles


def ending_at(running: RunningPlatform, monkeypatch: pytest.MonkeyPatch, name: str, *, before: bool) -> None:
    """A round whose process ends just before or after a step of sending."""
    transactions = type(running.platform.chain.contracts.transactions)
    target, step = (Anchorer, name) if name == "_store" else (transactions, name)
    real = getattr(target, step)

    def ended(*arguments: object, **named: object) -> object:
        if not before:
            real(*arguments, **named)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(target, step, ended)
        with pytest.raises(Killed):
            Worker(running.platform).round()


STEPS: dict[str, Callable[[RunningPlatform, pytest.MonkeyPatch], None]] = {
    "after assigning": lambda running, _: after_assigning(running),
    "after half of the tiles": lambda running, _: after_half_of_the_tiles(running),
    "after tiles": lambda running, _: after_tiles(running),
    "after head stored": lambda running, _: after_head_stored(running),
    "after signing": lambda running, patch: ending_at(running, patch, "prepare", before=False),
    "before sending, after storing it": lambda running, patch: ending_at(running, patch, "send", before=True),
    "after sending": lambda running, patch: ending_at(running, patch, "send", before=False),
    "after it is final": lambda running, patch: ending_at(running, patch, "wait", before=False),
    "before storing the anchor": lambda running, patch: ending_at(running, patch, "_store", before=True),
    "after storing the anchor": lambda running, patch: ending_at(running, patch, "_store", before=False),
}


@pytest.mark.parametrize("step", STEPS)
def test_the_next_worker_finishes(
    running: RunningPlatform, officer: Officer, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = officer.step()
    records = [first, officer.step(after=first), officer.step()]
    running.accept(*records)
    STEPS[step](running, monkeypatch)
    running.accept(officer.step())  # the door stays open meanwhile
    running.drain(Worker(running.platform))
    check_whole(running)
    running.check_bundle(first.claims.jti).require_proved()


def test_an_audit_finds_nothing_wrong_between_the_chain_and_the_stored_anchor(
    running: RunningPlatform, officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment is short, and an audit of a working platform must not take it for an alteration."""
    running.accept(officer.step())
    ending_at(running, monkeypatch, "_store", before=True)
    report = running.audit()
    report.require_proved()
    assert [place["code"] for place in report.check("anchors")["locations"]] == ["event-without-row"]
    running.drain()
    check_whole(running)


def test_two_workers_at_once(running: RunningPlatform, officer: Officer) -> None:
    other = running.reopened()
    stop = threading.Event()
    threads = [threading.Thread(target=Worker(p).run, args=(stop,)) for p in (running.platform, other)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            running.accept(*(officer.step() for _ in range(20)))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    other.close()
    running.drain()
    check_whole(running)


def heads_while_records_pour_in(running: RunningPlatform, officer: Officer, seconds: float) -> int:
    """How many tree heads a running worker signs meanwhile."""

    def count() -> int:
        with psycopg.connect(running.urls.owner) as owner:
            found = owner.execute("SELECT count(*) FROM records.tree_head").fetchone()
            return int(found[0]) if found else 0

    before, stop = count(), threading.Event()
    thread = threading.Thread(target=Worker(running.platform).run, args=(stop,))
    thread.start()
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            running.accept(officer.step())
    finally:
        stop.set()
        thread.join()
    return count() - before


def test_a_steady_flow_is_anchored_once_an_interval(
    running: RunningPlatform, officer: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    interval = running.settings.anchor_interval_seconds
    assert 1 <= heads_while_records_pour_in(running, officer, 2.5 * interval) <= 4
    monkeypatch.setattr(worker, "LONG_BACKLOG", 0)  # as if each record were thousands
    assert heads_while_records_pour_in(running, officer, 2.5 * interval) > 4
    running.drain()


def test_one_record_is_anchored_within_the_interval(running: RunningPlatform, officer: Officer) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=Worker(running.platform).run, args=(stop,))
    thread.start()
    try:
        running.accept(officer.step())
        deadline = time.monotonic() + running.settings.anchor_interval_seconds + 5
        while not all(backlog.done for backlog in running.worker.backlogs()):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        stop.set()
        thread.join()


def check_whole(running: RunningPlatform) -> None:
    """Leaf indexes without gap or doubling, one contract, and the verifier agrees."""
    log = running.log()
    with psycopg.connect(running.urls.owner) as owner:
        count, distinct, top, waiting = owner.execute(
            "SELECT count(*), count(DISTINCT leaf_index), max(leaf_index), count(*) - count(leaf_index)"
            " FROM records.record WHERE log = %s",
            (log.name,),
        ).fetchone() or (0, 0, 0, 0)
        sending = owner.execute("SELECT count(*) FROM records.sending").fetchone()
    state = running.platform.chain.read(lambda contracts: contracts.record_log.log_of(log_id(log.origin)))
    assert state is not None
    assert (count, distinct, top, waiting, sending) == (state.size, state.size, state.size - 1, 0, (0,))
    running.audit().require_proved()
