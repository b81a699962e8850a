"""Reading the two cities' service requests; figures straight from the file against a plain recount."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from gridwitness.errors import InvalidInput
from gridwitness_cli.replay.city_files import read_city_file
from gridwitness_cli.replay.figures import BodyFigures, by_agency, summed
from gridwitness_cli.replay.straight import straight_figures
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.city_rows import LA, NOON, NY, la_row, ny_row, said, written


def test_a_promised_day_counts_to_its_end_and_missing_parts_stay_missing(tmp_path: Path) -> None:
    early = NOON.replace(hour=0)
    path = written(
        tmp_path / "la.csv.gz",
        LA,
        [
            la_row(ServiceDate=said(early), ClosedDate=said(NOON + timedelta(hours=11)), Latitude="34.5"),
            la_row(AssignTo="", CD="", Status="Cancelled", ClosedDate=said(NOON - timedelta(seconds=1))),
        ],
    )
    first, second = read_city_file(path).requests
    assert first.promised == NOON.replace(hour=23, minute=59, second=59) and first.unit == "BOS-EV"
    assert first.grid == "LA-CD-03" and (first.latitude, first.longitude) == (34.5, None)
    assert (second.unit, second.grid, second.promised, second.end) == ("BOS", "", None, "cancelled")
    assert second.backwards and not first.backwards
    figures = straight_figures(path)
    assert figures["BOS-EV"].in_time == 1 and figures["BOS"].backwards == 1


def test_new_yorks_due_date_is_an_instant(tmp_path: Path) -> None:
    due = NOON + timedelta(days=30)
    row = ny_row(**{"Due Date": said(due), "Closed Date": said(due + timedelta(seconds=1))})
    path = written(tmp_path / "ny.csv", NY, [row])
    (request,) = read_city_file(path).requests
    assert request.grid == "NY-STATEN-ISLAND" and request.kind == "Illegal Animal Sold: Snake"
    assert straight_figures(path)["DOHMH"].late == 1


def test_what_is_no_such_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as no_columns:
        read_city_file(written(tmp_path / "a.csv", ("x",), [{"x": "1"}]))
    assert no_columns.value.code == "replay-columns"
    with pytest.raises(InvalidInput) as no_time:
        read_city_file(written(tmp_path / "b.csv", LA, [la_row(CreatedDate="yesterday")]))
    assert no_time.value.code == "replay-row"
    (tmp_path / "c.csv.gz").write_bytes(b"\x1f\x8bcut")
    with pytest.raises(InvalidInput) as broken:
        read_city_file(tmp_path / "c.csv.gz")
    assert broken.value.code == "replay-file"


moments = st.one_of(
    st.none(), st.integers(-3 * 86_400, 9 * 86_400).map(lambda s: NOON + timedelta(seconds=s))
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(("", "X")), moments, moments), max_size=12))
def test_straight_figures_are_a_plain_recount(
    tmp_path: Path, rows: list[tuple[str, str, datetime | None, datetime | None]]
) -> None:
    path = written(
        tmp_path / "la.csv",
        LA,
        [
            la_row(Owner=owner, AssignTo=unit, ServiceDate=said(promised), ClosedDate=said(closed))
            for owner, unit, promised, closed in rows
        ],
    )
    recount = Counter[tuple[str, str]]()
    for request in read_city_file(path).requests:
        recount[request.unit, "requests"] += 1
        recount[request.unit, "backwards"] += request.backwards
        recount[request.unit, "unpromised"] += request.promised is None
        ended = request.closed is not None and not request.backwards
        if request.promised is not None:
            late = ended and request.closed is not None and request.closed > request.promised
            recount[request.unit, "late" if late else "in_time" if ended else "waiting"] += 1
        elif ended and request.closed is not None:
            slow = (request.closed.date() - request.created.date()).days > 5
            recount[request.unit, "own_late" if slow else "own_in_time"] += 1
    for body, figures in straight_figures(path).items():
        for name in BodyFigures.__dataclass_fields__:
            if name != "body":
                assert getattr(figures, name) == recount[body, name], (body, name)


def test_an_agency_has_its_units_figures_and_no_other_agencys() -> None:
    one = BodyFigures("BOS-EV", 4, 2, 1, 0, 1, 1, 0, 0)
    two = BodyFigures("BOS", 2, 1, 0, 1, 0, 0, 0, 1)
    other = BodyFigures("BOSS", 9, 9, 0, 0, 0, 0, 0, 0)
    (agency,) = by_agency([one, two, other], ["BOS"])
    assert agency == BodyFigures("BOS", 6, 3, 1, 1, 1, 1, 0, 1) and str(agency.share) == "0.7500"
    assert summed("none", []).share is None
