"""Secrets of targets, and what deliveries are signed with."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from gridwitness.channels.sealing import Sealing, new_secret, signature
from gridwitness.errors import Misconfigured


def test_a_secret_opens_for_its_target_only() -> None:
    sealing, secret = Sealing(lambda: bytes(32)), new_secret()
    sealed = sealing.seal(secret, "webhook/a")
    assert secret.encode() not in sealed
    assert sealing.open(sealed, "webhook/a") == secret
    for opener, target in ((sealing, "webhook/b"), (Sealing(lambda: bytes(31) + b"x"), "webhook/a")):
        with pytest.raises(Misconfigured) as refusal:
            opener.open(sealed, target)
        assert refusal.value.code == "secret-sealed"


def test_a_receiver_can_check_a_delivery() -> None:
    body = b'{"id":"1.2"}'
    header = signature("gws_secret", 1_772_000_000, body)
    at, code = (part.partition("=")[2] for part in header.split(","))
    assert hmac.compare_digest(
        code, hmac.new(b"gws_secret", f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    )
    assert signature("gws_secret", 1_772_000_001, body) != header
