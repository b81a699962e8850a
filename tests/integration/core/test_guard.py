"""The guard refuses, at commit, every way of changing a stated row without its record."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from gridwitness.database import (
    create_engine_for,
    derived,
    effect_column,
    operational,
    session_factory,
    stated,
    transaction,
)
from gridwitness.errors import UnrecordedChange
from gridwitness.guard import append_only_ddl, guard_ddl, guard_ddl_for, guard_functions_ddl
from gridwitness.postgres import DatabaseUrls
from psycopg import errors
from sqlalchemy import Engine, Text, Uuid, insert, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session


class Shelf(DeclarativeBase):
    """Tables of this test, apart from the platform's."""


class Book(Shelf):
    """A stated table with an operational column."""

    __tablename__ = "book"
    __table_args__ = ({"schema": "library"},)

    id: Mapped[UUID] = stated(Uuid, primary_key=True)
    title: Mapped[str] = stated(Text)
    borrowed: Mapped[int] = operational("a counter", server_default=text("0"))
    effect: Mapped[UUID] = effect_column()


class Record(Shelf):
    """As much of `records.record` as the guard looks at."""

    __tablename__ = "record"
    __table_args__ = ({"schema": "records"},)

    jti: Mapped[UUID] = derived(Uuid, primary_key=True)
    kind: Mapped[str] = derived(Text)
    leaf_index: Mapped[int | None] = derived()


@pytest.fixture
def engine(database: DatabaseUrls) -> Iterator[Engine]:
    """Tables made by the owner; the engine is the app's."""
    with psycopg.connect(database.owner) as owner:
        owner.execute("CREATE SCHEMA records")
        owner.execute("CREATE SCHEMA library")
        owner.execute(
            "CREATE TABLE records.record (jti uuid PRIMARY KEY, kind text NOT NULL, disclosures text[],"
            " leaf_index bigint, accepted_in xid8 DEFAULT pg_current_xact_id())"
        )
        owner.execute(
            "CREATE TABLE library.book (id uuid PRIMARY KEY, title text, borrowed bigint DEFAULT 0,"
            " effect uuid NOT NULL)"
        )
        owner.execute(
            "CREATE TABLE library.reading (reader bytea, at timestamptz, page numeric, note jsonb,"
            " effect uuid NOT NULL, PRIMARY KEY (reader, at))"
        )
        for statement in [
            *guard_functions_ddl(),
            *append_only_ddl(["jti", "kind"]),
            *guard_ddl_for(Book.__table__),  # type: ignore[arg-type]
            *guard_ddl(
                "library",
                "reading",
                key={"reader": "bytea", "at": "timestamptz"},
                stated={"page": "numeric", "note": "jsonb"},
            ),
        ]:
            owner.execute(statement.encode())
    engine = create_engine_for(database.app)
    yield engine
    engine.dispose()


def disclosure(name: str, value: Any) -> str:
    """`[salt, name, value]` as base64url without padding."""
    content = json.dumps(["c2FsdA", name, value]).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def deletion(table: str, key: dict[str, str]) -> str:
    """The disclosure by which an effect deletes a row."""
    return disclosure("row.0", {"table": table, "key": key, "op": "delete"})


def append(session: Session, *disclosures: str, kind: str = "state.effect.v1") -> UUID:
    """Append a record in the session's transaction."""
    jti = uuid4()
    session.execute(
        text("INSERT INTO records.record (jti, kind, disclosures) VALUES (:jti, :kind, :disclosures)"),
        {"jti": jti, "kind": kind, "disclosures": list(disclosures)},
    )
    return jti


def shelve(engine: Engine, title: str = "First") -> tuple[UUID, UUID]:
    """A recorded row: its id and effect."""
    with transaction(session_factory(engine)) as session:
        effect = append(session)
        book = uuid4()
        session.add(Book(id=book, title=title, effect=effect))
    return book, effect


def titles(engine: Engine) -> list[str]:
    """What is stored."""
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT title FROM library.book ORDER BY title")))


def test_a_recorded_row_is_accepted_in_any_order(engine: Engine) -> None:
    with transaction(session_factory(engine)) as session:
        effect = uuid4()
        session.add(Book(id=uuid4(), title="before its record", effect=effect))
        session.flush()
        session.execute(
            text("INSERT INTO records.record (jti, kind) VALUES (:jti, 'state.effect.v1')"), {"jti": effect}
        )
    assert titles(engine) == ["before its record"]


