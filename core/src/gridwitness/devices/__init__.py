"""Technical monitoring equipment and its reviews."""

from gridwitness.devices.models import DeviceReviewRow, DeviceRow

__all__ = ["DeviceReviewRow", "DeviceRow"]
