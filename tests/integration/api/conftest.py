"""Fixtures of the API's tests."""

from __future__ import annotations

import pytest
from support.api_client import Deployment, deployment


@pytest.fixture(scope="session", name="door")
def door_fixture() -> Deployment:
    """The platform behind its HTTP door."""
    return deployment()
