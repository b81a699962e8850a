"""One platform for this folder's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gridwitness.platform import Platform
from support.ingest_platform import founded_platform


@pytest.fixture(scope="package")
def platform() -> Iterator[Platform]:
    """Founded once; tests use keys of their own."""
    with founded_platform() as founded:
        yield founded
