"""Papers of hostile content: they are made, and nothing of it is dropped in silence."""

from __future__ import annotations

import pytest
from gridwitness.cases.documents import Officer, Party
from gridwitness.cases.documents.rendering import DOCUMENTS, render
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.case_papers import ORIGIN, codes_by_page, rich, words, words_by_page

HOSTILE = {
    "control": "甲\x00乙\x07丙\x1b[31m丁\x7f戊",
    "direction": "合\u202e法\u200b",
    "surrogate": "孤\ud800立",
    "emoji": "笑\U0001f600脸",
    "rare": "𠮷野",
    "page-count": "{nb} {nb:}",
    "pdf": ") Tj ET Q (\\( \\) \\",
    "markup": "<b>粗</b> **粗** __线__",
    "break": "\n\n\r\n\r\v\f\u2028\u2029",
    "spaces": " \t\u3000\u00a0  ",
}

SEEN = {
    "control": "甲〓(U+0000)乙〓(U+0007)丙〓(U+001B)[31m丁〓(U+007F)戊",
    "direction": "合〓(U+202E)法〓(U+200B)",
    "emoji": "笑〓(U+1F600)脸",
    "page-count": "{nb}{nb:}",
}


def _hostile(text: str) -> dict[str, object]:
    return {
        "agency": text or "甲",
        "matter": text,
        "source": text,
        "party": Party(text, text, text, text, text, text),
        "officers": (Officer(text, text), Officer(text, None)),
        "signer": Officer(text, text),
        "place": text,
        "facts": text,
        "basis": (text, text),
        "outcome": text,
        "details": {"fine": text, "penalty_kinds": [text], "method": text, "hearing_at": text, "title": text},
        "step": text,
    }


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_paper_bears_it(document: str) -> None:
    pages = words_by_page(render(document, rich(**_hostile("".join(HOSTILE.values())))))
    assert all(ORIGIN.jti in page for page in pages)
    printed = "".join(pages)
    for name, seen in SEEN.items():
        assert seen in printed, name


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_form_and_a_letter_bear_each_alone(text: str) -> None:
    for document in ("closing-report", "dunning"):
        assert ORIGIN.jti in words(render(document, rich(**_hostile(text))))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("甲\x00乙\x1b丙", "甲〓(U+0000)乙〓(U+001B)丙"),
        ("合\u202e法", "合〓(U+202E)法"),
        ("笑\U0001f600脸", "笑〓(U+1F600)脸"),
        ("孤\ud800立", "孤〓(U+D800)立"),
        ("{nb}页", "{nb}页"),
        ("(甲)\\)乙(", "(甲)\\)乙("),
        ("<b>粗</b>**粗**", "<b>粗</b>**粗**"),
    ],
)
def test_what_cannot_be_printed_is_named(text: str, printed: str) -> None:
    assert printed in words(render("notice", rich(facts=text)))


@pytest.mark.parametrize("document", ["decision", "closing-report"])
@pytest.mark.parametrize("character", ["x", "字"])
def test_a_very_long_word_fills_pages_and_none_of_it_is_lost(document: str, character: str) -> None:
    pdf = render(document, rich(facts=character * 9000))
    pages = words_by_page(pdf)
    assert len(pages) > 3
    assert codes_by_page(pdf) == [[ORIGIN.url]] * len(pages)
    assert _printed(pdf).count(character) == 9000 + _printed(render(document, rich(facts=""))).count(
        character
    )


def _printed(pdf: bytes) -> str:
    """What stands above the foot of the pages."""
    return "".join(page.split("本文书依据")[0] for page in words_by_page(pdf))


def test_amounts_that_are_none_are_printed_as_they_are() -> None:
    for value in ("-1", "1e400", "NaN", "999999999999999999999999", "0.123", "abc"):
        text = words(render("decision", rich(details={"fine": value, "penalty_kinds": ["fine"]})))
        assert f"罚款{value}" in text


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300), st.sampled_from(sorted(DOCUMENTS)))
def test_any_text_at_all(text: str, document: str) -> None:
    pages = words_by_page(render(document, rich(**_hostile(text))))
    assert all(ORIGIN.entry in page for page in pages)
