"""What a `rule.published.v1` statement changes in `rules.version`: rules without clock and I/O."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from gridwitness_evidence import EvidenceError, Record, strict_json
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gridwitness.errors import Conflict, InvalidInput
from gridwitness.records import Log, RowChange, put_new, register
from gridwitness.rules.models import VersionRow
from gridwitness.rules.procedure import Procedure

PUBLISHED = "rule.published.v1"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

register(
    PUBLISHED,
    "规则发布",
    purposes="service",
    fields="name:text! version:integer! effective_from:text! effective_to:text content:object!",
    internal=True,
)

ContentCheck = Callable[[Any], tuple[str, str | None]]
"""Content → the name it has to be published under, and its jurisdiction. Raises InvalidInput."""


def digest_of(content: Any) -> str:
    """Hex SHA-256 of the content's JCS bytes. Raises InvalidInput `rule-content`: it is no strict JSON."""
    try:
        return hashlib.sha256(strict_json.canonical(content)).hexdigest()
    except EvidenceError as error:
        raise InvalidInput(
            "rule-content", f"The content is no strict JSON: {error.message}.", None
        ) from error


def check_procedure(content: Any) -> tuple[str, str | None]:
    """A procedure's name and jurisdiction. Raises InvalidInput `procedure-invalid`."""
    procedure = Procedure.parse(content)
    return f"procedure/{procedure.procedure}", procedure.jurisdiction


@dataclass(slots=True)
class _Loaded:
    """The newest version by name, and whose a subject is."""

    newest: dict[str, VersionRow]
    owners: dict[str, str]


class RuleHandler:
    """Decides what a publication changes. `checks` by the name's first part: `procedure`, `calendar`."""

    def __init__(self, checks: Mapping[str, ContentCheck]) -> None:
        """A later feature brings the checks of its own contents."""
        self._checks = checks

    def load(self, session: Session, records: Sequence[Record]) -> _Loaded:
        """The versions there are of the rules and subjects these records speak of."""
        names = {record.fields["name"] for record in records}
        subs = {record.claims.sub for record in records}
        rows = session.scalars(
            select(VersionRow)
            .where(or_(VersionRow.name.in_(names), VersionRow.sub.in_(subs)))
            .order_by(VersionRow.number)
        ).all()
        return _Loaded({row.name: row for row in rows}, {row.sub: row.name for row in rows})

    def decide(self, record: Record, log: Log, loaded: _Loaded) -> list[RowChange]:
        """The version's row.

        Raises InvalidInput `rule-name`, `rule-effective`, `rule-subject`, `foreign-log`, or what the
        content's check does; Conflict `rule-version`, `rule-unchanged`.
        """
        if log.agency != record.claims.iss:
            raise InvalidInput("foreign-log", "A rule is published in the signer's own log.", None)
        fields = record.fields
        name, content = fields["name"], fields["content"]
        check = self._checks.get(name.partition("/")[0])
        if check is None:
            raise InvalidInput("rule-name", f"There is no kind of rule for {name!r}.", None)
        wanted, jurisdiction = check(content)
        if wanted != name:
            raise InvalidInput("rule-name", f"This content is published as {wanted}, not {name}.", None)
        newest, digest = loaded.newest.get(name), digest_of(content)
        _check_place(name, fields["version"], digest, newest)
        if loaded.owners.get(record.claims.sub, name) != name:
            raise InvalidInput("rule-subject", "The subject is that of another rule.", "open a new one")
        since, until = _window(fields)
        return [
            put_new(
                VersionRow,
                name=name,
                number=fields["version"],
                digest=digest,
                jurisdiction=jurisdiction,
                effective_from=since,
                effective_to=until,
                record=UUID(record.claims.jti),
                sub=record.claims.sub,
            )
        ]


def _check_place(name: str, number: int, digest: str, newest: VersionRow | None) -> None:
    following = 1 if newest is None else newest.number + 1
    if number != following:
        raise Conflict("rule-version", f"The next version of {name} is {following}, not {number}.", None)
    if newest is not None and newest.digest == digest:
        raise Conflict("rule-unchanged", f"{name} has this content already.", None)


def _window(fields: Mapping[str, Any]) -> tuple[date, date | None]:
    since, until = (_day(fields[name]) for name in ("effective_from", "effective_to"))
    if since is None or (until is not None and until < since):
        raise InvalidInput("rule-effective", "The rule would never be in force.", "give the days in order")
    return since, until


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InvalidInput("rule-effective", f"{text!r} is no day.", "write YYYY-MM-DD")
