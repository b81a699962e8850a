"""Batches are accepted in one transaction; only what the database itself refuses is taken apart."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from gridwitness.platform import Platform
from gridwitness.records import Outcome, Submission
from sqlalchemy.exc import DataError, IntegrityError

from gridwitness_api.framework_errors import database_problem

_REFUSED_BY_DATABASE = (IntegrityError, DataError, psycopg.IntegrityError, psycopg.DataError)


def accept_batch(platform: Platform, submissions: Sequence[Submission], by: str) -> list[Outcome]:
    """An outcome each, in order, committed.

    A record that the database refuses (another request was quicker, say) undoes its whole transaction: then
    the two halves are tried apart, in order, so that it is alone in the end and loses no other.
    """
    try:
        with platform.transaction() as session:
            return platform.acceptance.accept(session, submissions, by=by)
    except _REFUSED_BY_DATABASE as error:
        if len(submissions) == 1:
            return [Outcome(error=database_problem(error))]
    middle = len(submissions) // 2
    first = accept_batch(platform, submissions[:middle], by)
    return first + accept_batch(platform, submissions[middle:], by)
