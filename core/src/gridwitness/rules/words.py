"""What people read for an outcome or a value of a detail; not part of the law, so in no version."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


def word(name: str) -> tuple[str, str]:
    """Chinese and English of an outcome or a value; the name itself where there is none."""
    zh, en = _words().get(name, (name, name))
    return zh, en


@cache
def _words() -> dict[str, list[str]]:
    text = files(__package__).joinpath("data/words.json").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {
        name: [entry["zh"], entry["en"]] for name, entry in json.loads(text).items()
    }
    return found
