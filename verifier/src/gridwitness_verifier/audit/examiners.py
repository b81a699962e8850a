"""Processes that examine chunks beside this one. Each chunk is examined by the same code wherever that is,
and the findings come back in log order, so how many processes there are changes nothing but the time.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import TracebackType

from gridwitness_verifier.audit.chunk import Chunk, Findings
from gridwitness_verifier.audit.entry_examination import Basis, Examiner
from gridwitness_verifier.errors import Unavailable

# Reading rows and putting findings together is one process's work, and feeds about this many.
_MOST = 8
# Below this many rows the audit is over before another process would be up.
_ALONE = 2048
_WAIT = 10.0


def default_processes() -> int:
    """One for each core this process may run on, as far as they can be fed."""
    allowed = getattr(os, "sched_getaffinity", None)
    return min(_MOST, len(allowed(0)) if allowed else os.cpu_count() or 1)


class Examiners:
    """Examines chunks in this process, and where there are many in `processes` others (1: never).

    A context manager; on leaving it the other processes end. They also end when this one is killed.
    """

    def __init__(self, basis: Basis, processes: int) -> None:
        self._basis = basis
        self._processes = processes
        self._others: list[_Other] = []
        self._free: SimpleQueue[_Other] = SimpleQueue()
        self._greeted: list[Future[None]] = []
        self._threads = ThreadPoolExecutor(processes)

    def __enter__(self) -> Examiners:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
        for other in self._others:
            other.close()

    def examine(self, chunks: Iterable[Chunk]) -> Iterator[Findings]:
        """Findings in the order of the chunks, a bounded number of chunks ahead.

        Raises Unavailable `process-lost` when one of the processes ends before its work does.
        """
        own = Examiner(self._basis)
        waiting: deque[Future[Findings]] = deque()
        rows = 0
        for chunk in chunks:
            rows += len(chunk.rows)
            if not self._others and self._processes > 1 and rows > _ALONE:
                self._start()
            if not self._ready():
                yield own.examine(chunk)
                continue
            waiting.append(self._threads.submit(self._ask, chunk))
            if len(waiting) > 2 * self._processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _start(self) -> None:
        self._others = [_Other() for _ in range(self._processes)]
        self._greeted = [self._threads.submit(self._greet, other) for other in self._others]

    def _greet(self, other: _Other) -> None:
        # One that is lost is put back as well: whoever takes it learns so, and nobody waits for it.
        try:
            other.ask(self._basis)
        finally:
            self._free.put(other)

    def _ready(self) -> bool:
        """Whether another process is up; until then this one goes on by itself."""
        done = [greeting for greeting in self._greeted if greeting.done()]
        for greeting in done:
            greeting.result()
        return bool(done) or (bool(self._greeted) and _ALONE == 0)

    def _ask(self, chunk: Chunk) -> Findings:
        other = self._free.get()
        try:
            findings = other.ask(chunk)
        finally:
            self._free.put(other)
        assert isinstance(findings, Findings)
        return findings


class _Other:
    """One other process. It is started anew, not forked: threads and connections of this one stay here."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        # Theirs alone: it is closed when they end, and we read that.
        theirs.close()

    def ask(self, question: Basis | Chunk) -> Findings | None:
        """Send one question and wait for its answer."""
        try:
            self._connection.send(question)
            answer: Findings | Exception | None = self._connection.recv()
        except (EOFError, OSError) as error:
            self._process.join(_WAIT)
            detail = f"a process that examined entries ended early (exit code {self._process.exitcode})"
            raise Unavailable("process-lost", detail) from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self._connection.close()
        self._process.join(_WAIT)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(_WAIT)
        self._process.close()


def _serve(connection: Connection) -> None:
    # Ctrl-C reaches the whole group; the process that asks decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with connection:
        try:
            examiner = Examiner(connection.recv())
            connection.send(None)
            while True:
                connection.send(_answer(examiner, connection.recv()))
        except (EOFError, OSError):
            # Who asks is gone, or has no more questions.
            return


def _answer(examiner: Examiner, chunk: Chunk) -> Findings | Exception:
    try:
        return examiner.examine(chunk)
    except Exception as error:
        # It is raised again where the question came from, as if it had been examined there.
        return error
