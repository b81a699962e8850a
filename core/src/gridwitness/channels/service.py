"""Channels: registered on an administrator's word, found, listed; by what their senders are known."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gridwitness.channels.channel import Channel, channel_of, open_channel, registered_channel
from gridwitness.channels.kinds import CHANNEL
from gridwitness.channels.models import ChannelRow, CredentialRow
from gridwitness.clock import Clock
from gridwitness.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from gridwitness.keystore import Keystore
from gridwitness.records import Acceptance, check_fields, current_log, kind_named

TOKEN_PREFIX = "gwc_"  # noqa: S105 - a prefix by which a leaked one is found
MOST_CREDENTIALS = 100


class Channels:
    """Use cases of channels; who may do what is asked at the door."""

    def __init__(self, acceptance: Acceptance, keystore: Keystore, clock: Clock) -> None:
        self._acceptance = acceptance
        self._keystore = keystore
        self._clock = clock

    def register(
        self,
        session: Session,
        agency: str,
        name: str,
        *,
        category: str,
        title: str,
        settings: Mapping[str, Any],
        state: str = "open",
        by: UUID | None,
    ) -> Channel:
        """Register a channel, or change it: the agency signs on the account's word.

        Raises InvalidInput `channel-settings`, `fields`; Conflict `channel-registered`, `channel-category`.
        """
        known = session.get(ChannelRow, name) if name.isprintable() else None
        if known is not None and known.agency != agency:
            raise Conflict(
                "channel-registered", f"Channel {name} is another agency's.", "choose another name"
            )
        said = {"category": category, "title": title, "settings": dict(settings), "state": state}
        fields = {"channel": name, **said}
        check_fields(kind_named(CHANNEL), fields)
        statement = self._acceptance.sign_own(
            session,
            current_log(session, agency),
            CHANNEL,
            secrets.token_hex(16) if known is None else known.sub,
            fields,
            key=self._keystore.service_key(agency),
            iss=agency,
            by=None if by is None else str(by),
        )
        self._acceptance.accept_one(session, statement)
        return registered_channel(session, name)

    def find(self, session: Session, name: str) -> Channel:
        """A channel, open or closed. Raises NotFound `channel-unknown`."""
        return registered_channel(session, name)

    def page(
        self, session: Session, agency: str, after: str | None = None, limit: int = 100
    ) -> list[Channel]:
        """Channels of an agency by name, from the one behind `after` on."""
        query = select(ChannelRow).where(ChannelRow.agency == agency)
        if after is not None:
            query = query.where(ChannelRow.channel > after)
        rows = session.scalars(
            query.order_by(ChannelRow.channel).limit(limit).execution_options(populate_existing=True)
        )
        return [channel_of(row) for row in rows]

    def require(self, session: Session, agency: str, name: str) -> Channel:
        """An agency's open channel.

        Raises NotFound `channel-unknown`, Conflict `channel-closed`, Forbidden `channel-foreign`.
        """
        channel = open_channel(session, name)
        if channel.agency != agency:
            raise Forbidden("channel-foreign", f"Channel {name} is not agency {agency}'s.", None)
        return channel

    def new_token(self, session: Session, channel: Channel, title: str, by: UUID | None) -> str:
        """A token that sends through a channel; it is shown once and kept as its SHA-256.

        Raises InvalidInput `fields`, Conflict `credentials-too-many`.
        """
        if not title.strip() or not title.isprintable() or len(title) > 100:
            raise InvalidInput("fields", "`title` says in 1 to 100 characters who gets the token.", None)
        if len(self.credentials(session, channel)) >= MOST_CREDENTIALS:
            raise Conflict(
                "credentials-too-many", f"Channel {channel.name} has {MOST_CREDENTIALS}.", "remove one first"
            )
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        session.add(
            CredentialRow(
                digest=_digest(token),
                channel=channel.name,
                title=title,
                set_at=self._clock.now(),
                set_by=by,
            )
        )
        session.flush()
        return token

    def credentials(self, session: Session, channel: Channel) -> list[CredentialRow]:
        """Who may send through a channel, oldest first."""
        query = select(CredentialRow).where(CredentialRow.channel == channel.name)
        return [*session.scalars(query.order_by(CredentialRow.set_at, CredentialRow.digest))]

    def remove_token(self, session: Session, channel: Channel, digest: str) -> None:
        """Take a token away, by its SHA-256. Raises NotFound `credential-unknown`."""
        gone = delete(CredentialRow).where(
            CredentialRow.digest == digest, CredentialRow.channel == channel.name
        )
        if session.execute(gone.returning(CredentialRow.digest)).first() is None:
            raise NotFound("credential-unknown", f"Channel {channel.name} has no such token.", None)

    def of_token(self, session: Session, token: str) -> Channel:
        """The open channel that a token sends through.

        Raises Unauthenticated `token-invalid`, Conflict `channel-closed`.
        """
        row = session.get(CredentialRow, _digest(token))
        if row is None:
            raise Unauthenticated(
                "token-invalid", "No channel has this token.", "ask for a token of a channel"
            )
        return open_channel(session, row.channel)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
