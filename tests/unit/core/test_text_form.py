"""What has no text form is refused, and JSON is RFC 8785."""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal

import pytest
from gridwitness.errors import InvalidInput
from gridwitness.text_form import canonical_json, text_form


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1.5, "float8"),
        ("x", "varchar"),
        (1, "text"),
        ("a\0b", "text"),
        ("\ud800", "text"),
        ("0192AABB-CCDD-7EEF-8011-223344556677", "uuid"),
        (1, "boolean"),
        (True, "integer"),
        ("7", "bigint"),
        (1.5, "numeric"),
        (Decimal("NaN"), "numeric"),
        (Decimal("Infinity"), "numeric"),
        (datetime(2026, 1, 1), "timestamptz"),
        (datetime(2026, 1, 1), "date"),
        ("00", "bytea"),
        ({"a": 1.0}, "jsonb"),
        ({"a": math.nan}, "jsonb"),
        ({"a": 2**53}, "jsonb"),
        ({1: "a"}, "jsonb"),
        (["\udfff"], "jsonb"),
        ([None], "text[]"),
        ([["a"]], "text[]"),
        ("ab", "text[]"),
    ],
)
def test_refused(value: object, kind: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        text_form(value, kind)
    assert refusal.value.code == "no-text-form"


def test_null_is_null_in_every_type() -> None:
    assert text_form(None, "jsonb") is None
    assert text_form(None, "text") is None


def test_members_are_sorted_by_utf16_and_strings_escaped_as_rfc_8785_says() -> None:
    # RFC 8785 section 3.2.3, with its own example of names
    names = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    order = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    text = canonical_json(names)
    places = [text.index(f'"{names[name]}"') for name in order]
    assert places == sorted(places)
    assert canonical_json('\u0001\u001f"\\/\b\u007f') == '"\\u0001\\u001f\\"\\\\/\\b\u007f"'
    assert canonical_json({"b": [1, -2], "a": None}) == '{"a":null,"b":[1,-2]}'


def test_depth_is_bounded() -> None:
    value: object = 0
    for _ in range(16):
        value = [value]
    assert canonical_json(value) == "[" * 16 + "0" + "]" * 16
    with pytest.raises(InvalidInput):
        canonical_json([value])
