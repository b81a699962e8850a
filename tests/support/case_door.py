"""Enforcement cases behind the HTTP door: the people of `support.case_story`, and steps posted as records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from gridwitness.errors import GridWitnessError
from gridwitness_api import create_app
from gridwitness_evidence import Record
from httpx import Response
from support.case_plays import COMPANY
from support.case_story import BEGIN, Cast, Story, hire
from support.platform import CITY, PASSWORD, POLICE, Officer, RunningPlatform, running_platform

SD_JWT = {"Content-Type": "application/sd-jwt"}


@dataclass(frozen=True)
class CaseDoor:
    """A platform with people who work on cases, and outsiders who do not."""

    running: RunningPlatform
    client: TestClient
    cast: Cast
    stranger: Officer
    """An officer of another agency."""
    grid_worker: Officer
    """Of the same agency, and no part of enforcement."""
    party: Officer
    """An account without any role that reads."""

    def get(self, path: str, who: Officer | None = None, **query: Any) -> Response:
        """GET below /api/v1, as nobody where `who` is None."""
        return self.client.get(f"/api/v1{path}", params=query, headers=_auth(who))

    def post(self, path: str, who: Officer, body: Any, **headers: str) -> Response:
        """POST JSON below /api/v1."""
        return self.client.post(f"/api/v1{path}", json=body, headers={**_auth(who), **headers})

    def submit(self, record: Record, who: Officer) -> Response:
        """Hand in one record."""
        return self.client.post(
            "/api/v1/records", content=record.presentation.encode(), headers={**_auth(who), **SD_JWT}
        )

    def story(self, procedure: str) -> DoorStory:
        """A case not begun yet, whose steps go through the door."""
        return DoorStory(self.running, procedure, door=self)


@dataclass
class DoorStory(Story):
    """A story whose steps are posted; a refusal raises `DoorRefusalError` with the answer."""

    door: CaseDoor = None  # type: ignore[assignment]

    def hand_in(self, record: Record, by: Officer) -> Record:
        """As the device does."""
        answer = self.door.submit(record, by)
        if answer.status_code in (200, 201):
            self.records.append(record)
            return record
        problem = answer.json()
        error = DoorRefusalError(
            problem["code"], problem["detail"], status=answer.status_code, problem=problem
        )
        self.errors.append(error)
        raise error


class DoorRefusalError(GridWitnessError):
    """What the door answered to a step."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return int(str(self.context["status"]))

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document."""
        found = self.context["problem"]
        assert isinstance(found, dict)
        return found


@contextmanager
def case_door() -> Iterator[CaseDoor]:
    """One platform, its people, its door."""
    with running_platform(begin=BEGIN, token_lifetime_seconds=10 * 365 * 86400) as running:
        app = create_app(running.platform)
        with TestClient(app, raise_server_exceptions=False) as client:
            cast = hire(running)
            yield CaseDoor(
                running,
                client,
                cast,
                stranger=running.officer(agency=POLICE, qualified=("enforcement",)),
                grid_worker=running.officer(roles=["grid_worker"]),
                party=running.officer(roles=["party"]),
            )


def filed_case(door: CaseDoor) -> DoorStory:
    """A general case of a company, handed in through the door up to its filing."""
    first, second, head = door.cast.first, door.cast.second, door.cast.head
    story = door.story("general")
    clue = {"source": "patrol", "matter": "乱倒渣土", "article": "SW-111", "district": "330106"}
    story.step(first, "clue", facts="群众举报偷倒渣土", details=clue)
    story.wait(days=1)
    story.step(first, "verification", first, second, outcome="file", facts="现场核查属实")
    story.step(
        head, "filing", first, second, cosigner=first, party=COMPANY,
        details={"party_kind": "organisation"}, basis=["SW-111"],
    )  # fmt: skip
    return story


def administrator(
    running: RunningPlatform, agency: str = CITY, roles: Sequence[str] = ("administrator",)
) -> str:
    """A token of an account that has these roles and no key."""
    with running.platform.transaction() as session:
        row = running.platform.accounts.create(
            session, agency=agency, username=f"admin-{agency}", display_name=None, password=PASSWORD,
            roles=list(roles), by=None,
        )  # fmt: skip
        return running.platform.accounts.open_session(session, row.id)[0]


def _auth(who: Officer | None) -> dict[str, str]:
    return {} if who is None else {"Authorization": f"Bearer {who.token}"}
