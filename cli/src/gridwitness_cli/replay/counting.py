"""The same figures out of the platform's own tables: what its clocks say, by the unit they bind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gridwitness.platform import Platform
from sqlalchemy import text

from gridwitness_cli.replay.figures import BodyFigures
from gridwitness_cli.replay.playing import Refused

_COUNTED = text("""
    SELECT event.unit AS body,
           count(*) AS requests,
           count(*) FILTER (WHERE clock.rule = 'promised' AND clock.state = 'met') AS in_time,
           count(*) FILTER (WHERE clock.rule = 'promised' AND clock.state = 'late') AS late,
           count(*) FILTER (WHERE clock.rule = 'promised' AND clock.state = 'running') AS waiting,
           count(*) FILTER (WHERE clock.rule <> 'promised') AS unpromised,
           count(*) FILTER (WHERE clock.rule <> 'promised' AND clock.state = 'met') AS own_in_time,
           count(*) FILTER (WHERE clock.rule <> 'promised' AND clock.state = 'late') AS own_late
      FROM events.event JOIN events.clock ON clock.sub = event.sub AND clock.clock = 'handle'
     WHERE event.agency = :agency
     GROUP BY event.unit
""")


def counted_figures(platform: Platform, agency: str, refused: Iterable[Refused]) -> dict[str, BodyFigures]:
    """By body; what was refused as closed before created is counted of the refusals."""
    backwards = Counter(one.unit for one in refused if one.step == "answer")
    with platform.transaction() as session:
        rows = session.execute(_COUNTED, {"agency": agency}).mappings().all()
    return {row["body"]: BodyFigures(**row, backwards=backwards[row["body"]]) for row in rows}
