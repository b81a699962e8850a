"""Uploads stored: kept, chained, their passages and dead letters, in one transaction, before any answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from gridwitness.errors import Forbidden, GridWitnessError, InvalidInput, TooLarge
from gridwitness.feeds import (
    Feed,
    Letter,
    Message,
    feed_keys,
    feed_named,
    forget_seen,
    note_seen,
    signature_holds,
    subscriptions_of,
)
from gridwitness.feeds.signed import ASSURANCE
from gridwitness.platform import Platform
from gridwitness.records import add_file
from gridwitness.trucks.frames import PASSAGE_COLUMNS
from gridwitness.trucks.sightings import Sightings
from sqlalchemy.orm import Session

from gridwitness_ingest.gat1400.answers import INVALID_CONTENT, INVALID_FORMAT, OTHER_ERROR, Status
from gridwitness_ingest.gat1400.body import text_of
from gridwitness_ingest.gat1400.letters import format_of
from gridwitness_ingest.gat1400.passage_rows import passage_frame, passage_row
from gridwitness_ingest.gat1400.upload import Upload
from gridwitness_ingest.gat1400.vehicle import Refused, Vehicle
from gridwitness_ingest.metrics import DoorMetrics

OBJECT, NOTIFICATION = "object", "notification"
"""Kinds of what a feed says once."""
REMEMBERED = timedelta(days=7)
"""For how long it is known again: devices that kept passages while the door was away send them by then."""

_CAPTURED = [*PASSAGE_COLUMNS].index("captured_at")


@dataclass(slots=True)
class Outcome:
    """What became of an upload: a status for each object, or the refusal of all of it."""

    statuses: list[Status] = field(default_factory=list)
    refusal: GridWitnessError | None = None
    passages: int = 0
    repeated: int = 0
    letters: list[Letter] = field(default_factory=list)
    kept: bool = False
    """Whether the body was kept: not where all of it had come before."""

    def refuse(self, name: str, letter: Letter) -> None:
        """Say in the answer that something became a dead letter, and why."""
        self.letters.append(letter)
        item, code, words = letter.item, letter.code, letter.detail
        status = Status(
            name, OTHER_ERROR if code == "device-unknown" else INVALID_CONTENT, f"{code}: {words}"
        )
        if item is None:
            self.statuses.append(Status(name, INVALID_FORMAT, status.words))
        else:
            self.statuses[item] = status


class Storing:
    """One of a process; it keeps the registers between calls."""

    def __init__(self, platform: Platform, metrics: DoorMetrics) -> None:
        self._platform = platform
        self._commit_seconds = metrics.commit_seconds.labels("gat1400")
        self._sightings = platform.sightings
        self._pictures = platform.settings.gat1400_pictures

    def store(self, feed: str, uploads: Sequence[Upload]) -> list[Outcome]:
        """Store uploads of a feed; committed when this returns.

        Raises NotFound, Conflict `feed-closed`: then nothing is stored.
        """
        with self._commit_seconds.time(), self._platform.transaction() as session:
            return _Group(self._platform, self._sightings, session, feed, self._pictures).store(uploads)


@dataclass(frozen=True, slots=True)
class _Taken:
    """An upload that may be stored. `skipped`: its objects that came in a notification seen before."""

    upload: Upload
    outcome: Outcome
    skipped: frozenset[int]
    notified: bool
    """Whether a notification in it is new, be it without objects."""

    @property
    def identities(self) -> list[str]:
        """By which what it brings is known again."""
        if self.upload.flaw is not None:
            return [self.upload.identity]
        return [item.identity for n, item in enumerate(self.upload.items) if n not in self.skipped]


def forget(platform: Platform) -> None:
    """Remove what was seen too long ago to come again."""
    with platform.transaction() as session:
        forget_seen(session, platform.clock.now() - REMEMBERED, (OBJECT, NOTIFICATION))


class _Group:
    """Uploads that share a transaction."""

    def __init__(
        self, platform: Platform, sightings: Sightings, session: Session, feed: str, pictures: bool
    ) -> None:
        self._platform = platform
        self._sightings = sightings
        self._session = session
        self._feed: Feed = feed_named(session, feed)
        self._now: datetime = platform.clock.now()
        self._pictures = pictures

    def store(self, uploads: Sequence[Upload]) -> list[Outcome]:
        """Check, tell what is new, keep that."""
        outcomes = [self._admitted(upload) for upload in uploads]
        taken = [
            self._taken(upload, outcome)
            for upload, outcome in zip(uploads, outcomes, strict=True)
            if outcome.refusal is None
        ]
        identities = [identity for one in taken for identity in one.identities]
        new = note_seen(self._session, self._feed, OBJECT, identities, self._now)
        kept = [one for one in taken if _brings_something(one, new)]
        if kept:
            self._append(kept, new)
        return outcomes

    def _admitted(self, upload: Upload) -> Outcome:
        """Refuse what its sender may not send; nothing of that is kept."""
        outcome = Outcome([Status(item.name) for item in upload.items])
        try:
            self._check_signature(upload)
            self._check_subscriptions(upload)
        except Forbidden as refusal:
            outcome.refusal = refusal
        return outcome

    def _check_signature(self, upload: Upload) -> None:
        if self._feed.assurance != ASSURANCE:
            return
        platform = self._platform
        keys = feed_keys(self._session, self._feed, platform.credentials, platform.directory, self._now)
        if not signature_holds(upload.signature, upload.raw, keys):
            raise Forbidden(
                "signature-invalid",
                f"Feed {self._feed.name} signs what it sends, and this is not signed by its key.",
                "sign the body as it is sent",
            )

    def _check_subscriptions(self, upload: Upload) -> None:
        if not upload.notifications:
            return
        known = subscriptions_of(self._session, self._feed)
        for notification in upload.notifications:
            held = known.get(notification.subscription)
            if held is None or not held.holds(self._now):
                raise Forbidden(
                    "subscription-unknown",
                    f"Nothing may be notified under subscription {notification.subscription!r}.",
                    "subscribe first (POST /VIID/Subscribes)",
                )

    def _taken(self, upload: Upload, outcome: Outcome) -> _Taken:
        if not upload.notifications:
            return _Taken(upload, outcome, frozenset(), notified=False)
        names = {f"{n.subscription}/{n.identifier}": n for n in upload.notifications}
        new = note_seen(self._session, self._feed, NOTIFICATION, [*names], self._now)
        before = [notification for name, notification in names.items() if name not in new]
        skipped = frozenset(item for notification in before for item in notification.items)
        return _Taken(upload, outcome, skipped, notified=bool(new))

    def _append(self, kept: Sequence[_Taken], new: set[str]) -> None:
        rows: list[tuple[Any, ...]] = []
        letters: list[Letter] = []
        remaining = set(new)
        for message, one in enumerate(kept):
            flaw = one.upload.flaw
            one.outcome.kept = True
            if flaw is not None:
                letter = Letter(message, None, one.upload.body.kept, flaw.code, flaw.detail)
                one.outcome.refuse(one.upload.device, letter)
                letters.append(letter)
            pictures = self._kept_pictures(one.upload)
            for item, given in enumerate(one.upload.items):
                if item in one.skipped or given.identity not in remaining:
                    one.outcome.repeated += 1
                    continue
                remaining.discard(given.identity)  # a body may hold the same twice
                if isinstance(given.read, Refused):
                    raw = text_of(given.told)
                    letter = Letter(message, item, raw, given.read.code, given.read.detail)
                    one.outcome.refuse(given.name, letter)
                    letters.append(letter)
                else:
                    rows.append(passage_row(message, item, _with_stored(given.read, pictures)))
                    one.outcome.passages += 1
        self._write(kept, rows, letters)

    def _write(self, kept: Sequence[_Taken], rows: list[tuple[Any, ...]], letters: Sequence[Letter]) -> None:
        captured = [row[_CAPTURED] for row in rows]
        serial = self._platform.intake.append(
            self._session,
            self._feed,
            [Message(one.upload.body.kept, one.upload.body.received) for one in kept],
            format=format_of(self._now),
            connection=",".join(sorted({one.upload.device for one in kept}))[:200],
            letters=letters,
            repeated=sum(one.outcome.repeated for one in kept),
            captured=(min(captured), max(captured)) if captured else None,
            offsets=[(self._now - time).total_seconds() for time in captured],
        )
        if rows:
            passages = passage_frame(rows)
            stored = self._sightings.store(self._session, self._feed, serial, self._now, passages=passages)
            unknown = [_unknown(kept[letter.message], letter) for letter in stored.letters]
            self._platform.intake.letters(self._session, self._feed, serial, unknown)

    def _kept_pictures(self, upload: Upload) -> frozenset[str]:
        """Store a body's pictures, and give the digests of those that are stored."""
        stored = []
        for sha256, picture in upload.body.pictures.items() if self._pictures else ():
            try:
                add_file(self._session, self._platform.files, sha256, [picture], self._now)
            except (InvalidInput, TooLarge):  # an operator takes no pictures, or no large ones
                continue
            stored.append(sha256)
        return frozenset(stored)


def _brings_something(one: _Taken, new: set[str]) -> bool:
    """A body of which everything has come before is answered, and not kept again."""
    if one.upload.flaw is None and not one.upload.items:
        return one.notified or not one.upload.notifications
    if any(identity in new for identity in one.identities):
        return True
    one.outcome.repeated = len(one.upload.items)
    return False


def _unknown(one: _Taken, letter: Letter) -> Letter:
    """The letter of an object whose device no register knows, with the object."""
    assert letter.item is not None
    given = one.upload.items[letter.item]
    one.outcome.passages -= 1
    filled = Letter(letter.message, letter.item, text_of(given.told), letter.code, letter.detail)
    one.outcome.refuse(given.name, filled)
    return filled


def _with_stored(vehicle: Vehicle, pictures: frozenset[str]) -> Vehicle:
    """A vehicle that names only pictures which are stored."""
    if vehicle.images is None:
        return vehicle
    named = [image for image in json.loads(vehicle.images) if image["sha256"] in pictures]
    return replace(vehicle, images=json.dumps(named, separators=(",", ":")) if named else None)
