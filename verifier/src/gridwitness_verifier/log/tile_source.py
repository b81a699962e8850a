"""Fetching a served log over HTTP:
bounded, in parallel, in order, with full tiles kept in a mirror folder.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx

from gridwitness_verifier.durable_file import write_atomically
from gridwitness_verifier.errors import Unavailable, VerificationError
from gridwitness_verifier.log.tile_path import WIDTH, tile_path

MAXIMUM_NOTE = 65_536
MAXIMUM_BUNDLE = WIDTH * (2 + 65_535)
_HASH = 32
_PARALLEL = 8
_AHEAD = 24
_REFUSED = (401, 403)


class RefusedError(VerificationError):
    """The server does not let this reader see a resource (a role is needed: `--token-file`)."""


class TileSource:
    """One log below `prefix` (ends with `/`). `mirror` is the folder for full tiles, or None.

    Raises Unavailable `log-unreachable`, VerificationError `tile-missing` or `tile-size`, RefusedError
    `log-refused`.
    """

    def __init__(self, client: httpx.Client, prefix: str, mirror: Path | None) -> None:
        self._client = client
        self._prefix = prefix
        self._mirror = mirror
        self._checkpoint: bytes | None = None

    def take_checkpoint(self) -> None:
        """Fetch the checkpoint that `note` gives later. What goes wrong here goes wrong there again."""
        with suppress(Unavailable, VerificationError):
            self._checkpoint = self._get("checkpoint", MAXIMUM_NOTE)

    def note(self, name: str) -> str:
        """`checkpoint` or `vkey`."""
        taken = self._checkpoint if name == "checkpoint" else None
        data = self._get(name, MAXIMUM_NOTE) if taken is None else taken
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise VerificationError("note-form", f"{name} is not UTF-8") from error

    def hashes(self, level: int, index: int, width: int, *, fresh: bool = False) -> list[bytes]:
        """The hashes of a tile, `width` of 32 bytes; with `fresh` never from the mirror."""
        data = self._tile(level, index, width, WIDTH * _HASH, fresh)
        if len(data) not in (width * _HASH, WIDTH * _HASH):
            raise VerificationError("tile-size", f"{tile_path(level, index, width)} has {len(data)} bytes")
        return [data[start : start + _HASH] for start in range(0, width * _HASH, _HASH)]

    def entries(self, index: int, width: int, *, fresh: bool = False) -> list[bytes]:
        """The entries of a bundle, `width` of them; with `fresh` never from the mirror."""
        data = self._tile("entries", index, width, MAXIMUM_BUNDLE, fresh)
        found: list[bytes] = []
        position = 0
        while position < len(data) and len(found) < width:
            end = position + 2 + int.from_bytes(data[position : position + 2], "big")
            if end > len(data):
                break
            found.append(data[position + 2 : end])
            position = end
        if len(found) != width:
            raise VerificationError(
                "tile-size", f"{tile_path('entries', index, width)} has not {width} entries"
            )
        return found

    def _tile(self, level: int | str, index: int, width: int, maximum: int, fresh: bool) -> bytes:
        full = tile_path(level, index)
        kept = self._mirror / full if self._mirror else None
        if kept is not None and not fresh and kept.is_file() and kept.stat().st_size <= maximum:
            return kept.read_bytes()
        if width < WIDTH:
            try:
                return self._get(tile_path(level, index, width), maximum)
            except VerificationError as error:
                # A log may drop a partial tile once the full one is there.
                if error.code != "tile-missing":
                    raise
        data = self._get(full, maximum)
        if kept is not None:
            write_atomically(kept, data)
        return data

    def _get(self, path: str, maximum: int) -> bytes:
        url = self._prefix + path
        try:
            with self._client.stream("GET", url) as response:
                if response.status_code in _REFUSED:
                    raise RefusedError(
                        "log-refused", f"{url} needs a reader's token (status {response.status_code})"
                    )
                if response.status_code == 404:
                    raise VerificationError("tile-missing", f"{path} is not served")
                if response.status_code != 200:
                    raise Unavailable("log-unreachable", f"{url} answered with status {response.status_code}")
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > maximum:
                        raise VerificationError("tile-size", f"{path} is longer than {maximum} bytes")
                return bytes(body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable("log-unreachable", f"{url}: {error or type(error).__name__}") from error


def open_client(token: str | None) -> httpx.Client:
    """An HTTP client that keeps connections alive, follows nothing and takes no proxy from the
    environment.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    limits = httpx.Limits(max_connections=_PARALLEL, max_keepalive_connections=_PARALLEL)
    return httpx.Client(headers=headers, limits=limits, timeout=30.0, follow_redirects=False, trust_env=False)


Bundle = tuple[int, int, list[bytes]]


def fetch_ahead(source: TileSource, places: Iterable[tuple[int, int]], *, entries: bool) -> Iterator[Bundle]:
    """(index, width, content) of entry bundles, or of level-0 tiles, in order, a few requests ahead."""
    waiting: deque[tuple[int, int, Future[list[bytes]]]] = deque()
    with ThreadPoolExecutor(_PARALLEL) as pool:
        try:
            for index, width in places:
                if entries:
                    future = pool.submit(source.entries, index, width)
                else:
                    future = pool.submit(source.hashes, 0, index, width)
                waiting.append((index, width, future))
                if len(waiting) >= _AHEAD:
                    yield _take(waiting)
            while waiting:
                yield _take(waiting)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _take(waiting: deque[tuple[int, int, Future[list[bytes]]]]) -> Bundle:
    index, width, future = waiting.popleft()
    return index, width, future.result()
