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
