"""Shapes of bodies as vendors send them: read tolerantly, one bad object never harms another."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gridwitness_ingest.gat1400.decoding import decode_body
from gridwitness_ingest.gat1400.told_time import compact, rfc3339, told_time
from gridwitness_ingest.gat1400.vehicle import Refused, Vehicle, read_vehicle
from hypothesis import given
from hypothesis import strategies as st
from support.gat1400 import DEVICE, TOLLGATE, motor_vehicle, notification, picture, text, upload

ONE = motor_vehicle()
ITEM = {"time": "2026-11-27T04:00:00Z", "lat": None, "lon": None, "plate": "浙A00001",
        "plate_color": "yellow",
        "checkpoint": TOLLGATE, "device": DEVICE, "lane": 2}  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        upload(ONE),
        notification("n1", "s1", ONE),
        notification("n1", "s1", ONE, name="MotorVehicleListObject"),
        text({"MotorVehicleObjectList": {"MotorVehicleObject": [ONE]}}),
        text({"MotorVehicleListObjcet": {"MotorVehicleObjcet": [ONE]}}),
        text({"MotorVehicleListObject": {"MotorVehicleObject": ONE}}),
        text({"MotorVehicleListObject": [ONE]}),
        text({"motorVehicleListObject": {"motorVehicleObject": [ONE]}}),
        text({"MotorVehicles": [ONE]}),
        text({"VehicleList": {"Vehicle": [ONE]}}),
        text({"Data": {"Anything": [ONE]}}),
        text([ONE]),
        text(ONE),
        text({"SubscribeNotificationListObject": {"SubscribeNotificationObject": {"MotorVehicleList": ONE}}}),
        upload(ONE).decode().encode("gb18030"),
        b"\xef\xbb\xbf" + upload(ONE),
        b"\xff\xfe" + upload(ONE).decode().encode("utf-16-le"),
        b"\xfe\xff" + upload(ONE).decode().encode("utf-16-be"),
        text({"MotorVehicleListObject": {"MotorVehicleObject": [ONE]}, "PersonList": {"PersonObject": [{}]}}),
        upload({name[0].lower() + name[1:]: value for name, value in ONE.items()}),
        upload(motor_vehicle(LaneNo="2", PlateColor=6, PlateClass=1, HasPlate=True)),
        upload(motor_vehicle(LaneNo=2.0, PlateColor="黄色", HasPlate="true", PlateNo=" 浙a·0０001 ")),
        upload(motor_vehicle(PassTime="2026-11-27T12:00:00+08:00")),
        upload(motor_vehicle(PassTime="2026-11-27T04:00:00Z")),
        upload(motor_vehicle(PassTime="2026-11-27 12:00:00")),
        upload(motor_vehicle(PassTime=20261127120000)),
        upload(motor_vehicle(PassTime=1795752000)),
        upload(motor_vehicle(PassTime=None, AppearTime="20261127120000")),
        upload(motor_vehicle(Longitude=0, Latitude=0)),
        upload(motor_vehicle(Longitude="", Latitude=None)),
    ],
)  # fmt: skip
def test_every_shape_gives_the_same_passage(body: bytes) -> None:
    assert decode_body(body) == ([ITEM], None)


def test_places_are_turned_into_wgs84() -> None:
    body = upload(motor_vehicle(Longitude="121.531541859215", Latitude=31.17530398364597))
    item = decode_body(body, "GCJ02")[0][0]
    assert (item["lat"], item["lon"]) == pytest.approx((31.1774276, 121.5272106), abs=5e-6)
    item = decode_body(body)[0][0]
    assert (item["lat"], item["lon"]) == (31.175304, 121.5315419)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("word", "object-malformed"),
        ({}, "object-malformed"),
        ([], None),
        (motor_vehicle(PassTime=None), "time-invalid"),
        (motor_vehicle(PassTime="20261332120000"), "time-invalid"),
        (motor_vehicle(PassTime="00000000000000"), "time-invalid"),
        (motor_vehicle(PassTime="yesterday"), "time-invalid"),
        (motor_vehicle(PassTime="19990101000000"), "time-invalid"),
        (motor_vehicle(PassTime=True), "time-invalid"),
        (motor_vehicle(PlateNo="浙AO1234"), "plate-invalid"),
        (motor_vehicle(PlateNo="浙A1234"), "plate-invalid"),
        (motor_vehicle(DeviceID=None, TollgateID=None), "device-missing"),
        (motor_vehicle(DeviceID="", TollgateID={"a": 1}), "device-missing"),
        (motor_vehicle(Longitude=40.058359, Latitude=119.552894), "coordinate-range"),
        (motor_vehicle(Longitude="181", Latitude="30"), "coordinate-range"),
        (motor_vehicle(Longitude="nan", Latitude="30"), "coordinate-range"),
    ],
)
def test_a_bad_object_is_named_and_its_neighbours_are_read(value: Any, code: str | None) -> None:
    items, problem = decode_body(upload(motor_vehicle(1), value, motor_vehicle(2)))
    assert [item["plate"] for item in items] == ["浙A00001", "浙A00002"]
    assert (problem and problem["code"]) == code


def test_swapped_places_and_look_alikes_are_said_in_words() -> None:
    swapped = decode_body(upload(motor_vehicle(Longitude=30.1, Latitude=120.2)))[1]
    assert swapped is not None and "swapped" in swapped["detail"]
    misread = decode_body(upload(motor_vehicle(PlateNo="浙AO1234")))[1]
    assert misread is not None and "浙A01234" in misread["detail"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "body-json"),
        (b"{", "body-json"),
        (b"\xff\xff\xff", "body-charset"),
        (b'{"a": 1} {"b": 2}', "body-json"),
        (b"[" * 100_000, "body-depth"),
        (b"[" * 60 + b"]" * 60, "body-depth"),
        (b'{"a":' * 100_000, "body-depth"),
        (b'["' + b"[" * 60 + b'\\"' + b"[" * 60 + b'"]', "objects-missing"),
        (b"{}", "objects-missing"),
        (b"3", "objects-missing"),
        (text({"FaceListObject": {"FaceObject": [{"FaceID": "1"}]}}), "objects-missing"),
        (text({"NonMotorVehicleListObject": {"NonMotorVehicleObject": [ONE]}}), "objects-missing"),
        (text({"RegisterObject": {"DeviceID": DEVICE}}), "objects-missing"),
    ],
)
def test_bodies_without_passages(body: bytes, code: str) -> None:
    items, problem = decode_body(body)
    assert (items, problem and problem["code"]) == ([], code)


def test_an_empty_list_is_no_error() -> None:
    assert decode_body(upload()) == ([], None)
    assert decode_body(notification("n", "s")) == ([], None)


def test_no_plate_is_a_passage_all_the_same() -> None:
    for changed in ({"HasPlate": "0", "PlateNo": "浙A00001"}, {"PlateNo": None}, {"PlateNo": "无牌"}):
        items, problem = decode_body(upload(motor_vehicle(**changed)))
        assert (items[0]["plate"], problem) == (None, None)


def test_what_is_told_beside_the_plate() -> None:
    vehicle = read_vehicle(
        motor_vehicle(IsDecked="1", IsAltered=True, IsCovered="是", Speed="42.4", PlateReliability=0.87),
        "WGS84",
    )
    assert isinstance(vehicle, Vehicle)
    assert (vehicle.marks, vehicle.speed_kmh, vehicle.reliability) == (7, 42, 87)
    assert (vehicle.vehicle_class, vehicle.color, vehicle.brand) == ("01", "黄", "东风")
    other = read_vehicle(motor_vehicle(PlateClass="99", VehicleClass="H11", Speed=-3, LaneNo="x"), "WGS84")
    assert isinstance(other, Vehicle)
    assert (other.vehicle_class, other.speed_kmh, other.lane) == ("H11", None, None)


def test_a_time_more_than_a_day_ahead_is_refused_where_the_receipt_is_known() -> None:
    now = datetime(2026, 11, 27, 4, 0, tzinfo=UTC)
    for hours, told in ((-5, Vehicle), (9, Vehicle), (23, Vehicle), (25, Refused)):
        found = read_vehicle(motor_vehicle(PassTime=compact(now + timedelta(hours=hours))), "WGS84", now)
        assert isinstance(found, told), hours
    assert isinstance(found, Refused) and found.code == "time-future"


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)))
def test_times_in_every_form_are_one_instant(local: datetime) -> None:
    instant = local.replace(microsecond=0, tzinfo=UTC)
    forms = [compact(instant), rfc3339(instant), int(compact(instant)), f"{compact(instant)}000"]
    forms.append((instant + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S"))
    assert {told_time(form) for form in forms} == {instant}


member_names = st.sampled_from([*ONE, "SubImageList", "Data", "Type", "MotorVehicleObject"]) | st.text()
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(list(ONE.values())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(member_names, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_any_json_is_answered(value: Any) -> None:
    for body in (json.dumps(value), json.dumps({"MotorVehicleListObject": {"MotorVehicleObject": value}})):
        items, problem = decode_body(body.encode())
        json.dumps([items, problem]).encode()


@given(
    st.dictionaries(st.sampled_from([*ONE, "Longitude", "Latitude", "Speed", "SubImageList"]), json_values)
)
def test_any_member_may_be_anything(changed: dict[str, Any]) -> None:
    items, problem = decode_body(json.dumps([motor_vehicle(1) | changed, motor_vehicle(2)]).encode())
    assert items[-1]["plate"] == "浙A00002"
    assert len(items) == 2 or problem is not None


@given(st.binary(max_size=60))
def test_any_bytes_are_answered(raw: bytes) -> None:
    decode_body(raw)


def test_decoding_loads_neither_frames_nor_a_database() -> None:
    code = "import sys, gridwitness_ingest.gat1400.decoding"
    code += "; sys.exit(bool({'polars', 'numpy', 'sqlalchemy', 'starlette'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_pictures_are_named_by_their_digest() -> None:
    body = upload(motor_vehicle(SubImageList={"SubImageInfoObject": picture(1)}))
    assert decode_body(body)[1] is None
