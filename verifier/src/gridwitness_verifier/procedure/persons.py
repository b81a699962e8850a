"""Conditions about persons and devices: who took part, who is qualified, what was reviewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..field_types import is_of_type
from .conditions import names_of
from .facts import DeviceReview, Hidden, StepFact, parse_moment
from .scene import Scene, is_one_of
from .truth import FALSE, HOLDER, QUALIFICATION, REDACTED, TRUE, Truth, every, known, some, unknown

_REDACTED = unknown(REDACTED)


def signer_in(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    return _took_part(scene, condition["signer-in"], [scene.this.signer], scene.this.key)


def officer_in(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    this = scene.this
    officers = [None] if isinstance(this.officers, Hidden) else [*this.officers]
    return _took_part(scene, condition["officer-in"], officers, None if this.signer else this.key)


def _took_part(scene: Scene, steps: Any, persons: Sequence[str | None], key: str | None) -> Truth:
    """Whether any of `persons` (None: not known who), or the holder of `key`, took part in those steps.

    Who holds a key is known only where its offer is shown; the same key is the same person.
    """
    answers: list[Truth] = []
    for fact in scene.before:
        its = is_one_of(fact.step, names_of(steps))
        if its.is_false:
            continue
        answers.append(every((its, some(_shared(fact, persons, key)))))
    return some(answers)


def _shared(fact: StepFact, persons: Sequence[str | None], key: str | None) -> list[Truth]:
    if key and fact.key == key:
        return [TRUE]
    theirs: set[str | None] = {fact.signer}
    if not isinstance(fact.officers, Hidden):
        theirs |= set(fact.officers)
    answers = [known(person in theirs) for person in persons if person is not None]
    if None in persons or (fact.signer is None and fact.key):
        answers.append(unknown(HOLDER))
    if isinstance(fact.officers, Hidden):
        answers.append(_REDACTED)
    return answers


def qualified(scene: Scene, _: Mapping[str, Any]) -> Truth:
    qualified, officers = scene.case.qualified, scene.this.officers
    if qualified is None:
        return unknown(QUALIFICATION)
    return _REDACTED if isinstance(officers, Hidden) else known(set(officers) <= qualified)


def device_reviewed(scene: Scene, condition: Mapping[str, Any]) -> Truth:
    steps = names_of(condition["device-reviewed"])
    last = scene.this if scene.this.step in steps else scene.last(steps)
    device, captured = scene.detail_of(last, "device"), scene.detail_of(last, "captured_at")
    if isinstance(device, Hidden) or isinstance(captured, Hidden):
        return _REDACTED
    if not isinstance(device, str) or not is_of_type("time", captured):
        return FALSE
    moment = parse_moment(captured)
    return every(
        some(_covers(review, device, kind, moment) for review in scene.case.device_reviews)
        for kind in ("legal", "technical")
    )


def _covers(review: DeviceReview, device: str, kind: str, moment: datetime) -> Truth:
    pairs = ((review.device, device), (review.review, kind), (review.outcome, "passed"))
    answers = [_REDACTED if shown is None else known(shown == wanted) for shown, wanted in pairs]
    if review.valid_from is None or review.valid_to is None:
        return every([*answers, _REDACTED])
    return every([*answers, known(review.valid_from <= moment <= review.valid_to)])
