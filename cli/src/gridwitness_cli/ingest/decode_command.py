"""`gridwitness ingest decode`: what a frame or body says, without a running platform."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

import typer
from gridwitness.coordinates import DATUMS
from gridwitness.errors import InvalidInput

DECODERS = {
    "jt808": "gridwitness_cli.ingest.jt808_decoding",
    "gat1400": "gridwitness_cli.ingest.gat1400_decoding",
}
"""Form → module with `decoded(streams)`, which gives one object an input, in order."""


def decode(form: str, files: Sequence[Path], datum: str = "WGS84") -> None:
    """One object a line for each input; exit 1 when one of them has an error, 2 for bad arguments.

    `datum`: of places in GA/T 1400 bodies; terminals are WGS 84 by their standard.
    """
    if form not in DECODERS:
        raise InvalidInput("form-unknown", f"No form of input is named {form!r}.", f"one of {[*DECODERS]}")
    if datum not in (DATUMS if form == "gat1400" else DATUMS[:1]):
        raise InvalidInput(
            "datum-unknown", f"{datum!r} is no datum of {form}.", f"one of {', '.join(DATUMS)}"
        )
    decoded: Callable[..., Iterator[dict[str, Any]]] = import_module(DECODERS[form]).decoded
    streams = _streams(files)
    failed = False
    try:
        for found in decoded(streams, datum) if form == "gat1400" else decoded(streams):
            failed = failed or found["error"] is not None
            sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if failed:
        raise typer.Exit(1)


def _streams(files: Sequence[Path]) -> Iterator[BinaryIO]:
    for file in files:
        if str(file) == "-":
            yield sys.stdin.buffer
            continue
        try:
            stream = file.open("rb")
        except OSError as error:
            raise InvalidInput(
                "file-unreadable", f"{file} cannot be opened: {error.strerror}.", "give a readable file"
            ) from None
        with stream:
            yield stream
