"""How much is taken within an hour from who has no account."""

from __future__ import annotations

import pytest
from gridwitness.errors import Unavailable
from gridwitness_api.channel_access import HourlyRate
from gridwitness_api.problems import status_of


def test_an_hour_takes_so_many_of_each_source() -> None:
    time = [0.0]
    rate = HourlyRate(lambda: time[0])
    for minute in range(3):
        time[0] = minute * 60.0
        rate.take("web", 3)
    rate.take("app", 3)
    with pytest.raises(Unavailable) as refusal:
        rate.take("web", 3)
    assert (refusal.value.code, status_of(refusal.value)) == ("channel-busy", 429)
    time[0] = 3600.0
    rate.take("web", 3)
    with pytest.raises(Unavailable):
        rate.take("web", 3)


def test_sources_of_long_ago_are_forgotten() -> None:
    time = [0.0]
    rate = HourlyRate(lambda: time[0])
    for number in range(10_001):
        rate.take(f"code {number}", 1)
    time[0] = 3600.0
    rate.take("code 0", 1)
    assert len(rate._taken) == 1
    with pytest.raises(Unavailable):
        rate.take("code 0", 1)
