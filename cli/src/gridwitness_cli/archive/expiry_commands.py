"""Removal after retention: two people, each with user name and password; the worker carries it out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Annotated
from uuid import UUID

import typer
from gridwitness.errors import InvalidInput, Unauthenticated
from gridwitness.feeds import registered_feed
from gridwitness.members import Actor
from gridwitness.platform import Platform
from gridwitness.trucks.archive.expiry import MESSAGES, NewExpiry, find_expiry
from gridwitness.trucks.models_archive import ExpiryRow
from gridwitness.trucks.rows import CONTENTS
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness_cli.runtime import attached_platform

STEWARDS = frozenset({"administrator", "data_steward"})

Username = Annotated[str, typer.Option("--as", metavar="USERNAME", help="Who asks or approves. 用户名")]
Password = Annotated[
    str,
    typer.Option(envvar="GRIDWITNESS_PASSWORD", prompt=True, hide_input=True, help="Of that account. 密码"),
]


def expire(
    feed: Annotated[str, typer.Option(help="Of which feed. 数据源")],
    until: Annotated[str, typer.Option(metavar="DAY", help="What lies before this day. 截止日期（不含）")],
    reason: Annotated[str, typer.Option(help="Why. 事由")],
    username: Username,
    password: Password,
    content: Annotated[
        list[str] | None, typer.Option(help="passages, positions, messages; repeated; else all. 内容")
    ] = None,
) -> None:
    """Ask for what a feed sent to be removed after its retention; another person approves. 申请到期删除。"""
    with attached_platform() as platform, _steward(platform, feed, username, password) as (session, actor):
        asked = content or [*CONTENTS, MESSAGES]
        for what in asked:
            new = NewExpiry(feed, what, _beginning(platform, until), reason)
            _show(platform.expiries.request(session, new, actor.account))


def approve(
    expiry: Annotated[UUID, typer.Argument(help="As `archive expiries` lists it. 申请编号")],
    username: Username,
    password: Password,
) -> None:
    """Approve a removal that another person asked for; it waits for its record's anchor. 批准到期删除。"""
    with attached_platform() as platform:
        with platform.transaction() as session:
            feed = find_expiry(session, expiry).feed
        with _steward(platform, feed, username, password) as (session, actor):
            _show(platform.expiries.approve(session, expiry, actor.account))


def expiries() -> None:
    """Removals and how far they are. 到期删除列表。"""
    with attached_platform() as platform, platform.transaction() as session:
        for row in session.scalars(select(ExpiryRow).order_by(ExpiryRow.until, ExpiryRow.id)):
            _show(row)


@contextmanager
def _steward(platform: Platform, feed: str, username: str, password: str) -> Iterator[tuple[Session, Actor]]:
    """A transaction of a steward of the feed's agency. Raises Unauthenticated, Forbidden, NotFound."""
    failure: Unauthenticated | None = None
    with platform.transaction() as session:
        try:
            account = platform.accounts.check_password(session, username, password).id
        except Unauthenticated as error:  # the failure is counted, so this transaction is committed
            failure = error
    if failure is not None:
        raise failure
    with platform.transaction() as session:
        token, _ = platform.accounts.open_session(session, account)
        actor = platform.accounts.actor(session, token)
        platform.accounts.close_session(session, token)
        actor.require(STEWARDS, registered_feed(session, feed).agency)
        yield session, actor


def _beginning(platform: Platform, text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), platform.settings.zone).astimezone(UTC)
    except ValueError:
        raise InvalidInput("day-invalid", f"{text!r} is no day.", "as 2026-03-01") from None


def _show(row: ExpiryRow) -> None:
    typer.echo(f"{row.id} {row.feed} {row.content} < {row.until:%Y-%m-%dT%H:%MZ} {row.state}")
