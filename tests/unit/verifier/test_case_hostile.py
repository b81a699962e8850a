"""Case files and rule documents that are anything: a code, never a traceback, and never a wrong success."""

import json
from functools import cache

import pytest
from gridwitness_verifier.case import parse_case
from gridwitness_verifier.errors import Unusable, VerificationError
from gridwitness_verifier.procedure import parse_calendar, parse_procedure
from gridwitness_verifier.report.json_text import render_json
from gridwitness_verifier.report.page import render_page
from gridwitness_verifier.report.text import render_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.case_check import check_case
from support.verifier_case import CaseScenario, disclose
from support.verifier_procedure import calendar, procedure

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@cache
def short_case():
    case = CaseScenario()
    case.step("clue", 0)
    filing = case.step("filing", 5, details={"party_kind": "citizen"}, party={"name": "张三"})
    case.issue(filing, "filing-form")
    case.step("inquiry-report", 20, details={"major": True})
    return json.dumps(case.file())


def paths(value, path=()):
    """Every place in a JSON value."""
    yield path
    if isinstance(value, dict):
        for name, item in value.items():
            yield from paths(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


def replaced(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@cache
def places():
    """Places of the short case, those below `anchors` and `signers` less often: they are many."""
    value = json.loads(short_case())
    found = list(paths(value))
    shared = [path for path in found if path[:1] in (("anchors",), ("signers",))]
    return [path for path in found if path not in set(shared)] + shared[::7]


def show(report):
    for text in (render_json(report), render_text(report, "both"), render_page(report, "zh")):
        assert all(character == "\n" or character.isprintable() for character in text)


def is_ignored(path):
    """What the verdict does not rest on: the format of a bundle, who a signer says to be."""
    return path[-1:] == ("format",) or path[-1:] in (("agency",), ("purpose",))


@given(data=st.data(), new=JSON)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_case_file_with_one_place_replaced(data, new):
    value = json.loads(short_case())
    path = data.draw(st.sampled_from(places()))
    changed = replaced(value, path, new)
    if not isinstance(changed, dict):
        return
    try:
        _, report = check_case(changed)
    except Unusable as error:
        assert error.code == "case-form"
        return
    show(report)
    touched = path[:1] in (("records",), ("milestones",)) and not is_ignored(path) and changed != value
    optional = "provenance" in path or path[-1:] in (("seen",), ("signer",), ("anchor",))
    assert report.exit_code != 0 or not touched or optional


@given(
    data=st.data(),
    name=st.sampled_from(["details", "party", "files", "officers", "step", "rules", "outcome"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_signed_fields_that_are_anything(data, name):
    """The signer of a record is hostile too."""
    case = CaseScenario()
    case.step("clue", 0)
    fields = {"details": {"party_kind": "citizen"}, "party": {}} | {name: data.draw(JSON)}
    step = fields.pop("step", "filing")
    case.step(step if isinstance(step, str) else "filing", 5, **fields)
    _, report = check_case(case.file())
    show(report)


@given(data=st.data(), new=JSON)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_procedure_with_one_place_replaced(data, new):
    value = procedure()
    path = data.draw(st.sampled_from(list(paths(value))))
    changed = replaced(value, path, new)
    try:
        parse_procedure(changed)
    except VerificationError as error:
        assert error.code == "procedure-form"
        return
    case = CaseScenario(document=changed)
    case.step("clue", 0)
    case.step("filing", 5, details={"party_kind": "citizen"}, party={})
    case.step("inquiry-report", 20, details={"major": True})
    case.step("decision", 40, details={"fine": "5"})
    show(check_case(case.file())[1])


@given(data=st.data(), new=JSON)
@settings(max_examples=100, deadline=None)
def test_a_calendar_with_one_place_replaced(data, new):
    value = calendar()
    path = data.draw(st.sampled_from(list(paths(value))))
    try:
        parse_calendar(replaced(value, path, new))
    except VerificationError as error:
        assert error.code == "calendar-form"


@given(value=JSON)
def test_rules_that_are_anything(value):
    for parse in (parse_procedure, parse_calendar):
        try:
            parse(value)
        except VerificationError as error:
            assert error.code in ("procedure-form", "calendar-form")


@given(value=st.dictionaries(st.sampled_from(["sub", "origin", "records", "anchors", "milestones"]), JSON))
def test_case_files_that_are_anything(value):
    try:
        parse_case(value, "case.json")
    except Unusable as error:
        assert error.code == "case-form"


def test_conditions_that_hold_one_another_twice_cost_no_more():
    document = procedure()
    chain = {f"c{at}": {"all": [{"holds": f"c{at + 1}"}] * 2} for at in range(90)}
    document["conditions"] |= {**chain, "c90": {"officers": 1}}
    requirement = {"rule": "APL-42", "that": {"holds": "c0"}, "zh": "甲", "en": "a"}
    document["steps"][0]["requires"] = [requirement]
    case = CaseScenario(document=document)
    case.step("clue", 0)
    _, report = check_case(case.file())
    assert "APL-42" in report.subject["rules_held"]
    document["conditions"]["c90"] = {"holds": "c0"}
    with pytest.raises(VerificationError):
        parse_procedure(document)


def test_a_disclosure_forged_into_a_record_is_refused():
    value = json.loads(short_case())
    value["records"][1]["record"] += disclose("outcome", "passed") + "~"
    assert check_case(value)[1].exit_code == 1
