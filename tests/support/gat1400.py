"""Bodies of GA/T 1400 as devices and view libraries send them."""

from __future__ import annotations

import base64
import json
from typing import Any

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(200))
FACE = b"\xff\xd8\xff\xe1a face that must be kept nowhere"
DEVICE = "33010000001190000001"
TOLLGATE = "33010000001210000001"


def motor_vehicle(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A MotorVehicle object with what the standard requires; `changed`: members set, or left out by None."""
    told: dict[str, Any] = {
        "MotorVehicleID": f"{DEVICE}0220261127120000{number:05}020000001",
        "InfoKind": 1,
        "SourceID": f"{DEVICE}0220261127120000{number:05}",
        "DeviceID": DEVICE,
        "TollgateID": TOLLGATE,
        "LeftTopX": 1, "LeftTopY": 2, "RightBtmX": 300, "RightBtmY": 400,
        "StorageUrl1": "http://192.0.2.1/1.jpg",
        "LaneNo": 2,
        "HasPlate": "1",
        "PlateClass": "01",
        "PlateColor": "6",
        "PlateNo": f"浙A{number:05}",
        "PlateReliability": "98",
        "VehicleColor": "6",
        "VehicleBrand": "东风",
        "Speed": 42.0,
        "PassTime": "20261127120000",
        "IsCovered": 0,
    }  # fmt: skip
    told |= changed
    return {name: value for name, value in told.items() if value is not None}


def with_driver(**changed: Any) -> dict[str, Any]:
    """An object with everything that has to be dropped; its values hold the word SECRET."""
    face = base64.b64encode(FACE).decode()
    return motor_vehicle(**changed) | {
        "DriverFaceID": "SECRET1", "CopilotFaceID": "SECRET2", "NumOfPassenger": "SECRET3",
        "Calling": "SECRET4",
        "SafetyBelt": "SECRET5", "Sunvisor": "SECRET6", "driver_name": "SECRET7", "ＦａｃｅURL": "SECRET8",
        "FaceList": {"FaceObject": [{"FaceID": "SECRET9", "deep": {"deeper": ["SECRET10"]}}]},
        "Extension": {"vendor": {"副驾驶": "SECRET11", "OwnerName": "SECRET12"}},
        "ExtendInfo": '{"DriverFaceID": "SECRET13"}',
        "Thumbnail": face, "Blob": "SECRET" * 400,
        "SubImageList": {"SubImageInfoObject": [
            picture("01"), picture("11", FACE), picture("04", FACE, Note="SECRET14"), picture(None, FACE),
            picture("100", FACE)]},
    }  # fmt: skip


def picture(kind: str | int | None, data: bytes = JPEG, **changed: Any) -> dict[str, Any]:
    """A sub-image."""
    told = {"ImageID": "1", "EventSort": 4, "DeviceID": DEVICE, "Type": kind, "FileFormat": "Jpeg",
            "ShotTime": "20261127120000", "Data": base64.b64encode(data).decode()} | changed  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}


def upload(*objects: Any) -> bytes:
    """A body of POST /VIID/MotorVehicles."""
    return text({"MotorVehicleListObject": {"MotorVehicleObject": list(objects)}})


def notification(
    identifier: str, subscription: str, *objects: Any, name: str = "MotorVehicleObjectList"
) -> bytes:
    """A body of POST /VIID/SubscribeNotifications."""
    told = {
        "NotificationID": identifier,
        "SubscribeID": subscription,
        "Title": "机动车",
        "TriggerTime": "20261127120001",
        "InfoIDs": "1",
        name: {"MotorVehicleObject": list(objects)},
    }
    return text({"SubscribeNotificationListObject": {"SubscribeNotificationObject": [told]}})


def text(value: Any) -> bytes:
    """JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False).encode()
