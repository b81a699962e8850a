"""Every `gridwitness …` in a README or guide is a command, and its options exist.

Some are followed word by word against a running platform; those take minutes, this takes a moment.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from support.command_words import unknown_words

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs/guides").glob("*.md"))]
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CALL = re.compile(r"(?<![\w./-])gridwitness ((?:[^|;&<>()`]|(?<=\w)&(?=\w))+)")


def _calls(document: Path) -> list[str]:
    blocks = "\n".join(_BLOCK.findall(document.read_text(encoding="utf-8"))).replace("\\\n", " ")
    lines = [line for line in blocks.splitlines() if not line.lstrip().startswith("#")]
    return [call for line in lines for call in _CALL.findall(line)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documented_commands_exist(document: Path) -> None:
    unknown = {}
    for call in _calls(document):
        words = shlex.split(call.partition(" #")[0].replace('"', " ").replace("'", " "))
        if found := unknown_words(words):
            unknown[call] = found
    assert unknown == {}


def test_what_is_no_command_is_found() -> None:
    assert unknown_words(["up", "--port", "1"]) == []
    assert unknown_words(["up", "--prot", "1"]) == ["--prot"]
    assert unknown_words(["feed", "registre"]) == ["registre"]
    assert any(_calls(document) for document in DOCUMENTS)
