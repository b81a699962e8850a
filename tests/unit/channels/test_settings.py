"""Settings of a channel, and tries of a delivery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gridwitness.channels.channel import ChannelSettings, check_name
from gridwitness.channels.deliveries import MOST_TRIES, next_try
from gridwitness.channels.targets import check_url
from gridwitness.errors import InvalidInput

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_settings_say_what_is_let_in() -> None:
    settings = ChannelSettings.parse("web", {"public": True, "hourly": 5, "matters": ["01", "0203"]})
    assert settings == ChannelSettings(True, 5, ("01", "0203"))
    assert [settings.offers(number) for number in ("0103", "0203", "0201", "02")] == [
        True,
        True,
        False,
        False,
    ]
    assert ChannelSettings.parse("hotline", {}).offers("0999")


@pytest.mark.parametrize(
    ("category", "given"),
    [
        ("web", {"public": 1}),
        ("web", {"hourly": 0}),
        ("web", {"hourly": True}),
        ("web", {"hourly": 100_001}),
        ("web", {"matters": "01"}),
        ("web", {"matters": [""]}),
        ("web", {"matters": ["a\x00"]}),
        ("web", {"secret": "x"}),
        ("video", {"public": True}),
        ("hotline", {"public": True}),
    ],
)
def test_other_settings_are_refused(category: str, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        ChannelSettings.parse(category, given)
    assert refusal.value.code == "channel-settings"


@pytest.mark.parametrize("name", ["", "-web", "a/b", "a b", "网页", "x" * 65, "a\n"])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(InvalidInput):
        check_name(name)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "https:///x",
        "https://user:pass@example.org/",
        "https://example.org/#x",
        "https://example.org/ x",
        "https://例子.cn/",
        "http://[::1",
        "https://example.org:99999/",
        "https://example.org/" + "x" * 500,
    ],
)
def test_addresses_are_plain_and_hold_no_password(url: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_url(url)
    assert refusal.value.code == "url"
    assert "pass" not in str(refusal.value)


def test_addresses_inside_are_fine() -> None:
    for url in ("https://example.org", "http://10.0.0.7:8080/hook?from=gw", "http://[::1]:80/"):
        check_url(url)


def test_tries_wait_twice_as_long_each_time_an_hour_at_most() -> None:
    pauses = [next_try(NOW, tries) - NOW for tries in range(1, MOST_TRIES + 1)]
    assert pauses[:4] == [timedelta(seconds=seconds) for seconds in (10, 20, 40, 80)]
    assert pauses == sorted(pauses)
    assert max(pauses) == timedelta(hours=1)
    assert next_try(NOW, 10_000) - NOW == timedelta(hours=1)
    assert sum(pauses, timedelta()) > timedelta(hours=4)
