"""Import of rows of 33 columns, beside COPY of the same file into a plain table."""

from __future__ import annotations

import csv
import random
import time
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import psycopg
from gridwitness.errors import Unavailable
from gridwitness_ingest.importing import import_rows
from gridwitness_ingest.mapping import ColumnMapping, importable_kind
from gridwitness_ingest.rows import open_rows
from psycopg import sql

from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.scratch_database import scratch_database
from gridwitness_cli.bench.stage import AGENCY, Stage

KEY = "SRNumber"
COLUMNS = (
    f"{KEY} CreatedDate UpdatedDate ActionTaken Owner RequestType Status RequestSource MobileOS "
    "Anonymous AssignTo ServiceDate ClosedDate AddressVerified ApproximateAddress Address HouseNumber "
    "Direction StreetName Suffix ZipCode Latitude Longitude Location TBMPage TBMColumn TBMRow APC CD "
    "CDMember NC NCName PolicePrecinct"
).split()
"""Those of the service requests that Los Angeles publishes (MyLA311)."""
_TYPES = ("Bulky Items", "Graffiti Removal", "Illegal Dumping Pickup", "Metal/Household Appliances")


def import_row(stage: Stage, count: int, repeats: int) -> Measurement:
    """`count` fresh rows a turn, from the file to durable signed records (anchored afterwards, untimed)."""
    ours, beside = [], []
    with scratch_database(stage) as url, psycopg.connect(url, autocommit=True) as plain:
        plain.execute(
            sql.SQL("CREATE TABLE request ({})").format(
                sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in COLUMNS)
            )
        )
        for turn in range(repeats):
            file = stage.home / f"requests-{turn}.csv"
            _write_rows(file, first=turn * count, count=count)
            ours.append(count / _import(stage, file, count))
            beside.append(count / _copy(plain, file))
    stage.anchor_all()
    return Measurement(
        f"import: rows of {len(COLUMNS)} columns, signed and accepted / 导入",
        median(ours),
        "rows/s",
        "COPY of the same file into a plain table",
        median(beside),
    )


def _import(stage: Stage, file: Path, count: int) -> float:
    kind = importable_kind("event.reported")
    mapping = ColumnMapping(kind, ZoneInfo("America/Los_Angeles"))
    began = time.perf_counter()
    summary = import_rows(stage.platform, AGENCY, kind, KEY, "bench", open_rows(file).rows, mapping=mapping)
    seconds = time.perf_counter() - began
    if summary.recorded != count:
        raise Unavailable(
            "bench-refused", f"{summary.recorded} of {count} rows were imported: {summary}.", None
        )
    return seconds


def _copy(plain: psycopg.Connection, file: Path) -> float:
    began = time.perf_counter()
    copying = "COPY request FROM STDIN (FORMAT csv, HEADER)"
    with file.open("rb") as content, plain.cursor() as cursor, cursor.copy(copying) as copy:
        while part := content.read(1 << 16):
            copy.write(part)
    return time.perf_counter() - began


def _write_rows(file: Path, first: int, count: int) -> None:
    """Invented rows of the published shape and length; the same at every run."""
    drawn = random.Random(first)  # noqa: S311 - sample data, no secret
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for number in range(first, first + count):
            writer.writerow(_cells(number, drawn))


def _cells(number: int, drawn: random.Random) -> list[str]:
    house, day = drawn.randrange(100, 12_000), 1 + number % 28
    created, closed = f"01/{day:02}/2018 09:15:00 AM", f"02/{day:02}/2018 04:45:10 PM"
    latitude, longitude = f"34.{drawn.randrange(10**10):010}", f"-118.{drawn.randrange(10**9):09}"
    return [
        f"1-{870_000_000 + number}",
        created,
        closed,
        "SR Created",
        "BOS",
        drawn.choice(_TYPES),
        "Closed",
        "Mobile App",
        "Android",
        "Y",
        "NC",
        closed,
        closed,
        "Y",
        "N",
        f"{house} S BERENDO ST, 90020",
        str(house),
        "S",
        "BERENDO",
        "ST",
        "90020",
        latitude,
        longitude,
        f"POINT ({longitude} {latitude})",
        "634",
        "A",
        "2",
        "Central APC",
        "10",
        "Herb J. Wesson Jr.",
        "55",
        "WILSHIRE CENTER - KOREATOWN NC",
        "OLYMPIC",
    ]
