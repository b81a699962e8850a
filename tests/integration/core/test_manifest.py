"""Declared classes against the live catalog."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from gridwitness.database import create_engine_for, derived, effect_column, operational, stated
from gridwitness.guard import guard_ddl_for, guard_functions_ddl
from gridwitness.manifest import check_manifest, manifest_of, operational_reasons
from gridwitness.postgres import DatabaseUrls
from sqlalchemy import Engine, Float, MetaData, Numeric, Text, Uuid, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Good(DeclarativeBase):
    """Tables that hold to the rules."""


class Desk(Good):
    """A stated table."""

    __tablename__ = "desk"
    __table_args__ = ({"schema": "office"},)

    id: Mapped[UUID] = stated(Uuid, primary_key=True)
    price: Mapped[Decimal] = stated(Numeric)
    seen: Mapped[int] = operational("a counter", server_default=text("0"))
    effect: Mapped[UUID] = effect_column()


@pytest.fixture
def owner(database: DatabaseUrls) -> Iterator[Engine]:
    """The owner's engine on a database with the good tables and their guards."""
    engine = create_engine_for(database.owner)
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA records"))
        connection.execute(text("CREATE SCHEMA office"))
        Good.metadata.create_all(connection)
        for statement in [*guard_functions_ddl(), *guard_ddl_for(Desk.__table__)]:  # type: ignore[arg-type]
            connection.execute(text(statement))
    yield engine
    engine.dispose()


def codes(metadata: MetaData, engine: Engine) -> set[tuple[str, str]]:
    """(code, column) of every finding."""
    with engine.connect() as connection:
        return {(finding.code, finding.column) for finding in check_manifest(metadata, connection)}


def test_the_manifest_names_key_classes_and_types() -> None:
    assert manifest_of(Good.metadata) == {
        "office.desk": {
            "key": ["id"],
            "columns": {"id": "stated", "price": "stated", "seen": "operational", "effect": "derived"},
            "types": {"id": "uuid", "price": "numeric", "seen": "integer", "effect": "uuid"},
        }
    }
    assert manifest_of(Good.metadata, "records") == {}
    assert operational_reasons(Good.metadata) == {"office.desk.seen": "a counter"}


def test_agreement_is_an_empty_list_for_owner_and_auditor(owner: Engine, database: DatabaseUrls) -> None:
    assert codes(Good.metadata, owner) == set()
    auditor = create_engine_for(database.auditor)
    assert codes(Good.metadata, auditor) == set()
    auditor.dispose()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("ALTER TABLE office.desk ADD sneaked text", ("column-undeclared", "sneaked")),
        ("ALTER TABLE office.desk DROP seen", ("column-absent", "seen")),
        ("ALTER TABLE office.desk ALTER seen TYPE text", ("type-differs", "seen")),
        ("CREATE TABLE office.other (a int)", ("table-undeclared", "")),
        ("ALTER TABLE office.desk DISABLE TRIGGER guard_delete", ("guard-missing", "")),
        ("ALTER TABLE office.desk ENABLE TRIGGER guard_delete", ("guard-missing", "")),
        ("DROP TABLE office.desk", ("table-absent", "")),
    ],
)
def test_a_changed_database_is_found(
    owner: Engine, database: DatabaseUrls, change: str, expected: tuple[str, str]
) -> None:
    with psycopg.connect(database.owner) as connection:
        connection.execute(change.encode())
    assert codes(Good.metadata, owner) == {expected}


def test_bad_declarations_are_found(owner: Engine) -> None:
    class Bad(DeclarativeBase):
        """Tables that break the rules."""

    class Chair(Bad):
        __tablename__ = "chair"
        __table_args__ = ({"schema": "office"},)

        id: Mapped[UUID] = derived(Uuid, primary_key=True)
        forgotten: Mapped[str] = mapped_column(Text)
        weight: Mapped[float] = stated(Float)
        price: Mapped[Decimal] = stated(Numeric(10, 2))

    assert codes(Bad.metadata, owner) >= {
        ("column-unclassed", "forgotten"),
        ("type-without-text-form", "weight"),
        ("numeric-with-scale", "price"),
        ("key-not-stated", "id"),
        ("effect-missing", "effect"),
        ("table-absent", ""),
        ("table-undeclared", ""),
    }
