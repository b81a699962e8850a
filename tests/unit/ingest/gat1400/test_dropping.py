"""What is dropped at the door is in nothing that is kept, whatever it is called and wherever it lies."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from gridwitness_ingest.gat1400.body import read_body, text_of
from gridwitness_ingest.gat1400.dropping import DROPPED_NAMES, is_dropped, plain_name
from gridwitness_ingest.gat1400.envelopes import vehicles
from gridwitness_ingest.gat1400.vehicle import Vehicle, read_vehicle
from hypothesis import given
from hypothesis import strategies as st
from support.gat1400 import FACE, JPEG, motor_vehicle, picture, text, upload, with_driver

SHA256 = hashlib.sha256(JPEG).hexdigest()


def test_faces_drivers_and_cabs_are_kept_nowhere() -> None:
    raw = upload(with_driver(), motor_vehicle(2))
    body = read_body(raw)
    assert b"SECRET" not in body.kept
    assert "face" not in body.kept.decode().lower()
    assert body.received == hashlib.sha256(raw).digest()
    assert body.pictures == {SHA256: JPEG}, "the picture of the vehicle stays, and no other"
    assert body.dropped >= 16
    first, second = (read_vehicle(value, "WGS84") for value in vehicles(body.tree))
    assert isinstance(first, Vehicle) and isinstance(second, Vehicle)
    assert json.loads(first.images or "") == [{"sha256": SHA256, "kind": "vehicle"}]
    assert second.images is None


def test_what_has_nothing_to_drop_is_kept_byte_for_byte() -> None:
    raw = json.dumps(json.loads(upload(motor_vehicle())), indent=3).encode()
    body = read_body(raw)
    assert (body.kept, body.received, body.dropped) == (raw, None, 0)


def test_what_is_kept_reads_as_itself_again() -> None:
    once = read_body(upload(with_driver()))
    again = read_body(once.kept, data="kept")
    assert (again.kept, again.received, again.tree) == (once.kept, None, once.tree)


def test_a_sender_can_not_name_a_picture_by_its_digest() -> None:
    claimed = picture("01") | {"Data": f"sha256:{SHA256}"}
    body = read_body(upload(motor_vehicle(SubImageList={"SubImageInfoObject": [claimed]})))
    assert SHA256.encode() not in body.kept
    assert body.pictures == {}


def test_the_first_of_two_members_of_one_name_is_not_kept() -> None:
    raw = upload(motor_vehicle()).replace(
        b'"LaneNo": 2', b'"LaneNo": {"DriverFaceID": "SECRET"}, "LaneNo": 2'
    )
    body = read_body(raw)
    assert b"SECRET" not in body.kept
    raw = upload(motor_vehicle()).replace(b'"LaneNo": 2', b'"LaneNo": "SECRET", "LaneNo": 2')
    assert b"SECRET" not in read_body(raw).kept


@pytest.mark.parametrize(
    "name",
    ["DriverFaceID", "driverfaceid", "DRIVER_FACE_ID", "driver-name", "Ｄriver", "D\u200briver",
     "CopilotFaceID",
     "NumOfPassenger", "Calling", "IsCalling", "SafetyBelt", "safety_belt", "SunVisor", "FaceListObject",
     "FaceObjectList",
     "PersonList", "PersonObjectList", "人脸图", "驾驶员", "OwnerIDNumber", "FeatureList", "x" * 200],
)  # fmt: skip
def test_names_that_go(name: str) -> None:
    assert is_dropped(name)
    body = read_body(text({"a": [{name: {"b": "SECRET"}}]}))
    assert b"SECRET" not in body.kept


@pytest.mark.parametrize(
    "name", [*motor_vehicle(), "Longitude", "SubImageList", "PlateNoAttach", "DrivingStatusCode"]
)
def test_names_that_stay(name: str) -> None:
    assert not is_dropped(name)


@pytest.mark.parametrize(
    "data",
    [b"GIF89a" + bytes(50), b"<svg/>" + bytes(50), b"", b"MZ" + bytes(90), JPEG + bytes(5 * 1024 * 1024)],
)
def test_only_pictures_of_bounded_size_stay(data: bytes) -> None:
    body = read_body(upload(motor_vehicle(SubImageList={"SubImageInfoObject": [picture("01", data)]})))
    assert body.pictures == {}
    assert len(body.kept) < 2_000


@pytest.mark.parametrize(
    "kind", ["04", "05", 4, 5, "10", "11", "12", "13", "14", "100", None, "", "x", True, 1.5]
)
def test_sub_images_of_anything_but_vehicles_go(kind: Any) -> None:
    image = picture("01", FACE) | {"Type": kind}
    body = read_body(upload(motor_vehicle(SubImageList={"SubImageInfoObject": [image]})))
    assert body.pictures == {}


names, words = st.text(max_size=4), st.sampled_from(DROPPED_NAMES)
hidden = st.recursive(
    st.builds(lambda before, word, after: {before + word + after: "SECRET"}, names, words, names)
    | st.builds(lambda word: {word.upper(): ["SECRET", {"x": "SECRET"}]}, words)
    | st.builds(lambda opening: {"y": opening + "SECRET"}, st.sampled_from(["{", " [", "\n<", "/9j/"]))
    | st.builds(lambda length: {"z": "SECRET" + "A" * length}, st.integers(1_024, 3_000)),
    lambda inner: st.lists(inner, min_size=1, max_size=3)
    | st.dictionaries(names, inner, min_size=1, max_size=3),
    max_leaves=6,
)  # fmt: skip


def test_bytes_of_a_picture_stay_nowhere_under_another_spelling() -> None:
    face = base64.b64encode(FACE).decode()
    for image in (
        picture("01") | {"data": face},
        picture("11", FACE) | {"DATA": "x", "da_ta": face},
        {"Data": face},
    ):
        body = read_body(upload(motor_vehicle(SubImageList={"SubImageInfoObject": [image]})))
        assert face.encode() not in body.kept
    body = read_body(upload(motor_vehicle(Data=face)))
    assert face.encode() not in body.kept


@given(hidden, st.booleans())
def test_whatever_is_hidden_at_any_depth_goes(value: Any, escaped: bool) -> None:
    body = read_body(
        json.dumps(
            {"MotorVehicleListObject": [motor_vehicle(Extra=value), value]}, ensure_ascii=escaped
        ).encode()
    )
    assert b"SECRET" not in body.kept
    assert b"SECRET" not in text_of(body.tree)


@given(names)
def test_a_plain_name_is_plain(name: str) -> None:
    assert plain_name(plain_name(name)) == plain_name(name)
