"""Import on a whole platform: once each, changed rows continue their subject, bad rows harm no other."""

from __future__ import annotations

import csv
import gzip
import os
import time
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from gridwitness.errors import Misconfigured, NotFound
from gridwitness.platform import Platform
from gridwitness.records import find_sources, presentation
from gridwitness.records.models import RecordRow, SourceRow
from gridwitness_evidence import parse_presentation
from gridwitness_ingest.importing import ImportSummary, import_rows
from gridwitness_ingest.mapping import ColumnMapping, importable_kind
from gridwitness_ingest.row import BadRow, Row
from gridwitness_ingest.rows import open_rows
from sqlalchemy import func, select
from support.ingest_platform import AGENCY, anchor_all

KIND = importable_kind("event.reported")
REFERENCE = os.environ.get("GRIDWITNESS_REFERENCE_DATA")
COLUMNS = [
    "SRNumber",
    "CreatedDate",
    "UpdatedDate",
    "ActionTaken",
    "Owner",
    "RequestType",
    "Status",
    "RequestSource",
    "AssignTo",
    "ClosedDate",
    "Address",
    "Latitude",
    "Longitude",
]


def request(key: str, **cells: str) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "") | {
        "SRNumber": key,
        "CreatedDate": "12/31/2017 11:59:58 PM",
        "RequestType": "Bulky Items",
        "Status": "Open",
        "Address": "2111 W BELLEVUE AVE, 90026",
        "Latitude": "34.073216645",
    }
    return row | cells


def run(
    platform: Platform, rows: Iterable[Row | BadRow], chunk_rows: int = 1_000
) -> tuple[ImportSummary, list[BadRow]]:
    bad: list[BadRow] = []
    mapping = ColumnMapping(KIND, ZoneInfo("America/Los_Angeles"))
    summary = import_rows(
        platform, AGENCY, KIND, "SRNumber", "MyLA311", rows,
        mapping=mapping, on_bad=bad.append, chunk_rows=chunk_rows,
    )  # fmt: skip
    assert summary.read == summary.recorded + summary.unchanged + summary.changed + summary.bad
    assert summary.bad == len(bad)
    return summary, bad


def of(*requests: dict[str, str]) -> list[Row | BadRow]:
    return [Row(line, values) for line, values in enumerate(requests, 2)]


def history(platform: Platform, key: str) -> list[RecordRow]:
    with platform.transaction() as session:
        source = find_sources(session, [(AGENCY, "event.reported", key)])[AGENCY, "event.reported", key]
        rows = session.scalars(
            select(RecordRow).where(RecordRow.sub == source.sub).order_by(RecordRow.seq)
        ).all()
        session.expunge_all()
    return list(rows)


def count_sources(platform: Platform) -> int:
    with platform.transaction() as session:
        return session.scalar(select(func.count()).select_from(SourceRow)) or 0


def statements(platform: Platform, key: str) -> list[dict[str, object]]:
    return [
        parse_presentation(presentation(row)).fields
        for row in history(platform, key)
        if row.kind == KIND.name
    ]