def test_orm_bulk_copy_and_text_sql_are_refused_alike(engine: Engine) -> None:
    _, old = shelve(engine)
    sessions = session_factory(engine)
    rows = [{"id": uuid4(), "title": f"bulk {i}", "effect": old} for i in range(50)]
    with pytest.raises(UnrecordedChange) as refusal, transaction(sessions) as session:
        session.add(Book(id=(book := uuid4()), title="orm", effect=old))
    assert refusal.value.code == "unrecorded-change"
    assert "library.book" in refusal.value.message and str(book) in refusal.value.message
    assert refusal.value.context == {"table": "library.book"}
    with pytest.raises(UnrecordedChange), transaction(sessions) as session:
        session.execute(insert(Book), rows)
    with pytest.raises(UnrecordedChange), transaction(sessions) as session:
        session.execute(text("UPDATE library.book SET title = 'text'"))
    with pytest.raises(UnrecordedChange), transaction(sessions) as session:
        raw = session.connection().connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        with raw.cursor().copy("COPY library.book (id, title, effect) FROM STDIN") as copy:
            copy.write_row((uuid4(), "copy", old))
    assert titles(engine) == ["First"]


def test_copy_with_its_record_is_accepted(engine: Engine) -> None:
    with transaction(session_factory(engine)) as session:
        effect = append(session)
        raw = session.connection().connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        with raw.cursor().copy("COPY library.book (id, title, effect) FROM STDIN") as copy:
            for number in range(200):
                copy.write_row((uuid4(), f"copy {number}", effect))
    assert len(titles(engine)) == 200


def test_a_statement_is_no_effect(engine: Engine) -> None:
    with pytest.raises(UnrecordedChange), transaction(session_factory(engine)) as session:
        session.add(Book(id=uuid4(), title="x", effect=append(session, kind="case.filed.v1")))


def test_operational_columns_are_free_and_stated_ones_are_not(engine: Engine) -> None:
    sessions = session_factory(engine)
    shelve(engine)
    with transaction(sessions) as session:
        session.execute(text("UPDATE library.book SET borrowed = borrowed + 1"))
    with pytest.raises(UnrecordedChange), transaction(sessions) as session:
        session.execute(text("UPDATE library.book SET borrowed = 9, title = 'x'"))
    with pytest.raises(UnrecordedChange), transaction(sessions) as session:
        session.execute(text("UPDATE library.book SET effect = gen_random_uuid()"))
    with transaction(sessions) as session:
        session.execute(text("UPDATE library.book SET title = 'Second', effect = :e"), {"e": append(session)})
    assert titles(engine) == ["Second"]


def test_a_key_never_changes_in_place(engine: Engine) -> None:
    shelve(engine)
    with pytest.raises(UnrecordedChange, match="key"), transaction(session_factory(engine)) as session:
        session.execute(
            text("UPDATE library.book SET id = gen_random_uuid(), effect = :e"), {"e": append(session)}
        )


def test_a_delete_must_be_named_by_an_effect(engine: Engine) -> None:
    sessions = session_factory(engine)
    book, _ = shelve(engine)
    named = deletion("library.book", {"id": str(book)})
    with pytest.raises(UnrecordedChange, match="deletes"), transaction(sessions) as session:
        session.execute(text("DELETE FROM library.book"))
    for wrong in (
        deletion("library.book", {"id": str(uuid4())}),
        deletion("library.other", {"id": str(book)}),
        disclosure("row.0", {"table": "library.book", "key": {"id": str(book)}, "op": "put"}),
        disclosure("source", {"table": "library.book", "key": {"id": str(book)}, "op": "delete"}),
    ):
        with pytest.raises(UnrecordedChange), transaction(sessions) as session:
            append(session, wrong)
            session.execute(text("DELETE FROM library.book"))
    with transaction(sessions) as session:  # an earlier transaction's effect does not count
        append(session, named)
    with pytest.raises(UnrecordedChange), transaction(sessions) as session:
        session.execute(text("DELETE FROM library.book"))
    with transaction(sessions) as session:
        append(session, disclosure("cause", None), named)
        session.execute(text("DELETE FROM library.book"))
    assert titles(engine) == []


def test_keys_are_compared_in_their_text_forms(engine: Engine) -> None:
    sessions = session_factory(engine)
    at = datetime(2026, 3, 1, 8, 30, 0, 120, tzinfo=UTC)
    with transaction(sessions) as session:
        session.execute(
            text("INSERT INTO library.reading VALUES (:reader, :at, 1.50, '{}', :effect)"),
            {"reader": b"\x00\xff", "at": at, "effect": append(session)},
        )
    with transaction(sessions) as session:
        session.execute(text("SET LOCAL timezone = 'Asia/Shanghai'"))
        session.execute(text("SET LOCAL bytea_output = 'escape'"))
        key = {"reader": "00ff", "at": "2026-03-01T08:30:00.000120Z"}
        append(session, deletion("library.reading", key))
        session.execute(text("DELETE FROM library.reading"))


