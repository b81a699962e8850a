"""Migrations run once however many start them, and an unknown schema is refused."""

from __future__ import annotations

import threading

import psycopg
import pytest
from gridwitness.errors import GridWitnessError, Misconfigured
from gridwitness.migration import migrate, newest_revision, present_revision
from gridwitness.postgres import DatabaseUrls


def test_two_starters_end_at_the_newest_revision(database: DatabaseUrls) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            migrate(database.owner)
        except GridWitnessError as error:
            failures.append(error)

    starters = [threading.Thread(target=start) for _ in range(3)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert failures == []
    assert present_revision(database.owner) == newest_revision()
    assert migrate(database.owner) == newest_revision()


def test_the_schema_of_another_release_is_refused(database: DatabaseUrls) -> None:
    migrate(database.owner)
    with psycopg.connect(database.owner) as owner:
        owner.execute("DELETE FROM public.alembic_version")
        owner.execute("INSERT INTO public.alembic_version VALUES ('from-the-future')")
    with pytest.raises(Misconfigured) as refusal:
        migrate(database.owner)
    assert refusal.value.code == "database-newer"


def test_the_owner_can_silence_every_table_at_once(database: DatabaseUrls) -> None:
    """What an attack or a restore does. Foreign keys would forbid it: their triggers are the superuser's."""
    migrate(database.owner)
    with psycopg.connect(database.owner) as owner:
        tables = owner.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('records', 'members')"
        ).fetchall()
        for (table,) in tables:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
        owner.rollback()
    assert len(tables) > 10


def test_a_subject_is_found_by_an_index_whatever_its_log(database: DatabaseUrls) -> None:
    migrate(database.owner)
    with psycopg.connect(database.owner) as owner:
        owner.execute("SET enable_seqscan = off")
        lines = owner.execute("EXPLAIN SELECT log FROM records.record WHERE sub = 'x'").fetchall()
    plan = " ".join(line for (line,) in lines)
    assert "uq_record_sub_log_seq" in plan
    assert "Index Cond: (sub = 'x'::text)" in plan
