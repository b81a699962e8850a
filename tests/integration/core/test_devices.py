"""Devices and qualifications: registered, reviewed by two people, standing at a moment."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from gridwitness.errors import Conflict, Forbidden, GridWitnessError, InvalidInput, NotFound
from gridwitness.members import qualifications_of, qualified
from gridwitness.records import rfc3339
from support.case_story import BEGIN, Cast, hire
from support.devices import install_device, registered, reviewed, sign_for
from support.platform import CITY, Officer, RunningPlatform, running_platform

REGISTERED, REVIEW = "device.registered.v1", "device.review.v1"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform(begin=BEGIN) as platform:
        yield platform
        platform.drain()
        platform.audit().require_proved()


@pytest.fixture(scope="module")
def cast(running: RunningPlatform) -> Cast:
    return hire(running)


def refusal_of(
    running: RunningPlatform, signer: Officer, sub: str, kind: str, fields: dict[str, Any]
) -> GridWitnessError:
    with pytest.raises(GridWitnessError) as refusal:
        sign_for(running, signer, sub, kind, fields)
    return refusal.value


def test_a_device_is_usable_while_both_reviews_are_valid(running: RunningPlatform, cast: Cast) -> None:
    install_device(running, cast, "KK-1")
    now, devices = running.clock.now(), running.platform.devices
    with running.platform.transaction() as session:
        assert devices.standing(session, "KK-1").usable
        early = devices.standing(session, "KK-1", now - timedelta(days=31))
        late = devices.standing(session, "KK-1", now + timedelta(days=336))
        unannounced = devices.standing(session, "KK-1", now - timedelta(days=91))
    assert (early.legal, early.technical, early.announced, early.usable) == (False, False, True, False)
    assert not late.usable and len(late.reasons) == 2
    assert not unannounced.announced and unannounced.reasons[0][0] == "设置地点未向社会公布"


def test_a_failed_or_missing_review_does_not_do(running: RunningPlatform, cast: Cast) -> None:
    sub = install_device(running, cast, "KK-2", technical=False)
    failed = reviewed(running, "KK-2", "technical", outcome="failed")
    sign_for(running, cast.third, sub, REVIEW, failed)
    with running.platform.transaction() as session:
        standing = running.platform.devices.standing(session, "KK-2")
        assert standing.legal and not standing.technical and not standing.usable
        found = running.platform.devices.find(session, "KK-2")
        assert [review.outcome for review in found.reviews].count("failed") == 1


def test_one_person_does_not_sign_both_reviews(running: RunningPlatform, cast: Cast) -> None:
    sub = install_device(running, cast, "KK-3", technical=False)
    error = refusal_of(running, cast.reviewer, sub, REVIEW, reviewed(running, "KK-3", "technical"))
    assert isinstance(error, Forbidden) and error.code == "review-signer"
    error = refusal_of(running, cast.first, sub, REVIEW, reviewed(running, "KK-3", "legal"))
    assert error.code == "review-role"


def test_what_is_refused(running: RunningPlatform, cast: Cast) -> None:
    sub, new = install_device(running, cast, "KK-4"), secrets.token_hex(16)
    unknown = refusal_of(running, cast.third, new, REVIEW, reviewed(running, "KK-9", "technical"))
    assert isinstance(unknown, NotFound) and unknown.code == "device-unknown"
    twice = refusal_of(running, cast.third, new, REGISTERED, registered(running, "KK-4"))
    assert isinstance(twice, Conflict) and twice.context["sub"] == sub
    elsewhere = refusal_of(running, cast.third, new, REVIEW, reviewed(running, "KK-4", "technical"))
    assert isinstance(elsewhere, InvalidInput) and elsewhere.code == "subject-wrong"
    other = refusal_of(running, cast.third, sub, REGISTERED, registered(running, "KK-5"))
    assert other.code == "subject-taken"
    for changed in ({"review": "visual"}, {"outcome": "perhaps"}, {"valid_to": "2020-01-01T00:00:00Z"}):
        fields = reviewed(running, "KK-4", "technical") | changed
        assert refusal_of(running, cast.third, sub, REVIEW, fields).code == "fields"
    again = registered(running, "KK-4", announced_at=rfc3339(running.clock.now()))
    sign_for(running, cast.third, sub, REGISTERED, again)
    with running.platform.transaction() as session:
        assert not running.platform.devices.standing(
            session, "KK-4", running.clock.now() - timedelta(days=1)
        ).announced
        rows = running.platform.devices.page(session, CITY)
    assert [row.device for row in rows] == sorted(row.device for row in rows)


def test_a_qualification_has_a_window_that_only_shrinks(running: RunningPlatform, cast: Cast) -> None:
    account, now = UUID(cast.auditor.account), running.clock.now()
    qualifications = running.platform.qualifications
    with running.platform.transaction() as session:
        row = qualifications.grant(session, account, "legal", "法 1", now, now + timedelta(days=30), by=None)
    with running.platform.transaction() as session:
        held = qualified(session, [account])
        assert held.holds(account, "legal", now) and not held.holds(account, "enforcement", now)
        assert not held.holds(account, "legal", now + timedelta(days=30))
        qualifications.end(session, row.id, now + timedelta(days=3), by=None)
    with running.platform.transaction() as session:
        assert not qualified(session, [account]).holds(account, "legal", now + timedelta(days=3))
        assert [found.certificate for found in qualifications_of(session, [account])] == ["法 1"]
        with pytest.raises(Conflict):
            qualifications.end(session, row.id, now + timedelta(days=9), by=None)
        for wrong, code in [
            ({"kind": "driving"}, "qualification-kind"),
            ({"certificate": " "}, "certificate"),
            ({"valid_to": now}, "qualification-window"),
        ]:
            given: dict[str, Any] = {"kind": "legal", "certificate": "1", "valid_from": now, "valid_to": None}
            with pytest.raises(InvalidInput) as refusal:
                qualifications.grant(session, account, **(given | wrong), by=None)
            assert refusal.value.code == code
        with pytest.raises(NotFound):
            qualifications.end(session, uuid4(), now, by=None)
