"""Bodies of `POST /records`, read into submissions: one presentation, one envelope, or a line each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gridwitness.errors import GridWitnessError, InvalidInput, TooLarge
from gridwitness.records import Submission
from gridwitness_evidence import EvidenceError, parse_presentation
from pydantic import ValidationError

from gridwitness_api.schemas.records import RecordEnvelope
from gridwitness_api.strict_body import JSON, strict_value

SD_JWT = "application/sd-jwt"
NDJSON = "application/x-ndjson"
MOST_LINES = 10_000
LONGEST_PRESENTATION = 16_384 + 128 * (65_536 + 1) + 1
"""The bounds of docs/format.md section 2, added up."""
LONGEST_LINE = 2 * LONGEST_PRESENTATION + 4096


def read_one(body: bytes, content_type: str, by: str | None = None) -> Submission:
    """The submission, handed in by the account `by`, in a body of `application/sd-jwt` or `application/json`.

    Raises InvalidInput with a grammar code, TooLarge.
    """
    if content_type == JSON:
        _check_length(len(body), LONGEST_LINE)
        return _envelope(strict_value(body), by)
    _check_length(len(body), LONGEST_PRESENTATION)
    return Submission(_ascii(body), by=by)


def read_lines(body: bytes, by: str | None = None) -> Iterator[tuple[int, Submission | GridWitnessError]]:
    """Line number (from 1) and submission, or why it is none. Empty lines are passed over.

    Raises TooLarge `too-many-lines` and InvalidInput `batch-empty` before anything is given.
    """
    lines = [(number, line) for number, line in enumerate(body.split(b"\n"), 1) if line.strip(b" \t\r")]
    if len(lines) > MOST_LINES:
        raise TooLarge(
            "too-many-lines",
            f"A batch has at most {MOST_LINES} lines, this one {len(lines)}.",
            "send several",
        )
    if not lines:
        raise InvalidInput("batch-empty", "The batch has no line.", "send one presentation a line, as JSON")
    return ((number, _line(line, by)) for number, line in lines)


def _line(line: bytes, by: str | None) -> Submission | GridWitnessError:
    try:
        _check_length(len(line), LONGEST_LINE)
        value = strict_value(line)
        return Submission(value, by=by) if isinstance(value, str) else _envelope(value, by)
    except GridWitnessError as error:
        return error


def _envelope(value: Any, by: str | None) -> Submission:
    try:
        envelope = RecordEnvelope.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(step)[:80] for step in found["loc"]) or "body"
        raise InvalidInput(
            "envelope", f"{place}: {found['msg']}", "send {record, provenance}; see /api/v1/openapi.json"
        ) from None
    provenance = {} if envelope.provenance is None else envelope.provenance.model_dump(exclude_none=True)
    if "capture" in provenance:
        _check_capture(provenance["capture"])
    return Submission(envelope.record, provenance, by)


def _check_capture(presentation: str) -> None:
    try:
        parse_presentation(presentation)
    except EvidenceError as error:
        raise InvalidInput(
            error.code, f"The capture statement: {error.message}", "attach the SD-JWT first signed"
        ) from error


def _check_length(length: int, most: int) -> None:
    if length > most:
        raise TooLarge("too-large", f"{length} bytes; at most {most} are taken.", "split or shorten it")


def _ascii(body: bytes) -> str:
    try:
        return body.decode("ascii")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "not-compact", f"Byte {error.start} is not ASCII.", "send the SD-JWT in compact form"
        ) from None
