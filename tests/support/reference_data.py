"""Reference data of the build server: public samples that are never committed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "GRIDWITNESS_REFERENCE_DATA"


def reference_data(name: str) -> Path:
    """A file or folder of the reference data; the test skips, saying so, where there are none."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        pytest.skip(f"{VARIABLE} is not set")
    path = Path(folder, name)
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path
