"""The demo succeeds only where the audit failed at the place that was changed; its accounts stay its own."""

from __future__ import annotations

from typing import Any

import pytest
from gridwitness.errors import Misconfigured
from gridwitness.members import qualifications_of
from gridwitness.members.models import AccountRow
from gridwitness_cli.demo.accounts import (
    ACCOUNTS,
    DEVICE_FOLDER,
    FEED_KEY,
    PASSPHRASE,
    PASSWORD,
    make_demo_accounts,
)
from gridwitness_cli.demo.acts.tampering import judged
from gridwitness_cli.demo.attacks import Attack
from gridwitness_cli.demo.story import Story, Tampering
from gridwitness_cli.demo.verification import Verdict
from gridwitness_evidence import SigningKey
from sqlalchemy import select
from support.platform import CITY, POLICE, RunningPlatform, running_platform

SIGNERS = tuple(account.username for account in ACCOUNTS if account.signs)
ATTACK = Attack(
    "a row", "members.account", "7", "name", "rows", {"table": "members.account", "column": "name"}
)


def _verdict(exit_code: int, check: str, **place: Any) -> Verdict:
    checks = [{"name": check, "result": "failed", "locations": [place]}]
    return Verdict(exit_code, {"checks": checks, "verdict": "failed"}, "")


def test_named_means_the_right_check_at_the_right_place() -> None:
    place = {"table": "members.account", "column": "name", "key": "7"}
    assert judged(ATTACK, _verdict(1, "rows", **place)).named
    assert not judged(ATTACK, _verdict(0, "rows", **place)).named
    assert not judged(ATTACK, _verdict(1, "tree", **place)).named
    assert not judged(ATTACK, _verdict(1, "rows", **{**place, "column": "agency"})).named
    assert not judged(ATTACK, Verdict(3, {}, "no database")).named


def test_a_story_with_anything_missed_is_no_success() -> None:
    named = Tampering("x", "t", "k", "c", 1, ["rows"], {}, True)
    missed = Tampering("y", "t", "k", "c", 0, [], {}, False)
    assert Story(tampering=[named], steps=[{"ok": True}]).ok
    assert not Story(tampering=[named, missed], steps=[{"ok": True}]).ok
    assert not Story(tampering=[named], steps=[{"ok": False}]).ok
    assert not Story(tampering=[named], steps=[{"ok": True}], failure="interrupted").ok
    assert not Story(steps=[{"ok": True}]).ok


def _admin(running: RunningPlatform, username: str = "admin") -> None:
    with running.platform.transaction() as session:
        running.platform.accounts.create(
            session, agency=CITY, username=username, display_name=None, password="a password nobody tells",
            roles=["administrator"], by=None,
        )  # fmt: skip


def test_demo_accounts_are_made_once_with_keys_that_count() -> None:
    with running_platform(agencies=1) as running:
        _admin(running)
        make_demo_accounts(running.platform)
        records = [backlog.accepted for backlog in running.worker.backlogs()]
        make_demo_accounts(running.platform)
        assert [backlog.accepted for backlog in running.worker.backlogs()] == records
        with running.platform.transaction() as session:
            for account in ("admin", *(one.username for one in ACCOUNTS)):
                running.platform.accounts.check_password(session, account, PASSWORD)
            keys = {name: _key_counts(running, session, name) for name in (*SIGNERS, FEED_KEY)}
            ids = {row.username: row.id for row in session.scalars(select(AccountRow))}
            held = [row.account for row in qualifications_of(session, ids.values())]
        assert ids["sun.lei"] not in held and held.count(ids["zhao.min"]) == 2
        assert all(keys.values()), keys
        running.drain()
        running.audit().require_proved()


def _key_counts(running: RunningPlatform, session: Any, name: str) -> bool:
    pem = (running.home / DEVICE_FOLDER / f"{name}.key").read_bytes()
    agency = POLICE if name == FEED_KEY else CITY
    kid = SigningKey.from_pem(pem, PASSPHRASE.encode()).kid
    return running.platform.directory.find(session, [(agency, kid)])[agency, kid].counts


def test_published_passwords_never_enter_a_real_home() -> None:
    with running_platform(agencies=1) as running:
        _admin(running)
        _admin(running, "somebody")
        with pytest.raises(Misconfigured) as refused:
            make_demo_accounts(running.platform)
        assert refused.value.code == "demo-on-real-home"
