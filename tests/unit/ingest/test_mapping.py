"""Columns to fields."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.records.kinds import check_fields
from gridwitness_ingest.cells import BadCellError
from gridwitness_ingest.mapping import ColumnMapping, importable_kind

KIND = importable_kind("event.reported")
NEW_YORK = {
    "Unique Key": "45633481",
    "Created Date": "02/17/2020 12:19:00 PM",
    "Closed Date": "",
    "Agency": "DOHMH",
    "Complaint Type": "Illegal Animal Kept as Pet",
    "Descriptor": "Rooster",
    "Incident Address": "38-17 254 STREET",
    "Status": "In Progress",
    "Open Data Channel Type": "ONLINE",
    "Latitude": "40.775434349303865",
    "Longitude": "-73.74160068847428",
}


def test_new_york() -> None:
    mapping = ColumnMapping(KIND, ZoneInfo("America/New_York"))
    fields = mapping.fields_of(NEW_YORK, "45633481", "NYC 311")
    check_fields(KIND, fields)
    assert fields.pop("source") == {"system": "NYC 311", "key": "45633481", "row": NEW_YORK}
    assert fields == {
        "title": "Illegal Animal Kept as Pet", "category": "Illegal Animal Kept as Pet",
        "description": "Rooster",
        "status": "In Progress", "reported_at": "2020-02-17T17:19:00Z", "closed_at": None,
        "latitude": "40.775434349303865", "longitude": "-73.74160068847428", "address": "38-17 254 STREET",
        "channel": "ONLINE", "unit": "DOHMH",
    }  # fmt: skip


def test_chinese_columns_and_overrides() -> None:
    row = {
        "标题": "暴露垃圾",
        "上报时间": "2024-05-01 08:00:00",
        "经度": "120.15",
        "单位": "",
        "科室": "市容科",
    }
    mapping = ColumnMapping(KIND, ZoneInfo("Asia/Shanghai"), {"unit": "科室", "title": ""})
    mapping.check_columns(row)
    fields = mapping.fields_of(row, "1", "12345")
    assert fields["reported_at"] == "2024-05-01T00:00:00Z"
    assert (fields["longitude"], fields["unit"], fields["title"]) == ("120.15", "市容科", None)


@pytest.mark.parametrize("cell", [{"CreatedDate": "soon"}, {"lat": "north"}])
def test_an_unreadable_cell_names_its_column(cell: dict[str, str]) -> None:
    with pytest.raises(BadCellError, match=next(iter(cell))):
        ColumnMapping(KIND, UTC).fields_of(cell, "1", "x")


def test_what_cannot_be_mapped() -> None:
    for overrides, code in [({"nofield": "a"}, "map-field"), ({"source": "a"}, "map-field")]:
        with pytest.raises(InvalidInput) as refused:
            ColumnMapping(KIND, UTC, overrides)
        assert refused.value.code == code
    with pytest.raises(InvalidInput) as refused:
        ColumnMapping(KIND, UTC, {"unit": "b"}).check_columns(["a"])
    assert refused.value.code == "map-column"


@pytest.mark.parametrize(
    ("name", "code"), [("event.unheard", "kind-unknown"), ("case.step.v1", "kind-not-importable")]
)
def test_kinds_that_rows_cannot_become(name: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        importable_kind(name)
    assert refused.value.code == code
    assert importable_kind("event.reported.v1") is KIND
