"""The knowledge base: clauses of law and pages of manuals, versioned, found by matter and by words."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.dispatch.article_handler import check_article
from gridwitness.dispatch.kinds import ARTICLE
from gridwitness.dispatch.models import ArticleRow
from gridwitness.errors import GridWitnessError, NotFound
from gridwitness.events.likeness import likeness
from gridwitness.records import Acceptance, OwnKeys, Submission, current_log

_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an imported article: `published`, `unchanged`, or refused by `error`."""

    state: str
    error: GridWitnessError | None = None


class Articles:
    """Publishes and finds articles."""

    def __init__(self, acceptance: Acceptance, own_keys: OwnKeys) -> None:
        self._acceptance = acceptance
        self._own_keys = own_keys

    def publish(
        self, session: Session, agency: str, content: Mapping[str, Any], *, by: str | None
    ) -> ArticleRow:
        """The next version of an article, signed by the agency on an account's word.

        `content`: `article`, `title`, `body`, `matters`, `law`, `source`, `state`. Raises InvalidInput
        `fields`, Conflict `article-foreign`.
        """
        newest = self._newest(session, content["article"])
        fields = {**content, "version": 1 if newest is None else newest.version + 1}
        check_article(fields)
        log = current_log(session, agency)
        sub = secrets.token_hex(16) if newest is None else newest.sub
        key = self._own_keys.service_key(agency)
        statement = self._acceptance.sign_own(session, log, ARTICLE, sub, fields, key=key, iss=agency, by=by)
        self._acceptance.accept_one(session, Submission(statement.presentation, by=by))
        return session.get_one(ArticleRow, (content["article"], fields["version"]))

    def take(self, session: Session, agency: str, contents: Sequence[Mapping[str, Any]]) -> list[Taken]:
        """Take over articles from elsewhere; what stands here already in these words is left alone."""
        found = []
        for content in contents:
            try:
                newest = self._newest(session, content["article"])
                if newest is not None and all(getattr(newest, name) == content[name] for name in _COMPARED):
                    found.append(Taken("unchanged"))
                    continue
                self.publish(session, agency, content, by=None)
                found.append(Taken("published"))
            except GridWitnessError as error:
                found.append(Taken("bad", error))
        return found

    def find(self, session: Session, article: str, version: int | None = None) -> ArticleRow:
        """A version of an article, else its newest. Raises NotFound `article-unknown`."""
        row = self._newest(session, article)
        if row is not None and version is not None:
            row = session.get(ArticleRow, (article, version))
        if row is None:
            raise NotFound("article-unknown", f"There is no such version of {article[:64]!r}.", None)
        return row

    def versions(self, session: Session, article: str) -> list[ArticleRow]:
        """All versions of an article, newest first."""
        if "\0" in article:
            return []
        query = select(ArticleRow).where(ArticleRow.article == article)
        return [*session.scalars(query.order_by(ArticleRow.version.desc()))]

    def page(
        self,
        session: Session,
        agency: str,
        *,
        matter: str | None = None,
        words: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> list[ArticleRow]:
        """Newest versions that are valid, by number from the one behind `after` on.

        `matter`: articles about it; `words`: that stand in title or body.
        """
        query = select(ArticleRow).where(ArticleRow.agency == agency, *_newest_and_valid())
        if after is not None:
            query = query.where(ArticleRow.article > after)
        if matter is not None:
            query = query.where(_about(matter))
        if words is not None:
            both = ArticleRow.title + "\n" + ArticleRow.body
            query = query.where(func.strpos(func.lower(both), words.lower()) > 0)
        return [*session.scalars(query.order_by(ArticleRow.article).limit(limit))]

    def applying(
        self, session: Session, agency: str, matter: str | None, text: str, limit: int = 5
    ) -> list[tuple[ArticleRow, int]]:
        """Articles about a matter, then those whose words are most like the text; thousandths of likeness."""
        query = select(ArticleRow).where(ArticleRow.agency == agency, *_newest_and_valid())
        rows = session.scalars(query.order_by(ArticleRow.article).limit(_LOOKED_AT)).all()
        ranked = []
        for row in rows:
            fit = max((len(m) for m in row.matters if matter is not None and matter.startswith(m)), default=0)
            alike = likeness(f"{row.title} {row.body}", text) if text.strip() else 0
            if fit or alike >= _LIKE:
                ranked.append((row, fit, alike))
        ranked.sort(key=lambda one: (-one[1], -one[2], one[0].article))
        return [(row, alike) for row, _, alike in ranked[:limit]]

    @staticmethod
    def _newest(session: Session, article: str) -> ArticleRow | None:
        if "\0" in article:
            return None
        query = select(ArticleRow).where(ArticleRow.article == article)
        return session.scalars(query.order_by(ArticleRow.version.desc()).limit(1)).first()


_COMPARED = ("title", "body", "matters", "law", "source", "state")
_LIKE = 150
"""Thousandths of likeness below which an article says nothing of an event."""


def _newest_and_valid() -> tuple[Any, ...]:
    newest = select(ArticleRow.article, func.max(ArticleRow.version)).group_by(ArticleRow.article)
    return tuple_(ArticleRow.article, ArticleRow.version).in_(newest), ArticleRow.state == "valid"


def _about(matter: str) -> Any:
    """One of the article's matters is the matter or what it begins with."""
    beginnings = [matter[:length] for length in range(1, len(matter) + 1)]
    return ArticleRow.matters.overlap(beginnings)
