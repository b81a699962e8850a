"""Batches are accepted in one transaction; only what the database itself refuses is taken apart."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from gridwitness.errors import Unavailable
from gridwitness.platform import Platform
from gridwitness.records import Outcome, Submission
from sqlalchemy.exc import SQLAlchemyError

from gridwitness_api.framework_errors import database_problem


def accept_batch(platform: Platform, submissions: Sequence[Submission]) -> list[Outcome]:
    """An outcome each, in order, committed.

    A record that only the database refuses (a key too long for an index, say) undoes its whole transaction:
    then the two halves are tried apart, in order, so that it is alone in the end and loses no other.
    """
    try:
        with platform.transaction() as session:
            return platform.acceptance.accept(session, submissions)
    except (SQLAlchemyError, psycopg.Error) as error:
        refusal = database_problem(error)
        if refusal is None or isinstance(refusal, Unavailable):
            raise
        if len(submissions) == 1:
            return [Outcome(error=refusal)]
    middle = len(submissions) // 2
    first = accept_batch(platform, submissions[:middle])
    return first + accept_batch(platform, submissions[middle:])
