"""Reading a city's file, plain or gzipped."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

from gridwitness.errors import InvalidInput

from gridwitness_cli.replay.layouts import Layout, layout_of
from gridwitness_cli.replay.service_request import ServiceRequest


@dataclass(frozen=True, slots=True)
class CityFile:
    """Its rows, in the file's order."""

    path: Path
    layout: Layout
    requests: list[ServiceRequest]


def read_city_file(path: Path, rows: int | None = None) -> CityFile:
    """Read a whole file, or its first `rows`. Raises InvalidInput where it can't be read."""
    try:
        packed = path.read_bytes()
        text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidInput(
            "replay-file", f"{path} cannot be read: {error}", "give a CSV, or .csv.gz"
        ) from error
    reader = csv.DictReader(text.splitlines(keepends=True))
    layout = layout_of(list(reader.fieldnames or ()))
    requests = []
    for number, cells in enumerate(reader, 1):
        if rows is not None and number > rows:
            break
        try:
            requests.append(layout.request(number, cells))
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput("replay-row", f"{path.name}, row {number}: {error!r}", None) from error
    return CityFile(path, layout, requests)
