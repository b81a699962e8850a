"""The structure check finds what it says it finds, in a tree made for it, and nothing in this checkout."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.structure import ROOT, findings

SECTIONS = "## Context\n\nOne. Two.\n\n## Decision\n\nD.\n\n## Consequences\n\nC.\n\n## Alternatives\n\nA.\n"
DECISION = "# 0001. Title\n\n" + SECTIONS
LONG_SOLIDITY = "contract C {\n  function f() external {\n" + "    x = 1;\n" * 60 + "  }\n}\n"


def _write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("core/src/x/case.py", "x = 1\n" * 401, "file-size"),
        ("contracts/src/Long.sol", "// line\n" * 401, "file-size"),
        ("core/src/x/case.py", "def f():\n" + "    x = 1\n" * 60, "function-size"),
        ("core/src/x/case.py", "class C:\n  async def f(self):\n" + "    x = 1\n" * 60, "function-size"),
        ("contracts/src/C.sol", LONG_SOLIDITY, "function-size"),
        ("core/src/x/utils.py", "", "name"),
        ("core/src/x/case_manager.py", "", "name"),
        ("console/common/case.ts", "", "name"),
        ("core/src/x/__init__.py", "def f(): ...\n", "package-door"),
        ("core/src/x/__init__.py", "LIMIT = 3\n", "package-door"),
        ("docs/a.md", "open /ho" + "me/someone/notes\n", "machine-path"),
        ("docs/a.md", "data in .." + "/shared/data\n", "machine-path"),
        ("core/src/x/case.py", "# TO" + "DO later\n", "unfinished"),
        ("docs/a.md", "FIX" + "ME\n", "unfinished"),
        ("docs/adr/0002-title.md", DECISION.replace("0001", "0002"), "decision"),
        ("docs/adr/0001-title.md", DECISION.replace("## Consequences\n\nC.\n\n", ""), "decision"),
        ("docs/adr/0001-title.md", DECISION.replace("One. Two.", "One."), "decision"),
        ("docs/adr/0001-title.md", DECISION.replace("D.", ""), "decision"),
        ("docs/adr/0001-title.md", DECISION.replace("A.", "See [it](0009-none.md)."), "decision"),
        ("docs/adr/notes.md", DECISION, "decision"),
    ],
)
def test_names_what_breaks_a_rule(tmp_path: Path, name: str, text: str, rule: str) -> None:
    _write(tmp_path, name, text)
    broken = [finding for finding in findings(tmp_path) if finding.fails]
    assert {(finding.path, finding.rule) for finding in broken} == {(name, rule)}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("core/src/x/case.py", "x = 1\n" * 400),
        ("core/src/x/case.py", "def f():\n" + "    x = 1\n" * 59),
        ("core/src/x/__init__.py", '"""Door."""\n\nfrom .case import Case\n\n__all__ = ["Case"]\n'),
        ("docs/adr/0001-title.md", DECISION),
        ("node_modules/x/utils.js", "// TO" + "DO\n"),
        ("contracts/src/I.sol", "interface I {\n  function f() external;\n" + "  // more\n" * 70 + "}\n"),
    ],
)
def test_lets_lawful_files_pass(tmp_path: Path, name: str, text: str) -> None:
    _write(tmp_path, name, text)
    assert [finding for finding in findings(tmp_path) if finding.fails] == []


def test_large_but_lawful_is_a_place_to_look(tmp_path: Path) -> None:
    _write(tmp_path, "case.py", "x = 1\n" * 301)
    (look,) = findings(tmp_path)
    assert (look.fails, look.rule) == (False, "file-size")


def test_a_path_of_the_checkout_itself_is_a_path_of_one_machine(tmp_path: Path) -> None:
    _write(tmp_path, "docs/a.md", f"see {tmp_path}/docs\n")
    assert [finding.rule for finding in findings(tmp_path)] == ["machine-path"]


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        ("case.step.v1: title_zh", "| 办案环节 |", "| 环节 |"),
        ("case.step.v1: purposes", "| 办案环节 | officer |", "| 办案环节 | officer, feed |"),
        ("case.step.v1: src", "| 办案环节 | officer | self |", "| 办案环节 | officer | device |"),
        ("case.step.v1: fields", "`facts` text, `basis` text, `out", "`facts` text!, `basis` text, `out"),
        ("case.step.v1: erasable", "| `place`, `facts`, `files` |", "| `place` |"),
        ("case.step.v1: is not in both", "| `case.step.v1` |", "| case.step.v1 |"),
        ("state.effect.v1: fields", "| `cause` |", "| `reason` |"),
        ("state.effect.v1: erasable", "`members.account.display_name`", "`members.account.name`"),
    ],
)
def test_kinds_of_prose_and_vector_are_compared(tmp_path: Path, part: str, before: str, after: str) -> None:
    format_md = (ROOT / "docs/format.md").read_text(encoding="utf-8")
    assert before in format_md
    _write(tmp_path, "docs/format.md", format_md)
    _write(
        tmp_path, "tests/vectors/kinds.json", (ROOT / "tests/vectors/kinds.json").read_text(encoding="utf-8")
    )
    assert findings(tmp_path) == []
    _write(tmp_path, "docs/format.md", format_md.replace(before, after, 1))
    (found,) = findings(tmp_path)
    assert found.fails
    assert found.detail.startswith(part)


def test_this_checkout_breaks_no_rule() -> None:
    assert [str(finding) for finding in findings(ROOT) if finding.fails] == []
