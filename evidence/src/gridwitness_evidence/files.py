"""Digests of files named in records: SHA-256 and, beside it, SM3 (GB/T 32905)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SM3, Hash


@dataclass(frozen=True, slots=True)
class FileDigests:
    """`sha256` and `sm3` in lower-case hex, `size` in bytes."""

    sha256: str
    sm3: str
    size: int


def digest_chunks(chunks: Iterable[bytes]) -> FileDigests:
    """Both digests in one pass over the pieces of a file."""
    sha256, sm3, size = hashlib.sha256(), Hash(SM3()), 0
    for chunk in chunks:
        sha256.update(chunk)
        sm3.update(chunk)
        size += len(chunk)
    return FileDigests(sha256.hexdigest(), sm3.finalize().hex(), size)
