"""Rows of outside systems taken over as events, each by its own key: again, they change nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gridwitness_evidence import EvidenceError, strict_json
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.channels.channel import Channel
from gridwitness.channels.reporting import PlainReport, Reported, Reporting
from gridwitness.errors import GridWitnessError, InvalidInput
from gridwitness.events.models import EventRow

COLUMNS = (
    "key", "description", "title", "matter", "category", "urgency", "latitude", "longitude", "address",
    "occurred_at", "name", "phone",
)  # fmt: skip
"""What a row may say; `key` and `description` it must. `occurred_at`: RFC 3339 with an offset."""
MOST_ROWS = 2_000
"""Of one call: it is one transaction."""
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")
_WORDS = {"category": ("event", "component"), "urgency": ("normal", "urgent", "emergency")}

Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a row: `taken`, `known`, or `refused` by `error`; rows count from 1."""

    row: int
    key: str | None
    result: str
    event: str | None = None
    error: GridWitnessError | None = None


class EventImport:
    """Takes rows in order; a bad one never harms a good one."""

    def __init__(self, reporting: Reporting) -> None:
        self._reporting = reporting

    def take(self, session: Session, channel: Channel, rows: Sequence[Row]) -> list[Taken]:
        """The agency takes them over; the caller commits.

        Raises InvalidInput `rows-too-many`.
        """
        if len(rows) > MOST_ROWS:
            raise InvalidInput("rows-too-many", f"{len(rows)} rows at once.", f"send at most {MOST_ROWS}")
        known = self._known(session, channel, rows)
        found: list[Taken | PlainReport] = [_read(number, row) for number, row in enumerate(rows, 1)]
        good = [given for given in found if isinstance(given, PlainReport)]
        made = iter(self._reporting.reports(session, channel, good))
        results = []
        for number, given in enumerate(found, 1):
            if isinstance(given, Taken):
                results.append(given)
                continue
            results.append(_told(number, given.channel_key, next(made), known))
            known.add(given.channel_key)
        return results

    @staticmethod
    def _known(session: Session, channel: Channel, rows: Sequence[Row]) -> set[str | None]:
        keys = [key.strip() for row in rows if (key := row.get("key")) and "\0" not in key]
        query = select(EventRow.channel_key).where(
            EventRow.agency == channel.agency,
            EventRow.channel == channel.name,
            EventRow.channel_key.in_(keys),
        )
        return {*session.scalars(query)}


def _read(number: int, row: Row) -> Taken | PlainReport:
    try:
        return read_row(row)
    except GridWitnessError as error:
        return Taken(number, row.get("key"), "refused", error=error)


def _told(
    number: int, key: str | None, made: Reported | GridWitnessError, known: Collection[str | None]
) -> Taken:
    if isinstance(made, GridWitnessError):
        return Taken(number, key, "refused", error=made)
    return Taken(number, key, "known" if key in known else "taken", made.event.sub)


def read_row(row: Row) -> PlainReport:
    """A row as a report. Raises InvalidInput `row`, naming the column."""
    unknown = sorted(set(row) - set(COLUMNS))
    if unknown:
        raise _bad(unknown[0], "is no column of an import")
    given = {
        name: value.strip() for name in COLUMNS if (value := row.get(name)) is not None and value.strip()
    }
    for name in ("key", "description"):
        if name not in given:
            raise _bad(name, "is missing")
    for name, words in _WORDS.items():
        if name in given and given[name] not in words:
            raise _bad(name, f"is none of {', '.join(words)}")
    return PlainReport(
        description=given["description"],
        channel_key=given["key"],
        matter=given.get("matter"),
        title=given.get("title"),
        lat=_degrees(given, "latitude"),
        lon=_degrees(given, "longitude"),
        address=given.get("address"),
        name=given.get("name"),
        phone=given.get("phone"),
        occurred_at=_time(given.get("occurred_at")),
        urgency=given.get("urgency"),
        category=given.get("category"),
        src="import",
    )


def csv_rows(content: str) -> Iterator[Row]:
    """Rows of a CSV with a header line. Raises InvalidInput `csv`."""
    reader = csv.DictReader(io.StringIO(content.removeprefix("\ufeff")), strict=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise InvalidInput("csv", f"Line {reader.line_num} has another number of columns.", None)
            yield dict(row)
    except csv.Error as error:
        raise InvalidInput("csv", f"Line {reader.line_num}: {error}.", None) from error


def ndjson_rows(content: bytes) -> Iterator[Row]:
    """Rows of NDJSON: an object of texts (or null) a line. Raises InvalidInput `ndjson`."""
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row: Any = strict_json.loads(line)
        except EvidenceError as error:
            raise InvalidInput("ndjson", f"Line {number}: {error.message}", None) from error
        if not isinstance(row, dict) or not all(isinstance(v, str | None) for v in row.values()):
            raise InvalidInput("ndjson", f"Line {number} is no object of texts.", "write numbers as texts")
        yield row


def _degrees(given: Mapping[str, str], name: str) -> float | None:
    text = given.get(name)
    if text is None:
        return None
    if not _DEGREES.fullmatch(text):
        raise _bad(name, "is not in degrees")
    return float(text)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _bad("occurred_at", "is no time") from None
    if found.tzinfo is None or not 1970 < found.year < 9999:
        raise _bad("occurred_at", "has no offset from UTC")
    return found.astimezone(UTC)


def _bad(column: str, what: str) -> InvalidInput:
    return InvalidInput("row", f"`{column[:64]}` {what}.", f"columns are {', '.join(COLUMNS)}")
