"""Technical monitoring equipment and its reviews."""

from gridwitness.devices.handler import DEVICE_HANDLERS
from gridwitness.devices.models import DeviceReviewRow, DeviceRow
from gridwitness.devices.service import Devices, ReviewedDevice, Standing, reviewed_devices

__all__ = [
    "DEVICE_HANDLERS",
    "DeviceReviewRow",
    "DeviceRow",
    "Devices",
    "ReviewedDevice",
    "Standing",
    "reviewed_devices",
]
