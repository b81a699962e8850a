"""Subjects: the head a next record must name, and the history."""

from __future__ import annotations

from fastapi import APIRouter
from gridwitness.errors import NotFound
from gridwitness.members.roles import READERS
from gridwitness.records import Log, SubjectHead, head_view, heads_of, latest_seen, log_named, subject_log
from sqlalchemy.orm import Session

from gridwitness_api.parameters import Cursor, Limit, LogQuery, Subject
from gridwitness_api.record_list import list_subject
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.logs import SubjectHeadView
from gridwitness_api.schemas.records import RecordPage

router = APIRouter(prefix="/api/v1/subjects", tags=["subjects"])


@router.get("/{sub}/head", summary="主体最新状态 Head of a subject")
def head(sub: Subject, caller: CallerHere, log: LogQuery = None) -> SubjectHeadView:
    """下一条记录应写的 seq、prev、seen。

    What the next record must say. For a new subject (404 `subject-unknown`) `seq` is 0, there is no `prev`,
    and `seen` is that of `GET /api/v1/logs/{name}`. Any account that may read records may ask: who knows the
    subject's 128 random bits may have to sign the next record.
    """
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        home, newest = _find(session, sub, log)
        seen = latest_seen(session, home.name)
    return SubjectHeadView.model_validate(head_view(home, sub, newest, seen))


@router.get("/{sub}/records", summary="主体历史 History of a subject")
def history(
    sub: Subject, caller: CallerHere, log: LogQuery = None, cursor: Cursor = None, limit: Limit = 100
) -> RecordPage:
    """按 seq 排列的全部记录。 All records of the subject, in order."""
    with caller.transaction() as (session, actor):
        home, _ = _find(session, sub, log)
        if not actor.may_read(home.agency):
            raise _unknown(sub)
        return list_subject(session, home.name, sub, cursor, limit)


def _find(session: Session, sub: str, log: str | None) -> tuple[Log, SubjectHead]:
    """A subject's log, or the one named, and its head there. Raises NotFound `subject-unknown`."""
    name = log or subject_log(session, sub)
    head = None if name is None else heads_of(session, [(name, sub)]).get((name, sub))
    if name is None or head is None:
        raise _unknown(sub)
    return log_named(session, name), head


def _unknown(sub: str) -> NotFound:
    return NotFound(
        "subject-unknown",
        f"There is no subject {sub}.",
        "a new subject begins with seq 0, without prev; seen is that of GET /api/v1/logs/{name}",
    )
