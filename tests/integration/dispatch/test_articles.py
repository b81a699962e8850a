"""The knowledge base: versions, who keeps it, what applies to an event."""

from __future__ import annotations

from typing import Any

import pytest
from gridwitness.errors import InvalidInput, NotFound
from support.event_desk import MATTER, EventDesk
from support.platform import CITY

CLAUSE: dict[str, Any] = {
    "article": "SR-34",
    "title": "暴露垃圾处置",
    "body": "责任人应当在四个工作时内清理暴露垃圾。",
    "matters": ["01"],
    "law": ["城市市容和环境卫生管理条例第三十四条"],
    "source": None,
    "state": "valid",
}
LAMPS: dict[str, Any] = {
    **CLAUSE,
    "article": "SZ-01",
    "title": "路灯",
    "body": "路灯熄灭的修复办法",
    "matters": ["02"],
    "law": None,
}


def test_articles_are_versions_that_apply(desk: EventDesk) -> None:
    platform = desk.running.platform
    with platform.transaction() as session:
        taken = platform.articles.take(session, CITY, [CLAUSE, LAMPS, {**LAMPS, "article": "a/b"}, CLAUSE])
        assert [one.state for one in taken] == ["published", "published", "bad", "unchanged"]
    with platform.transaction() as session:
        again = platform.articles.publish(session, CITY, {**CLAUSE, "body": "当日清理。"}, by=None)
        assert (again.version, [r.version for r in platform.articles.versions(session, "SR-34")]) == (
            2,
            [2, 1],
        )
    with platform.transaction() as session:
        listed = platform.articles.page(session, CITY)
        assert [(row.article, row.version) for row in listed] == [("SR-34", 2), ("SZ-01", 1)]
        assert [r.article for r in platform.articles.page(session, CITY, matter=MATTER)] == ["SR-34"]
        assert [r.article for r in platform.articles.page(session, CITY, words="路灯")] == ["SZ-01"]
        found = platform.articles.applying(session, CITY, MATTER, "路灯熄灭")
        assert [row.article for row, _ in found] == ["SR-34", "SZ-01"]
        assert platform.articles.find(session, "SR-34", 1).body == CLAUSE["body"]
        with pytest.raises(NotFound):
            platform.articles.find(session, "SR-34", 9)
    with platform.transaction() as session:
        platform.articles.publish(session, CITY, {**LAMPS, "state": "withdrawn"}, by=None)
        assert [row.article for row in platform.articles.page(session, CITY)] == ["SR-34"]
        with pytest.raises(InvalidInput):
            platform.articles.publish(session, CITY, {**CLAUSE, "title": " "}, by=None)


def test_an_officer_signs_what_only_keepers_may(desk: EventDesk) -> None:
    running = desk.running
    fields = {**CLAUSE, "article": "OWN-1", "version": 1}
    keeper = running.officer("keeper", roles=["legal_reviewer"])
    worker = running.officer("mere-worker", roles=["grid_worker"])
    outcomes = running.accept(keeper.sign("article.published.v1", fields))
    assert outcomes[0].error is None
    refused = running.accept(worker.sign("article.published.v1", {**fields, "article": "OWN-2"}))[0].error
    assert refused is not None and refused.code == "article-role"
    other = running.accept(keeper.sign("article.published.v1", {**fields, "version": 2}))[0].error
    assert other is not None and other.code == "article-version"
