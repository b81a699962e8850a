"""GeoReport v2 as its own schemas have it, in JSON and XML."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from defusedxml import ElementTree
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from support.channel_door import ChannelDoor
from support.event_desk import MATTER, SLOW, opening
from support.platform import POLICE
from support.reference_data import reference_data

FORM = {
    "service_code": MATTER,
    "lat": "30.295",
    "long": "120.155",
    "description": "门口堆垃圾",
    "first_name": "某某",
    "last_name": "王",
    "phone": "13900001111",
    "media_url": "https://example.org/photo.jpg",
}


@pytest.fixture(scope="module")
def key(door: ChannelDoor) -> str:
    door.channel("o311", "open311")
    return door.token("o311")


def submit(door: ChannelDoor, key: str, form: str = "json", **changed: str) -> Any:
    return door.post(f"/open311/v2/requests.{form}", data={"api_key": key, **FORM, **changed})


def validator(name: str) -> Draft202012Validator:
    folder = reference_data("open311") / "schema"
    files = {path.name: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
    draft = "https://json-schema.org/draft/2020-12/schema"
    resources = [
        (file, Resource.from_contents({"$schema": draft, **content})) for file, content in files.items()
    ]
    return Draft202012Validator(
        files[name], registry=Registry().with_resources(resources), format_checker=FormatChecker()
    )


def test_answers_fit_the_reference_schemas(door: ChannelDoor, key: str) -> None:
    submit(door, key)
    services = door.get("/open311/v2/services.json").json()
    assert {MATTER, SLOW} <= {service["service_code"] for service in services}
    validator("services.json").validate(services)
    definition = door.get(f"/open311/v2/services/{MATTER}.json").json()
    validator("service-definition.json").validate(definition)
    requests = door.get("/open311/v2/requests.json").json()
    assert requests
    validator("requests.json").validate(requests)
    for request in requests:
        validator("request.json").validate(request)


def test_a_request_is_submitted_and_told_in_both_forms(door: ChannelDoor, key: str) -> None:
    made = submit(door, key, "xml")
    assert (made.status_code, made.headers["content-type"]) == (200, "text/xml; charset=utf-8"), made.text
    root = ElementTree.fromstring(made.content)
    number = root.findtext("request/service_request_id")
    token = root.findtext("request/token")
    assert number and token and token.startswith(number)
    asked = door.get(f"/open311/v2/tokens/{token}.json").json()
    assert asked == [{"service_request_id": number, "token": token}]
    one = door.get(f"/open311/v2/requests/{number}.json").json()[0]
    assert (one["status"], one["service_code"]) == ("open", MATTER)
    assert (one["lat"], one["long"]) == (30.295, 120.155)
    told = ElementTree.fromstring(door.get(f"/open311/v2/requests/{number}.xml").content)
    said = {child.tag: child.text for child in told[0]}
    assert said == {name: None if value is None else str(value) for name, value in one.items()}


def test_nobody_is_told_who_said_what(door: ChannelDoor, key: str) -> None:
    submit(door, key, lat="30.2951234", long="120.1557777", address_string="三单元七〇二室")
    for form in ("json", "xml"):
        text = door.get(f"/open311/v2/requests.{form}").text
        for secret in ("王", "某某", "13900001111", "堆垃圾", "photo.jpg", "七〇二", "1234", "7777"):
            assert secret not in text.replace("12345", "")


def test_requests_are_chosen_by_status_code_and_time(door: ChannelDoor, key: str) -> None:
    number = submit(door, key, service_code=SLOW).json()[0]["service_request_id"]
    with door.desk.running.platform.transaction() as session:
        sub = door.desk.running.platform.events.find(session, number).sub
    door.desk.go(
        sub,
        *opening(),
        ("sign", "handler"),
        ("answer", "handler", {"note": "已修", "details": {"result": "done"}}),
        ("check", "checker", {"details": {"result": "passed"}}),
        ("close", "acceptor", {"details": {"outcome": "solved"}}),
    )

    def numbers(**asked: str) -> set[str]:
        answer = door.get("/open311/v2/requests.json", params=asked)
        assert answer.status_code == 200, answer.text
        return {request["service_request_id"] for request in answer.json()}

    assert number in numbers(status="closed") and number not in numbers(status="open")
    assert numbers(status="open,closed") == numbers() == numbers(status="open") | numbers(status="closed")
    assert numbers(service_request_id=f"{number},none") == {number}
    assert numbers(end_date="2026-01-01T00:00:00Z") == set()
    assert number in numbers(start_date="2026-05-01T00:00:00+08:00", end_date="2026-06-01T00:00:00Z")
    assert numbers(jurisdiction_id=POLICE) == set()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"api_key": "gwc_" + "x" * 43}, 403),
        ({"api_key": ""}, 403),
        ({"service_code": ""}, 400),
        ({"service_code": "0999"}, 400),
        ({"lat": "north"}, 400),
        ({"lat": "", "long": ""}, 400),
        ({"address_id": "7"}, 400),
        ({"media_url": "javascript:alert(1)"}, 400),
        ({"description": "x" * 4001}, 400),
        ({"jurisdiction_id": "310000XX"}, 404),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_refusals_are_arrays_of_errors(
    door: ChannelDoor, key: str, changed: dict[str, str], status: int, form: str
) -> None:
    answer = submit(door, key, form, **changed)
    assert answer.status_code == status, answer.text
    if form == "json":
        [error] = answer.json()
        assert error["code"] == status and error["description"]
    else:
        root = ElementTree.fromstring(answer.content)
        assert root.tag == "errors" and root.findtext("error/code") == str(status)
        assert root.findtext("error/description")


def test_other_mistakes_are_refused_alike(door: ChannelDoor, key: str) -> None:
    places = {
        "/open311/v2/services.json?jurisdiction_id=none": 404,
        "/open311/v2/services/0999.json": 404,
        "/open311/v2/requests/none.json": 404,
        "/open311/v2/tokens/none.json": 404,
        "/open311/v2/requests.json?status=lost": 400,
        "/open311/v2/requests.json?start_date=yesterday": 400,
        f"/open311/v2/requests.json?service_code={quote(chr(0))}": 400,
        "/open311/v2/services.yaml": 400,
    }
    for path, status in places.items():
        answer = door.get(path)
        assert answer.status_code == status, (path, answer.text)
    typed = door.post("/open311/v2/requests.json", json={"api_key": key})
    assert typed.status_code == 400
    files = {"media": ("a.jpg", b"x")}
    assert door.post("/open311/v2/requests.json", data={"api_key": key}, files=files).status_code == 400