def test_two_hundred_rows_once_and_again(platform: Platform, tmp_path: Path) -> None:
    path = tmp_path / "requests.csv.gz"
    with gzip.open(path, "wt", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(request(f"1-{number}") for number in range(200))
    first, _ = run(platform, open_rows(path).rows, chunk_rows=64)
    assert first == ImportSummary(read=200, recorded=200)
    again, _ = run(platform, open_rows(path).rows)
    assert again == ImportSummary(read=200, unchanged=200)
    rows = history(platform, "1-17")
    assert [(row.seq, row.kind, row.iss) for row in rows] == [
        (0, "event.reported.v1", AGENCY),
        (1, "state.effect.v1", AGENCY),
    ]
    fields = statements(platform, "1-17")[0]
    assert fields["reported_at"] == "2018-01-01T07:59:58Z"
    assert fields["source"] == {"system": "MyLA311", "key": "1-17", "row": request("1-17")}
    with platform.transaction() as session:
        subjects = session.scalars(select(SourceRow.sub).where(SourceRow.source_key.like("1-%"))).all()
    assert len(set(subjects)) == 200
    anchor_all(platform)
    assert all(row.leaf_index is not None for row in history(platform, "1-17"))


def test_a_changed_row_is_the_next_of_its_subject(platform: Platform) -> None:
    run(platform, of(request("2-1"), request("2-2")))
    changed, _ = run(platform, of(request("2-1", Status="Closed"), request("2-2")))
    assert changed == ImportSummary(read=2, changed=1, unchanged=1)
    assert [row.seq for row in history(platform, "2-1")] == [0, 1, 2, 3]
    assert [fields["status"] for fields in statements(platform, "2-1")] == ["Open", "Closed"]


def test_one_key_many_times_in_a_file_is_taken_in_order(platform: Platform) -> None:
    states = ["Open", "Open", "Pending", "Open", "Closed"]
    summary, _ = run(platform, of(request("3-0"), *(request("3-1", Status=state) for state in states)))
    assert summary == ImportSummary(read=6, recorded=2, unchanged=1, changed=3)
    assert [fields["status"] for fields in statements(platform, "3-1")] == [
        "Open",
        "Pending",
        "Open",
        "Closed",
    ]


def test_bad_rows_are_named_and_harm_no_other(platform: Platform) -> None:
    summary, bad = run(
        platform,
        [
            *of(
                request("4-1"),
                request(" "),
                request("4-2", CreatedDate="soon"),
                request("4-3", Latitude="north"),
                request("4-4", Address="渣" * 40_000),
                request("k" * 600),
                request("4-5", _sd="x"),
                {"other": "columns"},
            ),
            BadRow(99, "raw", "unreadable"),
            Row(100, request("4-6")),
        ],
    )
    assert (summary.recorded, summary.bad) == (2, 8)
    assert [row.line for row in sorted(bad, key=lambda row: row.line)] == [3, 4, 5, 6, 7, 8, 9, 99]
    reasons = " | ".join(row.reason for row in bad)
    for part in (
        "no SRNumber",
        "CreatedDate: 'soon'",
        "Latitude: 'north'",
        "too-large",
        "600 characters",
        "_sd",
    ):
        assert part in reasons


def test_a_crash_between_chunks_is_continued(platform: Platform) -> None:
    rows = of(*(request(f"5-{number}") for number in range(50)))

    def breaking() -> Iterable[Row | BadRow]:
        yield from rows[:35]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        run(platform, breaking(), chunk_rows=10)
    summary, _ = run(platform, rows, chunk_rows=10)
    assert summary == ImportSummary(read=50, recorded=20, unchanged=30)


def test_what_refuses_every_row_is_raised(platform: Platform) -> None:
    with pytest.raises(Misconfigured) as missing:
        import_rows(
            platform, "NOSUCH", KIND, "SRNumber", "x", of(request("6-1")),
            mapping=ColumnMapping(KIND, ZoneInfo("UTC")),
        )  # fmt: skip
    assert missing.value.code == "key-missing"
    platform.keystore.make_service_key("STRANGER")
    with pytest.raises(NotFound) as refused:
        import_rows(
            platform, "STRANGER", KIND, "SRNumber", "x", of(request("6-1")),
            mapping=ColumnMapping(KIND, ZoneInfo("UTC")),
        )  # fmt: skip
    assert refused.value.code == "log-unknown"


@pytest.mark.thorough
@pytest.mark.skipif(REFERENCE is None, reason="GRIDWITNESS_REFERENCE_DATA is not set")
@pytest.mark.timeout(240)
def test_the_requests_of_los_angeles_once_and_again(platform: Platform) -> None:
    path = Path(REFERENCE or "") / "service_requests" / "la_2017-12-27_31.csv.gz"
    before, began = count_sources(platform), time.process_time()
    first, bad = run(platform, open_rows(path).rows)
    assert (first, bad) == (ImportSummary(read=9_999, recorded=9_999), [])
    again, _ = run(platform, open_rows(path).rows)
    assert again == ImportSummary(read=9_999, unchanged=9_999)
    # Seconds of this process's own work: a busy machine says nothing about the import.
    assert time.process_time() - began < 60
    assert count_sources(platform) == before + 9_999