def test_equal_numbers_of_another_text_form_are_a_change(engine: Engine) -> None:
    sessions = session_factory(engine)
    with transaction(sessions) as session:
        session.execute(
            text("INSERT INTO library.reading VALUES ('a', now(), 1.50, '{\"n\": 1.0}', :effect)"),
            {"effect": append(session)},
        )
    for change in ("UPDATE library.reading SET page = 1.5", "UPDATE library.reading SET note = '{\"n\": 1}'"):
        with pytest.raises(UnrecordedChange), transaction(sessions) as session:
            session.execute(text(change))


def test_truncate_is_refused_even_to_the_owner(engine: Engine, database: DatabaseUrls) -> None:
    with psycopg.connect(database.owner) as owner, pytest.raises(psycopg.Error) as refusal:
        owner.execute("TRUNCATE library.book")
    assert refusal.value.sqlstate == "GW001"
    with pytest.raises(errors.InsufficientPrivilege), psycopg.connect(database.app) as app:
        app.execute("TRUNCATE library.book")


def test_a_record_of_a_rolled_back_savepoint_does_not_count(engine: Engine) -> None:
    with pytest.raises(UnrecordedChange), transaction(session_factory(engine)) as session:
        savepoint = session.begin_nested()
        effect = append(session)
        savepoint.rollback()
        session.add(Book(id=uuid4(), title="x", effect=effect))


def test_a_record_of_a_released_savepoint_counts(engine: Engine) -> None:
    with transaction(session_factory(engine)) as session:
        with session.begin_nested():
            effect = append(session)
        session.add(Book(id=uuid4(), title="kept", effect=effect))
    assert titles(engine) == ["kept"]


def test_setting_constraints_immediate_opens_no_gap(engine: Engine) -> None:
    _, old = shelve(engine)
    with pytest.raises(UnrecordedChange), transaction(session_factory(engine)) as session:
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        session.add(Book(id=uuid4(), title="x", effect=old))


def test_accepted_in_cannot_be_claimed_and_records_cannot_change(engine: Engine) -> None:
    sessions = session_factory(engine)
    jti = uuid4()
    with transaction(sessions) as session:
        session.execute(
            text(
                "INSERT INTO records.record (jti, kind, accepted_in)"
                " VALUES (:jti, 'state.effect.v1', '999999999'::xid8)"
            ),
            {"jti": jti},
        )
        stamped, present = session.execute(
            text("SELECT accepted_in::text, pg_current_xact_id()::text FROM records.record")
        ).one()
        assert stamped == present
    for attempt in (
        "UPDATE records.record SET accepted_in = pg_current_xact_id()",
        "UPDATE records.record SET kind = 'x'",
        "DELETE FROM records.record",
        "INSERT INTO records.record (jti, kind) SELECT jti, kind FROM records.record"
        " ON CONFLICT (jti) DO UPDATE SET accepted_in = pg_current_xact_id()",
    ):
        with pytest.raises(UnrecordedChange), transaction(sessions) as session:
            session.execute(text(attempt))
    with transaction(sessions) as session:
        session.execute(text("UPDATE records.record SET leaf_index = 0"))


def test_the_app_cannot_take_the_guard_away(engine: Engine, database: DatabaseUrls) -> None:
    for attempt in (
        "ALTER TABLE library.book DISABLE TRIGGER guard_insert",
        "DROP TRIGGER guard_insert ON library.book",
        "CREATE OR REPLACE FUNCTION records.guard_refuse_unrecorded() RETURNS trigger LANGUAGE sql AS ''",
        "CREATE TABLE library.other (a int)",
        "CREATE TEMP TABLE other (a int)",
        "SET session_replication_role = replica",
        "ALTER TABLE library.book RENAME TO old",
    ):
        with psycopg.connect(database.app) as app, pytest.raises(psycopg.Error) as refusal:
            app.execute(attempt.encode())
        assert refusal.value.sqlstate in {"42501", "42P17", "42P13"}, attempt


def test_replica_mode_does_not_silence_it(engine: Engine, database: DatabaseUrls) -> None:
    from support.postgres import database_server

    conninfo = psycopg.conninfo.make_conninfo(
        database_server().postgres.superuser_conninfo, dbname=database.owner.rpartition("/")[2]
    )
    with pytest.raises(psycopg.Error) as refusal, psycopg.connect(conninfo) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("INSERT INTO library.book VALUES (gen_random_uuid(), 'x', 0, gen_random_uuid())")
    assert refusal.value.sqlstate == "GW001"
