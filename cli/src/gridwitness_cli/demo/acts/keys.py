"""Act 5: one officer's key is rotated, another one's is revoked after the device was lost."""

from __future__ import annotations

from datetime import timedelta

from gridwitness.records import rfc3339

from gridwitness_cli.demo.acts.opening import confirm_key
from gridwitness_cli.demo.cast import CITY, LI, WANG
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.story import expect

NEW_KEY = "signing-2"
_DAY = "05-27 09:00"
"""The day after everything that the old keys signed."""


def change_keys(company: Company) -> None:
    """After it the old keys sign nothing any more, and what they signed before stays valid."""
    company.stage.go_to(_DAY)
    _rotate(company)
    _revoke(company)
    company.story.counts |= {"keys_rotated": 1, "keys_revoked": 1}
    company.story.say(f"   {LI.name}换发密钥，{WANG.name}设备遗失、密钥吊销  one key rotated, one revoked")


def _rotate(company: Company) -> None:
    device, admin = company.device(LI), company.door(company.stage.admin[0])
    old = device.signing_key().kid
    kid = device.new_key(NEW_KEY, alg="EdDSA")
    device.offer_key(NEW_KEY, replaces=old)
    confirm_key(company, CITY, kid)
    view = admin.get(f"/keys/{CITY}/{old}")
    # The old key ends a minute ago: what it signed has been anchored before.
    ended = rfc3339(company.stage.now() - timedelta(minutes=1))
    admin.post(f"/keys/{CITY}/{old}/shrink", {"not_before": view["not_before"], "not_after": ended})


def _revoke(company: Company) -> None:
    kid = company.device(WANG).signing_key().kid
    lost = company.stage.now() - timedelta(hours=2)
    body = {"compromised_since": rfc3339(lost), "reason": "执法终端遗失，口令可能泄露", "seconded_by": None}
    view = company.door(company.stage.admin[0]).post(f"/keys/{CITY}/{kid}/revoke", body)
    expect(view["compromised_since"] == rfc3339(lost), "not-revoked", f"Key {kid} is not revoked: {view}")
