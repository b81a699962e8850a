"""Bodies of `POST /records`: what is read, what is refused, and that nothing but refusals comes out."""

from __future__ import annotations

import json

import pytest
from gridwitness.errors import GridWitnessError
from gridwitness_api.presented_records import (
    LONGEST_PRESENTATION,
    MOST_LINES,
    read_lines,
    read_one,
)
from hypothesis import given
from hypothesis import strategies as st

JSON, SD_JWT = "application/json", "application/sd-jwt"


def _refusal(body: bytes, content_type: str) -> str:
    with pytest.raises(GridWitnessError) as caught:
        read_one(body, content_type)
    return caught.value.code


def test_a_presentation_is_taken_byte_for_byte() -> None:
    assert read_one(b"a.b.c~d~", SD_JWT).presentation == "a.b.c~d~"


def test_an_envelope_leaves_out_what_the_device_does_not_say() -> None:
    body = {"record": "a.b.c~", "provenance": {"device": "d", "captured": None}}
    found = read_one(json.dumps(body).encode(), JSON)
    assert (found.presentation, dict(found.provenance)) == ("a.b.c~", {"device": "d"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json-malformed"),
        (b"\xff", "json-malformed"),
        (b'{"a":1,"a":1}', "json-duplicate"),
        (b"1.0", "json-number"),
        (b'"\\ud800"', "json-surrogate"),
        (b"[" * 17 + b"]" * 17, "json-depth"),
        (b"[]", "envelope"),
        (b'"a.b.c~"', "envelope"),
        (b"{}", "envelope"),
        (b'{"record":null}', "envelope"),
        (b'{"record":"a","provenance":{"captured":"2026-13-01T00:00:00Z"}}', "envelope"),
        (b'{"record":"a","provenance":{"device":""}}', "envelope"),
        (b'{"record":"a","extra":1}', "envelope"),
    ],
)
def test_envelopes_that_are_none(body: bytes, code: str) -> None:
    assert _refusal(body, JSON) == code


def test_length_is_looked_at_first() -> None:
    assert _refusal(b"a" * (LONGEST_PRESENTATION + 1), SD_JWT) == "too-large"


def test_lines_keep_their_numbers_over_empty_ones_and_carriage_returns() -> None:
    found = list(read_lines(b'"a~"\r\n\n  \n{\n"b~"'))
    assert [number for number, _ in found] == [1, 4, 5]
    assert isinstance(found[1][1], GridWitnessError)
    assert [read.presentation for _, read in found if not isinstance(read, GridWitnessError)] == ["a~", "b~"]


def test_the_bounds_of_a_batch() -> None:
    assert len(list(read_lines(b"1\n" * MOST_LINES))) == MOST_LINES
    for body, code in ((b"1\n" * (MOST_LINES + 1), "too-many-lines"), (b"\n\n", "batch-empty")):
        with pytest.raises(GridWitnessError) as caught:
            read_lines(body)
        assert caught.value.code == code


@given(st.binary(max_size=200), st.sampled_from([JSON, SD_JWT]))
def test_any_bytes_are_read_or_refused(body: bytes, content_type: str) -> None:
    try:
        assert isinstance(read_one(body, content_type).presentation, str)
    except GridWitnessError as error:
        assert error.code


@given(st.binary(max_size=200))
def test_any_lines_are_read_or_refused(body: bytes) -> None:
    try:
        assert all(number >= 1 for number, _ in read_lines(body))
    except GridWitnessError as error:
        assert error.code == "batch-empty"
