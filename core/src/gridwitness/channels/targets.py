"""Targets: whom news of steps goes to. Webhooks get steps one by one, upper platforms all in order."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gridwitness.channels.channel import check_name
from gridwitness.channels.models import PushedRow, UpstreamRow, WebhookRow
from gridwitness.channels.sealing import Sealing, new_secret
from gridwitness.errors import Conflict, InvalidInput, NotFound
from gridwitness.events.movements import BEGINNING, newest
from gridwitness.records import Acceptance, RowChange, change, current_log, put_new

MOST_WEBHOOKS = 100
STATES = frozenset({"open", "closed"})


@dataclass(frozen=True, slots=True)
class Target:
    """One target as deliveries know it. `ordered`: nothing goes out before what stands before it."""

    key: str
    name: str
    agency: str
    url: str
    scope: str | None
    steps: tuple[str, ...]
    secret: bytes | None
    ordered: bool


class Targets:
    """Use cases of targets, kept by administrators; `by` is their account id."""

    def __init__(self, acceptance: Acceptance, sealing: Sealing) -> None:
        self._acceptance = acceptance
        self._sealing = sealing

    def add_webhook(
        self,
        session: Session,
        agency: str,
        *,
        url: str,
        scope: str | None,
        steps: Collection[str],
        by: UUID | None,
    ) -> tuple[WebhookRow, str]:
        """A webhook and the secret its deliveries are signed with, shown once; it gets what comes now.

        Raises InvalidInput `url`, Conflict `webhooks-too-many`.
        """
        check_url(url)
        if len(self.webhooks(session, agency, limit=MOST_WEBHOOKS)) >= MOST_WEBHOOKS:
            raise Conflict("webhooks-too-many", f"Agency {agency} has {MOST_WEBHOOKS}.", "close one first")
        identifier, sub = uuid4(), secrets.token_hex(16)
        row = put_new(
            WebhookRow,
            id=identifier,
            sub=sub,
            agency=agency,
            url=url,
            scope=scope,
            steps=sorted(set(steps)),
            state="open",
        )
        self._step(session, agency, sub, row, by)
        self._begin(session, f"webhook/{identifier}", from_start=False)
        return self.webhook(session, identifier), self.new_webhook_secret(session, identifier)

    def webhook(self, session: Session, identifier: UUID) -> WebhookRow:
        """One webhook. Raises NotFound `webhook-unknown`."""
        row = session.get(WebhookRow, identifier, populate_existing=True)
        if row is None:
            raise NotFound("webhook-unknown", f"There is no webhook {identifier}.", None)
        return row

    def webhooks(
        self, session: Session, agency: str, after: UUID | None = None, limit: int = 100
    ) -> list[WebhookRow]:
        """An agency's webhooks, by id."""
        query = select(WebhookRow).where(WebhookRow.agency == agency)
        if after is not None:
            query = query.where(WebhookRow.id > after)
        return [*session.scalars(query.order_by(WebhookRow.id).limit(limit))]

    def set_webhook_state(
        self, session: Session, identifier: UUID, state: str, by: UUID | None
    ) -> WebhookRow:
        """Close a webhook, or open it again: it then goes on where it was."""
        row = self.webhook(session, identifier)
        if row.state != state:
            changed = change(WebhookRow, {"id": identifier}, state=state)
            self._step(session, row.agency, row.sub, changed, by)
        return self.webhook(session, identifier)

    def new_webhook_secret(self, session: Session, identifier: UUID) -> str:
        """Another secret; the one before is of no use from now on."""
        secret = new_secret()
        sealed = self._sealing.seal(secret, f"webhook/{identifier}")
        session.execute(update(WebhookRow).where(WebhookRow.id == identifier).values(secret=sealed))
        return secret

    def add_upstream(
        self,
        session: Session,
        agency: str,
        name: str,
        *,
        title: str,
        url: str,
        scope: str | None,
        from_start: bool,
        by: UUID | None,
    ) -> tuple[UpstreamRow, str]:
        """An upper platform and the secret its batches are signed with, shown once.

        `from_start`: it gets all there is, else what comes from now on. Raises InvalidInput `url`, `fields`,
        Conflict `upstream-taken`.
        """
        check_name(name)
        check_url(url)
        if not title.strip() or not title.isprintable() or len(title) > 200:
            raise InvalidInput("fields", "`title` has 1 to 200 printable characters.", None)
        if session.get(UpstreamRow, name) is not None:
            raise Conflict("upstream-taken", f"There is an upper platform {name}.", "choose another name")
        sub = secrets.token_hex(16)
        columns = {"agency": agency, "title": title, "url": url, "scope": scope, "state": "open"}
        self._step(session, agency, sub, put_new(UpstreamRow, upstream=name, sub=sub, **columns), by)
        self._begin(session, f"upstream/{name}", from_start=from_start)
        secret = new_secret()
        sealed = self._sealing.seal(secret, f"upstream/{name}")
        session.execute(update(UpstreamRow).where(UpstreamRow.upstream == name).values(secret=sealed))
        return self.upstream(session, name), secret

    def upstream(self, session: Session, name: str) -> UpstreamRow:
        """One upper platform. Raises NotFound `upstream-unknown`."""
        row = None if "\0" in name else session.get(UpstreamRow, name, populate_existing=True)
        if row is None:
            raise NotFound("upstream-unknown", f"There is no upper platform {name[:64]!r}.", None)
        return row

    def upstreams(self, session: Session, agency: str) -> list[UpstreamRow]:
        """An agency's upper platforms, by name; they are few."""
        query = select(UpstreamRow).where(UpstreamRow.agency == agency)
        return [*session.scalars(query.order_by(UpstreamRow.upstream))]

    def set_upstream_state(self, session: Session, name: str, state: str, by: UUID | None) -> UpstreamRow:
        """Close an upper platform, or open it again: it then goes on where it was."""
        row = self.upstream(session, name)
        if row.state != state:
            changed = change(UpstreamRow, {"upstream": name}, state=state)
            self._step(session, row.agency, row.sub, changed, by)
        return self.upstream(session, name)

    def _step(self, session: Session, agency: str, sub: str, row: RowChange, by: UUID | None) -> None:
        log = current_log(session, agency)
        self._acceptance.machine_step(session, log, sub, [row], by=None if by is None else str(by))

    @staticmethod
    def _begin(session: Session, key: str, *, from_start: bool) -> None:
        position = BEGINNING if from_start else newest(session)
        session.add(
            PushedRow(
                target=key,
                accepted_in=position.accepted_in,
                accept_order=position.accept_order,
                batches=0,
            )
        )
        session.flush()


def open_targets(session: Session) -> Sequence[Target]:
    """All open targets."""
    webhooks = session.scalars(select(WebhookRow).where(WebhookRow.state == "open"))
    upstreams = session.scalars(select(UpstreamRow).where(UpstreamRow.state == "open"))
    return [
        *(
            Target(
                f"webhook/{w.id}",
                str(w.id),
                w.agency,
                w.url,
                w.scope,
                tuple(w.steps),
                w.secret,
                ordered=False,
            )
            for w in webhooks
        ),
        *(
            Target(f"upstream/{u.upstream}", u.upstream, u.agency, u.url, u.scope, (), u.secret, ordered=True)
            for u in upstreams
        ),
    ]


def check_url(url: str) -> None:
    """Administrators name the address; no credentials in it, for it is stated in records."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or "@" in parts.netloc or parts.fragment or len(url) > 500 or not url.isascii() or " " in url:
        raise InvalidInput("url", "The address is no http or https URL without user and fragment.", None)
