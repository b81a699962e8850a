"""How much a public channel takes within an hour."""

from __future__ import annotations

import pytest
from gridwitness.channels import Channel, ChannelSettings
from gridwitness.errors import Unavailable
from gridwitness_api.channel_access import HourlyRate
from gridwitness_api.problems import status_of


def channel(name: str) -> Channel:
    return Channel(name, "330100CG", "0" * 32, "web", "网页", ChannelSettings(True, 3), "open")


def test_an_hour_takes_so_many_of_each_channel() -> None:
    time = [0.0]
    rate = HourlyRate(lambda: time[0])
    for minute in range(3):
        time[0] = minute * 60.0
        rate.take(channel("web"))
    rate.take(channel("app"))
    with pytest.raises(Unavailable) as refusal:
        rate.take(channel("web"))
    assert (refusal.value.code, status_of(refusal.value)) == ("channel-busy", 429)
    time[0] = 3600.0
    rate.take(channel("web"))
    with pytest.raises(Unavailable):
        rate.take(channel("web"))
