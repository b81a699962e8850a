"""Which error a refusal becomes, and which of them are recorded."""

from __future__ import annotations

import pytest
from gridwitness.cases.refused import ProcedureRefused, is_procedural, own_refusal, refuse
from gridwitness.errors import Forbidden, GridWitnessError, InvalidInput
from gridwitness.paging import check_limit, make_cursor, read_cursor
from gridwitness.rules import Procedure, Refusal, bundled
from hypothesis import given
from hypothesis import strategies as st

PROCEDURE = Procedure.parse(bundled()[0])
KINDS = ("state", "role", "fields", "requirement", "unknown")


def refused(*kinds: str) -> GridWitnessError:
    return refuse(
        "decision", "inquiry", [Refusal(kind, "APL-57", "第五十七条", kind, kind) for kind in kinds]
    )  # type: ignore[arg-type]


@given(st.lists(st.sampled_from(KINDS), min_size=1))
def test_a_role_comes_first_and_malformed_input_is_not_recorded(kinds: list[str]) -> None:
    error = refused(*kinds)
    if "role" in kinds:
        assert type(error) is Forbidden and error.code == "procedure-role"
    elif "fields" in kinds and "state" not in kinds:
        assert type(error) is InvalidInput and error.code == "step-fields"
    else:
        assert type(error) is ProcedureRefused and error.code == "procedure-refused"
    assert is_procedural(error) == (error.code != "step-fields")
    reasons = error.context["reasons"]
    assert isinstance(reasons, list) and [reason["kind"] for reason in reasons] == kinds
    assert (error.context["step"], error.context["state"]) == ("decision", "inquiry")
    assert error.context["article"] in error.message


def test_our_own_reasons_name_the_procedures_article() -> None:
    assert own_refusal(PROCEDURE, "APL-43", "回避", "recusal").article == PROCEDURE.law("APL-43").article
    assert own_refusal(PROCEDURE, "XYZ-1", "无", "none").article == "XYZ-1"


@given(
    st.lists(
        st.none() | st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=2, max_size=2
    )
)
def test_a_cursor_comes_back_as_it_was(place: list[str | None]) -> None:
    assert read_cursor(make_cursor(*place), 2) == place


@given(st.text())
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        assert len(read_cursor(text, 2)) == 2
    except InvalidInput as refusal:
        assert refusal.code == "cursor-invalid"


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_page_has_a_size(limit: int) -> None:
    with pytest.raises(InvalidInput):
        check_limit(limit)
