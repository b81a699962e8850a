"""Who may send: what is kept of a secret, what is stated of it, and what nobody can read out."""

from __future__ import annotations

import hashlib

import psycopg
import pytest
from gridwitness.errors import Conflict, InvalidInput, Misconfigured, NotFound
from gridwitness.feeds import Credentials, feed_keys, signature_holds
from gridwitness_evidence import SigningKey, base64url
from support.devices import sign_for
from support.feeds import REGISTERED, feed_fields, install_feed
from support.platform import Officer, RunningPlatform

SECRET = "kakou-2026-secret"


def test_a_digest_account_is_sealed(running: RunningPlatform, officer: Officer) -> None:
    feed, credentials = install_feed(running, officer, "digest"), running.platform.credentials
    with running.platform.transaction() as session:
        credentials.set_secret(session, feed, "33010000001190000001", SECRET, None)
    with running.platform.transaction() as session:
        found = credentials.digest_of(session, "33010000001190000001")
        assert credentials.digest_of(session, "nobody") is None
    known = f"33010000001190000001:{credentials.realm}:{SECRET}".encode()
    ha1 = hashlib.md5(known, usedforsecurity=False).hexdigest()
    assert found is not None and found[0].name == "digest" and found[1] == ha1
    with psycopg.connect(running.urls.auditor) as auditor:
        rows = auditor.execute("SELECT secret, name FROM feeds.credential WHERE feed = 'digest'").fetchall()
        entries = auditor.execute("SELECT disclosures FROM records.record").fetchall()
    ((sealed, name),) = rows
    assert ha1 not in repr(sealed) and bytes.fromhex(ha1) not in sealed and name == "33010000001190000001"
    assert SECRET not in repr(entries) and ha1 not in repr(entries)
    stolen = Credentials(
        running.platform.acceptance, running.clock, lambda: bytes(32), lambda: credentials.realm
    )
    with running.platform.transaction() as session, pytest.raises(Misconfigured):
        stolen.digest_of(session, "33010000001190000001")


def test_a_changed_secret_replaces_the_first(running: RunningPlatform, officer: Officer) -> None:
    feed, other = install_feed(running, officer, "changed"), install_feed(running, officer, "changed-2")
    credentials = running.platform.credentials
    with running.platform.transaction() as session:
        credentials.set_secret(session, feed, "vendor", SECRET, None)
        before = credentials.digest_of(session, "vendor")
        credentials.set_secret(session, feed, "vendor", SECRET + "!", None)
        after = credentials.digest_of(session, "vendor")
        assert before is not None and after is not None and before[1] != after[1]
    with running.platform.transaction() as session:
        with pytest.raises(Conflict):
            credentials.set_secret(session, other, "vendor", SECRET, None)
        with pytest.raises(InvalidInput):
            credentials.set_secret(session, feed, "vendor", "short", None)
        with pytest.raises(InvalidInput):
            credentials.set_secret(session, feed, "a:b", SECRET, None)
    with running.platform.transaction() as session:
        credentials.remove(session, feed, "digest", "vendor", None)
    with running.platform.transaction() as session:
        assert credentials.digest_of(session, "vendor") is None
        with pytest.raises(NotFound):
            credentials.remove(session, feed, "digest", "vendor", None)


def test_tokens_and_certificates_name_their_feed(running: RunningPlatform, officer: Officer) -> None:
    feed, credentials = install_feed(running, officer, "tokens", door="file"), running.platform.credentials
    der = b"a certificate"
    fingerprint = ":".join(f"{byte:02X}" for byte in hashlib.sha256(der).digest())
    with running.platform.transaction() as session:
        token = credentials.new_token(session, feed, None)
        credentials.set_certificate(session, feed, fingerprint, None)
        with pytest.raises(InvalidInput):
            credentials.set_certificate(session, feed, "ab" * 20, None)
    with running.platform.transaction() as session:
        assert credentials.feed_of_token(session, token) == feed
        assert credentials.feed_of_token(session, token + "x") is None
        assert credentials.feed_of_certificate(session, der) == feed
        assert credentials.feed_of_certificate(session, b"another") is None
    sign_for(running, officer, feed.sub, REGISTERED, feed_fields("tokens", door="file", state="closed"))
    with running.platform.transaction() as session, pytest.raises(Conflict):
        credentials.feed_of_token(session, token)


def test_a_device_signs_with_a_key_named_for_its_feed(running: RunningPlatform, officer: Officer) -> None:
    feed = install_feed(running, officer, "signed", assurance="device-signed")
    platform, key, other = running.platform, SigningKey.generate("EdDSA"), SigningKey.generate("EdDSA")
    device = running.officer("device", confirmed=False, algorithm="EdDSA")
    device.key = key
    device.offer(purpose="feed", holder=None)
    device.confirm()
    with platform.transaction() as session:
        now = running.clock.now()
        assert not feed_keys(session, feed, platform.credentials, platform.directory, now)
        platform.credentials.set_key(session, feed, key.kid, None)
        platform.credentials.set_key(session, feed, other.kid, None)
        keys = feed_keys(session, feed, platform.credentials, platform.directory, now)
    assert [found.kid for found in keys] == [key.kid]
    body = b"frame"
    assert signature_holds(base64url.encode(key.sign(body)), body, keys)
    for header in (None, "", "?", base64url.encode(key.sign(b"fram")), base64url.encode(other.sign(body))):
        assert not signature_holds(header, body, keys)
