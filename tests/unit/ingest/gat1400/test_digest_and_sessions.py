"""Nonces, Digest's own example, sessions that end: with a clock in hand."""

from __future__ import annotations

import hashlib

import pytest
from gridwitness.errors import Conflict, Unauthenticated
from gridwitness_ingest.gat1400.http_digest import (
    MOST_NONCES,
    NONCE_SECONDS,
    Nonces,
    answer_holds,
    answered,
    challenge,
    quoted,
)
from gridwitness_ingest.gat1400.sessions import SESSION_SECONDS, Sessions
from hypothesis import given
from hypothesis import strategies as st

RFC_7616 = (  # section 3.9.1, with MD5
    'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=MD5, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, '
    'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, '
    'response="8ca523f5e9506fed4657c9700eebdbec", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
HA1 = hashlib.md5(b"Mufasa:http-auth@example.org:Circle of Life", usedforsecurity=False).hexdigest()


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_example_of_the_standard_holds_and_no_other() -> None:
    told = answered(RFC_7616)
    assert told is not None
    realm = "http-auth@example.org"
    assert answer_holds(told, HA1, realm, "GET", "/dir/index.html")
    assert not answer_holds(told, HA1, realm, "POST", "/dir/index.html")
    assert not answer_holds(told, HA1, realm, "GET", "/dir/other.html")
    assert not answer_holds(told, HA1, realm, "GET", "/dir/index.html?x=1")
    assert not answer_holds(told, HA1, "another", "GET", "/dir/index.html")
    assert not answer_holds(told, "0" * 32, realm, "GET", "/dir/index.html")
    for name, value in (
        ("nc", "1"),
        ("nc", "00000002"),
        ("qop", "auth-int"),
        ("algorithm", "SHA-256"),
        ("cnonce", ""),
    ):
        assert not answer_holds({**told, name: value}, HA1, realm, "GET", "/dir/index.html"), name


def test_a_challenge_reads_as_it_was_written() -> None:
    assert quoted(challenge("a realm", "abc", stale=True)) == {
        "realm": "a realm", "qop": "auth", "nonce": "abc", "opaque": "", "algorithm": "MD5", "stale": "true",
    }  # fmt: skip


@given(st.text(), st.sampled_from(["", "Digest ", "digest ", RFC_7616]))
def test_any_header_is_answered(text: str, before: str) -> None:
    found = answered(before + text)
    assert found is None or found["username"]


def test_a_name_twice_is_no_answer() -> None:
    assert answered(RFC_7616 + ', username="other"') is None


def test_a_nonce_is_good_once_and_for_thirty_seconds() -> None:
    clock = Clock()
    nonces = Nonces(clock)
    first, second, third = (nonces.give() for _ in range(3))
    assert nonces.take(first) and not nonces.take(first)
    clock.seconds += NONCE_SECONDS
    assert nonces.take(second)
    clock.seconds += 0.1
    assert not nonces.take(third)
    assert not nonces.take("made up")
    early = nonces.give()
    for _ in range(MOST_NONCES):
        nonces.give()
    assert not nonces.take(early), "of too many the oldest go"


def test_a_session_ends_without_keepalive_and_is_bound_to_its_connection() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    sessions.register("1", "feed", "10.0.0.1", b"certificate")
    clock.seconds += SESSION_SECONDS
    assert sessions.identify("1", "10.0.0.1", b"certificate").feed == "feed"
    for device, host, certificate in (
        ("2", "10.0.0.1", b"certificate"),
        ("1", "10.0.0.2", b"certificate"),
        ("1", "10.0.0.1", b"other"),
        ("1", "10.0.0.1", None),
        (None, "", None),
    ):
        with pytest.raises(Unauthenticated):
            sessions.identify(device, host, certificate)
    with pytest.raises(Conflict):
        sessions.register("1", "another", "10.0.0.1", None)
    clock.seconds += SESSION_SECONDS + 1
    with pytest.raises(Unauthenticated):
        sessions.identify("1", "10.0.0.1", b"certificate")
    assert sessions.count() == 0
    sessions.register("1", "another", "10.0.0.1", None)
    sessions.unregister("1", "feed")
    assert sessions.count() == 1, "only its own feed unregisters it"
    sessions.unregister("1", "another")
    assert sessions.count() == 0
