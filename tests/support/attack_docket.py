"""A deployment with enforcement cases to attack: one of each procedure closed, one open, one refused step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import UUID

from gridwitness.platform import Platform
from gridwitness.provision import write_trust
from gridwitness_evidence import Record
from support.attack_story import file_path, tell
from support.attack_target import Stage, Target, backed_up, dropped
from support.case_plays import inquire, open_general, play_general, play_summary
from support.case_story import BEGIN, Cast, Story, hire
from support.platform import Report, RunningPlatform, running_platform

CaseFile = dict[str, Any]


@dataclass(frozen=True)
class Docket:
    """`summary` and `general` are closed, the decision of `general` was issued as `paper` (PDF); `open` waits
    for its notice, and an auditor's opinion is its newest step.
    """

    cast: Cast
    summary: Story
    general: Story
    open: Story
    paper: bytes

    def at(self, running: RunningPlatform) -> Docket:
        """The same people and cases at a copy of the deployment."""
        hired = {
            field.name: replace(getattr(self.cast, field.name), running=running) for field in fields(Cast)
        }
        stories = {
            name: replace(story, running=running, records=[*story.records], errors=[])
            for name, story in (("summary", self.summary), ("general", self.general), ("open", self.open))
        }
        return Docket(Cast(**hired), paper=self.paper, **stories)


@dataclass
class CaseStage(Stage):
    """An honest deployment with cases."""

    docket: Docket


@contextmanager
def standing_cases() -> Iterator[CaseStage]:
    """A whole platform with its cases, all anchored and registered."""
    with running_platform(begin=BEGIN) as running:
        docket = _play(running)
        story = tell(running, 2)
        write_trust(running.platform)
        backup = backed_up(running)
        try:
            yield CaseStage(running, story, backup, docket)
        finally:
            dropped(backup)


def _play(running: RunningPlatform) -> Docket:
    cast = hire(running)
    summary = play_summary(running, cast)
    general = play_general(running, cast)
    paper = _issue(running, step_of(general, "decision"), cast)
    open_one = open_general(running, cast)
    inquire(open_one, cast)
    open_one.refused(cast.head, "decision", cast.first, cast.second, outcome="penalty", facts="未经告知")
    open_one.step(
        cast.auditor, "supervision-opinion", facts="应依法告知听证权利", details={"title": "告知程序"}
    )
    running.drain()
    return Docket(cast, summary, general, open_one, paper)


def _issue(running: RunningPlatform, statement: Record, cast: Cast) -> bytes:
    """The decision as the platform issues it."""
    platform = running.platform
    with platform.transaction() as session:
        jti = UUID(statement.claims.jti)
        issued = platform.documents.issue(session, statement.claims.sub, jti, by=cast.first.account)
    assert issued.file is not None
    return file_path(running.home, issued.file["sha256"]).read_bytes()


def step_of(story: Story, step: str) -> Record:
    """The newest record of a step."""
    return next(record for record in reversed(story.records) if record.fields.get("step") == step)


def cosign_of(story: Story, step: str) -> Record:
    """The record that cosigns the newest record of a step."""
    jti = step_of(story, step).claims.jti
    return next(record for record in story.records if record.fields.get("statement") == jti)


def handed_out(platform: Platform, story: Story) -> CaseFile:
    """What the platform hands out for a case, as JSON."""
    with platform.transaction() as session:
        made = platform.cases.case_file(session, story.sub, show_personal=True)
    value: CaseFile = json.loads(json.dumps(made))
    return value


def check_file(target: Target, story: Story, *arguments: str) -> Report:
    """`gridwitness-verify bundle` of a case's file."""
    return target.check(handed_out(target.platform, story), *arguments)
