"""GeoReport answers: XML that any parser reads back, whatever people wrote."""

from __future__ import annotations

import json
from typing import Any

from defusedxml import ElementTree
from gridwitness_api.open311_answers import answer
from hypothesis import given
from hypothesis import strategies as st

REQUEST: dict[str, Any] = {"service_request_id": "1", "lat": 30.277, "metadata": False, "notes": None}


@given(st.text(max_size=60))
def test_xml_says_what_json_says(text: str) -> None:
    body = answer("xml", "service_requests", [{**REQUEST, "status_notes": text}]).body
    root = ElementTree.fromstring(bytes(body))
    assert root.tag == "service_requests"
    [request] = root
    assert request.tag == "request"
    said = {child.tag: child.text for child in request}
    unsayable = any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 or ord(c) in (0xFFFE, 0xFFFF) for c in text)
    if not unsayable:
        assert (said["status_notes"] or "") == text
    assert (said["lat"], said["metadata"], said["notes"]) == ("30.277", "false", None)


def test_an_empty_list_is_an_empty_element() -> None:
    assert ElementTree.fromstring(bytes(answer("xml", "services", []).body)).tag == "services"
    assert json.loads(bytes(answer("json", "services", []).body)) == []


def test_a_definition_holds_its_list() -> None:
    body = answer("xml", "service_definition", {"service_code": "01", "attributes": []}).body
    assert [child.tag for child in ElementTree.fromstring(bytes(body))] == ["service_code", "attributes"]
