"""ARCHITECTURE.md names folders that are there and checks that the format has."""

from __future__ import annotations

import re

from support.structure import ROOT

ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
FORMAT = (ROOT / "docs/format.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[list[str]]:
    section = ARCHITECTURE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


def test_the_folder_map_is_the_tree() -> None:
    named = {folder for row in _rows("Folders") for folder in re.findall(r"`(\w+)/`", row[0])}
    members = re.search(
        r"^members = \[(.+)\]$", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert members
    assert named == set(re.findall(r'"(\w+)"', members[1])) | {"contracts", "tests"}
    assert [folder for folder in named if not (ROOT / folder).is_dir()] == []


def test_the_trust_table_names_checks_of_the_format() -> None:
    paragraph = FORMAT.split("Check names. ")[1]
    checks = {word for span in re.findall(r"`([^`]+)`", paragraph) for word in re.split(r"\s+", span)}
    rows = _rows("Whom to trust for what")
    assert all(len(row) == 4 and all(cell.strip() for cell in row) for row in rows)
    named = {check for row in rows for check in re.findall(r"`([a-z-]+)`", row[3])}
    assert named
    assert named - checks == set()


def test_every_link_of_the_first_pages_leads_somewhere() -> None:
    pages = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("ARCHITECTURE.md", "SECURITY.md")}
    dead = {
        (name, target)
        for name, text in pages.items()
        for target in re.findall(r"\]\(([^)#:]+)\)", text)
        if not (ROOT / target).exists()
    }
    assert dead == set()
