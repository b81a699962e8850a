"""Files that records name: content-addressed on disk, known by SHA-256 and SM3 (GB/T 32905)."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gridwitness_evidence import FileDigests, digest_chunks
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridwitness.durable_file import make_folder, sync_folder
from gridwitness.errors import InvalidInput, NotFound, TooLarge, Unavailable
from gridwitness.records.media_types import DEFAULT_ALLOWED, check_declared, check_type, media_type_of
from gridwitness.records.models import FileRow

_CHUNK = 1024 * 1024
_STORAGE_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})
_SHA256 = re.compile(r"[0-9a-f]{64}")


class FileStore:
    """File bytes under `<root>/<first two hex>/<sha256 hex>`.

    A file is durable (written, fsynced, renamed, folder fsynced) before it is known to the database.
    """

    def __init__(self, root: Path, limit: int, allowed: Iterable[str] | None = None) -> None:
        """`limit`: largest accepted file in bytes; `allowed`: media types that are taken, None =
        `DEFAULT_ALLOWED`.
        """
        self._root = root
        self._limit = limit
        self._allowed = frozenset(DEFAULT_ALLOWED if allowed is None else allowed)

    def path(self, sha256: str) -> Path:
        """Where the bytes of a file lie; `sha256` in hex. Raises NotFound `file-unknown` for anything
        else.
        """
        if not _SHA256.fullmatch(sha256):
            raise NotFound("file-unknown", f"{sha256[:80]!r} is no SHA-256 in lower-case hex.", None)
        return self._root / sha256[:2] / sha256

    def put(
        self, sha256: str, chunks: Iterable[bytes], declared: str | None = None
    ) -> tuple[FileDigests, str]:
        """Store a file under the digest its sender says it has; gives digests and its media type.

        Raises InvalidInput `file-digest` where the bytes say otherwise, `file-type-refused` and
        `file-type-mismatch` (see `check_type`), TooLarge `file-too-large`, Unavailable `storage-unavailable`
        where the disk does not take them (full, say). Nothing of a refused file is left. Idempotent.
        """
        try:
            return self._put(sha256, chunks, declared)
        except OSError as error:
            if error.errno not in _STORAGE_ERRORS:
                raise  # the sender's line, say
            raise Unavailable(
                "storage-unavailable", f"The file could not be stored: {error}", "is the disk full?"
            ) from error

    def _put(self, sha256: str, chunks: Iterable[bytes], declared: str | None) -> tuple[FileDigests, str]:
        final = self.path(sha256)
        make_folder(final.parent)
        handle, name = tempfile.mkstemp(dir=self._root, prefix=".incoming-")
        try:

            def kept(source: Iterable[bytes]) -> Iterator[bytes]:
                size = 0
                for chunk in source:
                    size += len(chunk)
                    if size > self._limit:
                        raise TooLarge(
                            "file-too-large", f"The file is over {self._limit} bytes.", "send a smaller file"
                        )
                    out.write(chunk)
                    yield chunk

            with os.fdopen(handle, "wb") as out:
                digests = digest_chunks(kept(chunks))
                out.flush()
                os.fsync(out.fileno())
            if digests.sha256 != sha256:
                raise InvalidInput(
                    "file-digest",
                    f"The bytes received have SHA-256 {digests.sha256}, not {sha256}.",
                    "send it again",
                )
            media_type = media_type_of(Path(name))
            check_type(media_type, self._allowed, declared)
            Path(name).replace(final)
            sync_folder(final.parent)
            return digests, media_type
        finally:
            Path(name).unlink(missing_ok=True)

    def open(self, sha256: str) -> Iterator[bytes]:
        """The bytes of a stored file, in chunks. Raises NotFound `file-unknown`."""
        path = self.path(sha256)
        if not path.is_file():
            raise NotFound("file-unknown", f"There is no file with SHA-256 {sha256}.", None)
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK):
                yield chunk

    def remove(self, sha256: str) -> None:
        """Destroy a file's bytes, after its erasure was anchored. Idempotent."""
        path = self.path(sha256)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)


def add_file(
    session: Session,
    store: FileStore,
    sha256: str,
    chunks: Iterable[bytes],
    now: datetime,
    declared: str | None = None,
) -> FileDigests:
    """Store a file and make it known; `declared`: what its sender calls its media type. Idempotent."""
    digests, media_type = store.put(sha256, chunks, declared)
    row = {
        "sha256": bytes.fromhex(digests.sha256),
        "sm3": bytes.fromhex(digests.sm3),
        "size": digests.size,
        "media_type": media_type,
        "received_at": now,
    }
    session.execute(insert(FileRow).values(row).on_conflict_do_nothing())
    return digests


@dataclass(frozen=True, slots=True)
class KnownFiles:
    """The stored files among those a batch names."""

    rows: Mapping[str, FileRow]

    def check(self, named: Mapping[str, Any], store: FileStore) -> None:
        """Raise InvalidInput `file-missing`, `file-mismatch` or `file-type-mismatch` where a record names a
        file that is not here so.
        """
        sha256 = named["sha256"]
        row = self.rows.get(sha256)
        if row is None or not store.path(sha256).is_file():
            raise InvalidInput(
                "file-missing",
                f"The record names file {sha256}, which is not here.",
                f"PUT /api/v1/files/{sha256} first, then send the record again",
            )
        if (row.sm3.hex(), row.size) != (named["sm3"], named["size"]):
            raise InvalidInput(
                "file-mismatch", f"File {sha256} has another SM3 digest or size than the record names.", None
            )
        check_declared(row.media_type, named["type"])


def known_files(session: Session, wanted: set[str]) -> KnownFiles:
    """Look the files of a batch up at once; `wanted` in hex."""
    if not wanted:
        return KnownFiles({})
    digests = [bytes.fromhex(sha256) for sha256 in wanted]
    rows = session.scalars(select(FileRow).where(FileRow.sha256.in_(digests)))
    return KnownFiles({row.sha256.hex(): row for row in rows})
