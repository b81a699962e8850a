"""The knowledge base: articles by number, by matter, by words; every version stays."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from gridwitness.dispatch import KEEPERS, ArticleRow
from gridwitness.errors import NotFound
from gridwitness.members import Actor
from gridwitness.members.roles import READERS
from gridwitness.records import rfc3339
from sqlalchemy.orm import Session

from gridwitness_api.cursors import decode_cursor, encode_cursor
from gridwitness_api.idempotent_write import WriteHere, Written
from gridwitness_api.parameters import TEXT_FORM, AgencyQuery, Cursor, Limit
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.dispatch import ArticlePage, ArticleVersions, ArticleView, NewArticle
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/articles", tags=["dispatch"], route_class=StrictRoute)

Article = Annotated[
    str, Path(pattern=r"^[^\x00-\x1f\x7f/]+$", max_length=64, description="条目编号", examples=["SR-34"])
]
MatterQuery = Annotated[
    str | None, Query(pattern=TEXT_FORM, max_length=32, description="事项 About this matter")
]
WordsQuery = Annotated[
    str | None, Query(pattern=TEXT_FORM, max_length=64, description="词语 In title or body")
]


@router.get("", summary="知识条目列表 List articles")
def list_(
    caller: CallerHere,
    agency: AgencyQuery = None,
    matter: MatterQuery = None,
    words: WordsQuery = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ArticlePage:
    """有效条目的最新版本，按编号。 Newest versions that are valid, by number."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        after = None if cursor is None else decode_cursor(cursor)
        rows = caller.platform.articles.page(
            session, agency, matter=matter, words=words, after=after, limit=limit + 1
        )
        more = encode_cursor(rows[limit - 1].article) if len(rows) > limit else None
        return ArticlePage(items=[_view(row) for row in rows[:limit]], next=more)


@router.post("", status_code=201, summary="发布条目 Publish an article", response_model=ArticleView)
def publish(body: NewArticle, write: WriteHere) -> Response:
    """新条目或下一版本；此前版本保留。 A new article or its next version; earlier ones stay."""

    def step(session: Session, actor: Actor) -> Written:
        actor.require(KEEPERS, actor.agency)
        content = body.model_dump()
        row = write.caller.platform.articles.publish(session, actor.agency, content, by=str(actor.account))
        return Written(201, _view(row), f"/api/v1/articles/{row.article}")

    return write.once(body, step)


@router.get("/{article}", summary="查看条目 Show an article")
def show(article: Article, caller: CallerHere) -> ArticleVersions:
    """各版本，由新到旧。 Every version, newest first."""
    with caller.transaction() as (session, actor):
        rows = caller.platform.articles.versions(session, article)
        if not rows:
            raise NotFound("article-unknown", f"There is no article {article!r}.", "see the list")
        actor.require(READERS, rows[0].agency)
        return ArticleVersions(items=[_view(row) for row in rows])


def _view(row: ArticleRow) -> ArticleView:
    return ArticleView(
        article=row.article,
        version=row.version,
        sub=row.sub,
        agency=row.agency,
        title=row.title,
        body=row.body,
        matters=row.matters,
        law=row.law,
        source=row.source,
        state=row.state,
        published_at=rfc3339(row.published_at),
    )
