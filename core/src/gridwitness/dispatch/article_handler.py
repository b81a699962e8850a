"""What `article.published.v1` changes: the next version of an article of the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gridwitness_evidence import Record
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridwitness.dispatch.kinds import ARTICLE
from gridwitness.dispatch.models import ArticleRow
from gridwitness.errors import Conflict, Forbidden, InvalidInput
from gridwitness.members import Person, SigningKeyRow, key_holders, persons
from gridwitness.records import Log, RowChange, put_new

KEEPERS = frozenset({"dispatcher", "duty_chief", "legal_reviewer", "agency_head", "administrator"})
"""Who keeps the knowledge base."""
LONGEST_NUMBER, LONGEST_TITLE, LONGEST_BODY, LONGEST_MATTER, MOST = 64, 200, 15_000, 32, 100


@dataclass(slots=True)
class _Loaded:
    """By article: its agency, subject and newest version; whose a subject is; who signed."""

    articles: dict[str, tuple[str, str, int]]
    subs: dict[str, str]
    purposes: Mapping[tuple[str, str], str]
    signers: Mapping[tuple[str, str], Person]


class ArticleHandler:
    """`StepHandler` of `article.published.v1`."""

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """The articles these records speak of, and who signed."""
        names = {record.fields["article"] for record in records if "\0" not in record.fields["article"]}
        subs = {record.claims.sub for record in records}
        rows = session.execute(
            select(ArticleRow.article, ArticleRow.agency, ArticleRow.sub, ArticleRow.version)
            .where(or_(ArticleRow.article.in_(names), ArticleRow.sub.in_(subs)))
            .order_by(ArticleRow.version)
        )
        loaded = _Loaded({}, {}, {}, {})
        for article, agency, sub, version in rows:
            loaded.articles[article] = agency, sub, version
            loaded.subs[sub] = article
        keys = {(record.claims.iss, record.kid) for record in records}
        found = session.execute(
            select(SigningKeyRow.agency, SigningKeyRow.kid, SigningKeyRow.purpose).where(
                SigningKeyRow.kid.in_({kid for _, kid in keys})
            )
        )
        loaded.purposes = {(agency, kid): purpose for agency, kid, purpose in found}
        holders = key_holders(session, keys)
        people = persons(session, holders.values())
        loaded.signers = {key: people[holder] for key, holder in holders.items() if holder in people}
        return loaded

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The version's row.

        Raises Conflict `article-version`, `article-foreign`, `subject-taken`; Forbidden `article-role`;
        InvalidInput `fields`.
        """
        fields, claims = record.fields, record.claims
        self._check_signer(record, log, loaded)
        check_article(fields)
        article, version = fields["article"], fields["version"]
        agency, sub, newest = loaded.articles.get(article, (log.agency, claims.sub, 0))
        if agency != log.agency:
            raise Conflict("article-foreign", f"Article {article} is another agency's.", None)
        if loaded.subs.get(claims.sub, article) != article or (newest == 0 and claims.seq != 0):
            raise Conflict("subject-taken", "The subject is that of something else.", "open a new one")
        if sub != claims.sub:
            raise Conflict("article-version", f"Article {article} is subject {sub}.", "go on there", sub=sub)
        if version != newest + 1:
            raise Conflict("article-version", f"The next version of {article} is {newest + 1}.", None)
        loaded.articles[article] = agency, sub, version
        loaded.subs[claims.sub] = article
        return [
            put_new(
                ArticleRow,
                article=article,
                version=version,
                sub=claims.sub,
                agency=log.agency,
                **{name: fields[name] for name in ("title", "body", "matters", "law", "source", "state")},
                published_at=datetime.fromtimestamp(claims.iat, UTC),
            )
        ]

    @staticmethod
    def _check_signer(record: Record, log: Log, loaded: _Loaded) -> None:
        key = (record.claims.iss, record.kid)
        if loaded.purposes.get(key) == "service" and record.claims.iss == log.agency:
            return
        person = loaded.signers.get(key)
        if person is None or not person.active or not person.roles_in(log.agency) & KEEPERS:
            raise Forbidden(
                "article-role",
                f"The knowledge base of {log.agency} is kept by one of {sorted(KEEPERS)}.",
                "have such a person publish it",
            )


ARTICLE_HANDLERS = {ARTICLE: ArticleHandler()}


def check_article(fields: Mapping[str, Any]) -> None:
    """Raise InvalidInput `fields` where an article's fields are not what they are to be."""
    number = fields["article"]
    if not number.strip() or not number.isprintable() or len(number) > LONGEST_NUMBER or "/" in number:
        raise InvalidInput("fields", f"`article` is printable, at most {LONGEST_NUMBER} long, no /.", None)
    for name, longest in (("title", LONGEST_TITLE), ("body", LONGEST_BODY), ("source", LONGEST_TITLE)):
        value = fields[name]
        if value is not None and (not value.strip() or len(value) > longest or "\0" in value):
            raise InvalidInput("fields", f"`{name}` says something, in at most {longest} characters.", None)
    for name, longest in (("matters", LONGEST_MATTER), ("law", LONGEST_TITLE)):
        values = fields[name] or []
        if len(values) > MOST or any(not v.strip() or len(v) > longest or "\0" in v for v in values):
            raise InvalidInput("fields", f"`{name}`: at most {MOST} texts of {longest} characters.", None)
