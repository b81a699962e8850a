"""SQLAlchemy over psycopg: base class, column classes, engine, and one transaction per request or job."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar, Literal
from uuid import UUID

import psycopg
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Engine,
    LargeBinary,
    MetaData,
    Numeric,
    Text,
    Uuid,
    any_,
    create_engine,
    literal,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, MappedColumn, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeEngine

import gridwitness
from gridwitness.errors import UnrecordedChange
from gridwitness.text_form import text_form

__all__ = [
    "Base",
    "ColumnClass",
    "among",
    "column_class",
    "create_engine_for",
    "derived",
    "driver_connection",
    "effect_column",
    "load_models",
    "operational",
    "plain_type",
    "postgres_type",
    "session_factory",
    "stated",
    "text_form",
    "transaction",
    "type_name",
    "unrecorded_change",
]

ColumnClass = Literal["stated", "derived", "operational"]

_DIALECT_NAMES = {
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "character varying": "varchar",
    "double precision": "float8",
}
_GUARD_STATE = "GW001"
_TYPE_NAME = "postgres_type"


class Base(DeclarativeBase):
    """Base of every table; a feature's tables live in the PostgreSQL schema of its name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: BigInteger(),
        bytes: LargeBinary(),
        UUID: Uuid(),
        datetime: TIMESTAMP(timezone=True),
        date: Date(),
        Decimal: Numeric(),
        dict[str, Any]: JSONB(none_as_null=True),
        list[str]: ARRAY(Text()),
    }


def stated(*arguments: Any, **options: Any) -> MappedColumn[Any]:
    """A column whose every value is carried by a signed effect. Arguments as for `mapped_column`."""
    return _classed("stated", *arguments, **options)


def derived(*arguments: Any, **options: Any) -> MappedColumn[Any]:
    """A column the verifier recomputes from log, chain and records."""
    return _classed("derived", *arguments, **options)


def operational(reason: str, *arguments: Any, **options: Any) -> MappedColumn[Any]:
    """A column that is never evidence; reports name `reason`. The list in `docs/format.md` is closed."""
    return _classed("operational", *arguments, reason=reason, **options)


def effect_column() -> MappedColumn[Any]:
    """`effect`: the `jti` of the effect that last wrote the row; every stated table has it."""
    return derived(Uuid(), nullable=False)


def column_class(column: Column[Any]) -> ColumnClass | None:
    """The declared class of a column; None where it was declared without one."""
    found: ColumnClass | None = column.info.get("class")
    return found


def postgres_type(column: Column[Any]) -> str:
    """Short PostgreSQL name of the column's type, without length and precision: `text`, `text[]`."""
    found: str | None = column.info.get(_TYPE_NAME)
    if found is None:
        # Compiling a type is slow, and effects ask for it with every value.
        found = column.info[_TYPE_NAME] = type_name(column.type)
    return found


def type_name(kind: TypeEngine[Any]) -> str:
    """As `postgres_type`, for a SQLAlchemy type."""
    if isinstance(kind, ARRAY):
        return type_name(kind.item_type) + "[]" * (kind.dimensions or 1)
    return plain_type(kind.compile(dialect=_postgres_dialect()))


def plain_type(name: str) -> str:
    """The short name for SQL's or the catalog's: `TIMESTAMP(6) WITH TIME ZONE` → `timestamptz`."""
    name = name.lower()
    if name.endswith("[]"):
        return plain_type(name[:-2]) + "[]"
    bare = " ".join(re.sub(r"\([^)]*\)", " ", name).split())
    return _DIALECT_NAMES.get(bare, bare)


def among(column: Any, values: Collection[str]) -> ColumnElement[bool]:
    """Whether a text is one of these: one array and not a list of parameters. U+0000 is in no table."""
    asked = [value for value in values if "\0" not in value]
    found: ColumnElement[bool] = column == any_(literal(asked, ARRAY(Text)))
    return found


def load_models() -> MetaData:
    """Import the tables of every feature and give their one MetaData."""
    for feature in pkgutil.iter_modules(gridwitness.__path__):
        name = f"gridwitness.{feature.name}.models"
        if feature.ispkg and find_spec(name) is not None:
            import_module(name)
    return Base.metadata


def create_engine_for(url: str, *, pool_size: int = 10, application: str = "gridwitness") -> Engine:
    """An engine for a `postgresql://` URL: psycopg, times in UTC, connections checked before use."""
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"application_name": application, "options": "-c timezone=UTC"},
    )


def driver_connection(session: Session) -> psycopg.Connection[Any]:
    """The driver's own connection in the session's transaction, for COPY and pipelines."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions that keep loaded values after the commit (receipts are made from them)."""
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One request or job = one transaction: committed here and nowhere else, rolled back on any error.

    Raises UnrecordedChange `unrecorded-change` when the database's guard refuses a stated row.
    """
    with sessions() as session:
        try:
            yield session
            session.commit()
        except DBAPIError as error:
            session.rollback()
            refused = unrecorded_change(error)
            if refused is None:
                raise
            raise refused from error
        except BaseException:
            session.rollback()
            raise


def unrecorded_change(error: DBAPIError) -> UnrecordedChange | None:
    """The guard's refusal in our words, or None when `error` is something else."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None or getattr(error.orig, "sqlstate", None) != _GUARD_STATE:
        return None
    table = f"{diagnosis.schema_name}.{diagnosis.table_name}"
    return UnrecordedChange(
        "unrecorded-change", diagnosis.message_primary, diagnosis.message_hint, table=table
    )


def _classed(
    name: ColumnClass, *arguments: Any, reason: str | None = None, **options: Any
) -> MappedColumn[Any]:
    info = {**options.pop("info", {}), "class": name}
    if reason is not None:
        info["reason"] = reason
    return mapped_column(*arguments, info=info, **options)


def _postgres_dialect() -> Any:
    return make_url("postgresql+psycopg://").get_dialect()()
