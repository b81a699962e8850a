"""What `channel.registered.v1` changes: a channel becomes known, or changes; its category stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gridwitness_evidence import Record
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridwitness.channels.channel import LONGEST_TITLE, ChannelSettings, check_name
from gridwitness.channels.kinds import CHANNEL
from gridwitness.channels.models import ChannelRow
from gridwitness.errors import Conflict, Forbidden, InvalidInput
from gridwitness.members import Person, key_holders, persons
from gridwitness.members.models import SigningKeyRow
from gridwitness.records import Log, RowChange, change, put_new

REGISTRARS = frozenset({"administrator", "duty_chief"})
"""Roles whose holders keep the channels of their agency."""


@dataclass(slots=True)
class _Known:
    sub: str
    agency: str
    category: str


@dataclass(slots=True)
class _Loaded:
    channels: dict[str, _Known]
    subs: dict[str, str]
    holders: dict[tuple[str, str], UUID]
    persons: dict[UUID, Person]
    service: set[tuple[str, str]]


class ChannelHandler:
    """Decides what the records of channels change."""

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """The channels these records speak of, and who signed."""
        names = {r.fields["channel"] for r in records if "\0" not in r.fields["channel"]}
        subs = {r.claims.sub for r in records}
        rows = session.scalars(
            select(ChannelRow)
            .where(or_(ChannelRow.channel.in_(names), ChannelRow.sub.in_(subs)))
            .execution_options(populate_existing=True)
        ).all()
        keys = {(r.claims.iss, r.kid) for r in records}
        holders = key_holders(session, keys)
        own = session.execute(
            select(SigningKeyRow.agency, SigningKeyRow.kid).where(
                SigningKeyRow.kid.in_([kid for _, kid in keys]), SigningKeyRow.purpose == "service"
            )
        )
        return _Loaded(
            {row.channel: _Known(row.sub, row.agency, row.category) for row in rows},
            {row.sub: row.channel for row in rows},
            holders,
            persons(session, holders.values()),
            {(agency, kid) for agency, kid in own},
        )

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The channel's row. Raises Conflict, Forbidden, InvalidInput."""
        fields, sub = record.fields, record.claims.sub
        name = fields["channel"]
        _check_signer(record, log, loaded)
        check_name(name)
        title = fields["title"]
        if not title.strip() or not title.isprintable() or len(title) > LONGEST_TITLE:
            raise InvalidInput("fields", f"`title` has 1 to {LONGEST_TITLE} printable characters.", None)
        ChannelSettings.parse(fields["category"], fields["settings"])
        known = loaded.channels.get(name)
        _check_subject(record, name, known, loaded)
        columns = {"title": title, "settings": fields["settings"], "state": fields["state"]}
        if known is None:
            loaded.channels[name] = _Known(sub, log.agency, fields["category"])
            loaded.subs[sub] = name
            put = {"sub": sub, "agency": log.agency, "category": fields["category"], **columns}
            return [put_new(ChannelRow, channel=name, **put)]
        if known.category != fields["category"]:
            raise Conflict(
                "channel-category", f"Channel {name} is of category {known.category}.", "register another"
            )
        return [change(ChannelRow, {"channel": name}, **columns)]


def _check_signer(record: Record, log: Log, loaded: _Loaded) -> None:
    key = (record.claims.iss, record.kid)
    if record.claims.iss != log.agency:
        raise Forbidden("channel-foreign", f"The channels of {log.agency} are its own.", None)
    if key in loaded.service:
        return
    signer = loaded.holders.get(key)
    if signer is None:
        raise Forbidden("signer-unknown", "Nobody's account holds the signing key.", "name its holder")
    if not loaded.persons[signer].roles_in(log.agency) & REGISTRARS:
        raise Forbidden(
            "channel-role",
            f"A channel of {log.agency} is registered by one of its {' or '.join(sorted(REGISTRARS))}s.",
            "have one of them sign it",
        )


def _check_subject(record: Record, name: str, known: _Known | None, loaded: _Loaded) -> None:
    sub = record.claims.sub
    if loaded.subs.get(sub, name) != name:
        raise Conflict("subject-taken", f"Subject {sub} is channel {loaded.subs[sub]}'s.", "open a new one")
    if known is not None and known.sub != sub:
        raise Conflict(
            "channel-registered",
            f"Channel {name} is subject {known.sub}.",
            "continue that subject",
            sub=known.sub,
        )
    if known is None and record.claims.seq != 0:
        raise Conflict("subject-taken", f"Subject {sub} has records of something else.", "open a new subject")


CHANNEL_HANDLERS = {CHANNEL: ChannelHandler()}
