"""Fixtures of the API's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.api_client import Deployment, deployment
from support.case_door import CaseDoor, case_door


@pytest.fixture(scope="session", name="door")
def door_fixture() -> Deployment:
    """The platform behind its HTTP door."""
    return deployment()


@pytest.fixture(scope="package", name="cases")
def cases_fixture() -> Iterator[CaseDoor]:
    """A platform with people who work on cases, behind its HTTP door."""
    with case_door() as opened:
        yield opened
