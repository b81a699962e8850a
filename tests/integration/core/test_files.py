"""Files: content-addressed, whole or not there, and only under names that are digests."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gridwitness.database import create_engine_for, session_factory, transaction
from gridwitness.errors import InvalidInput, NotFound, TooLarge
from gridwitness.postgres import DatabaseUrls
from gridwitness.records import FileStore, add_file
from gridwitness.records.files import known_files
from gridwitness_evidence import digest_chunks
from sqlalchemy.orm import Session, sessionmaker

NOW = datetime(2026, 5, 1, tzinfo=UTC)
CONTENT = b"\x89PNG\r\n\x1a\n" + secrets.token_bytes(5000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def sessions(migrated_database: DatabaseUrls) -> Iterator[sessionmaker[Session]]:
    engine = create_engine_for(migrated_database.app)
    yield session_factory(engine)
    engine.dispose()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", limit=10_000)


def chunks(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


@pytest.mark.parametrize("size", [1, 7, 4096, 100_000])
def test_stored_once_whatever_the_chunks(
    sessions: sessionmaker[Session], store: FileStore, tmp_path: Path, size: int
) -> None:
    for _ in range(2):
        with transaction(sessions) as session:
            digests = add_file(session, store, SHA256, chunks(CONTENT, size), NOW)
    assert digests == digest_chunks([CONTENT])
    assert b"".join(store.open(SHA256)) == CONTENT
    with transaction(sessions) as session:
        row = known_files(session, {SHA256}).rows[SHA256]
    assert (row.size, row.media_type) == (len(CONTENT), "image/png")
    assert [p for p in (tmp_path / "files").rglob("*") if p.is_file()] == [store.path(SHA256)]


def test_other_bytes_than_its_name_says(
    sessions: sessionmaker[Session], store: FileStore, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput) as refusal, transaction(sessions) as session:
        add_file(session, store, SHA256, [CONTENT + b"!"], NOW)
    assert refusal.value.code == "file-digest"
    check_empty(sessions, tmp_path)


@pytest.mark.parametrize("content", [b"#!/bin/sh\nid\n", b"<svg onload='x'>", b"\x7fELF" + bytes(60)])
def test_what_could_run_is_refused_whatever_it_is_called(
    sessions: sessionmaker[Session], store: FileStore, tmp_path: Path, content: bytes
) -> None:
    for declared in ("image/png", "application/octet-stream", None):
        with pytest.raises(InvalidInput) as refusal, transaction(sessions) as session:
            add_file(session, store, hashlib.sha256(content).hexdigest(), [content], NOW, declared)
        assert refusal.value.code == "file-type-refused"
    check_empty(sessions, tmp_path)


def test_another_type_than_declared(
    sessions: sessionmaker[Session], store: FileStore, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput) as refusal, transaction(sessions) as session:
        add_file(session, store, SHA256, [CONTENT], NOW, "application/pdf")
    assert refusal.value.code == "file-type-mismatch"
    check_empty(sessions, tmp_path)


def test_too_large_is_stopped_on_the_way(
    sessions: sessionmaker[Session], store: FileStore, tmp_path: Path
) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield bytes(1000)

    with pytest.raises(TooLarge), transaction(sessions) as session:
        add_file(session, store, SHA256, endless(), NOW)
    assert read == 11
    check_empty(sessions, tmp_path)


def test_a_sender_that_stops_half_way(
    sessions: sessionmaker[Session], store: FileStore, tmp_path: Path
) -> None:
    def broken() -> Iterator[bytes]:
        yield CONTENT[:100]
        raise ConnectionError

    with pytest.raises(ConnectionError), transaction(sessions) as session:
        add_file(session, store, SHA256, broken(), NOW)
    check_empty(sessions, tmp_path)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", SHA256.upper(), "", SHA256 + "/..", SHA256 + "\n"],
    ids=["traversal", "upper", "empty", "deeper", "newline"],
)
def test_names_that_are_no_digest(store: FileStore, name: str) -> None:
    for use in (
        store.path,
        store.remove,
        lambda name: list(store.open(name)),
        lambda name: store.put(name, []),
    ):
        with pytest.raises(NotFound):
            use(name)


def test_removed(sessions: sessionmaker[Session], store: FileStore) -> None:
    with transaction(sessions) as session:
        add_file(session, store, SHA256, [CONTENT], NOW)
    for _ in range(2):
        store.remove(SHA256)
    with pytest.raises(NotFound):
        list(store.open(SHA256))


def check_empty(sessions: sessionmaker[Session], folder: Path) -> None:
    assert [path for path in (folder / "files").rglob("*") if path.is_file()] == []
    with transaction(sessions) as session:
        assert known_files(session, {SHA256}).rows == {}
