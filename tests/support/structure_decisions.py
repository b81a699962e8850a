"""The form of decision records: `docs/adr/NNNN-title.md`, one sequence, four sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from support.structure_finding import Finding

SECTIONS = ["Context", "Decision", "Consequences", "Alternatives"]

_FILE_NAME = re.compile(r"(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md")
_LINK = re.compile(r"\]\(([^)#:]+\.md)\)")


def decision_findings(root: Path) -> Iterator[Finding]:
    """What is wrong with the decision records below `root`."""
    folder = root / "docs" / "adr"
    for position, path in enumerate(sorted(folder.glob("*")), start=1):
        name = path.relative_to(root).as_posix()
        form = _FILE_NAME.fullmatch(path.name)
        if form is None:
            yield Finding(name, 1, "decision", "is not named NNNN-title.md")
            continue
        if int(form[1]) != position:
            yield Finding(
                name, 1, "decision", f"number {form[1]} where {position:04d} is next: one sequence, no gap"
            )
        yield from _text_findings(path, name, form[1])


def _text_findings(path: Path, name: str, number: str) -> Iterator[Finding]:
    text = path.read_text(encoding="utf-8")
    if not text.startswith(f"# {number}. "):
        yield Finding(name, 1, "decision", f"does not begin with '# {number}. '")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    headings, bodies = parts[1::2], parts[2::2]
    if headings != SECTIONS:
        yield Finding(name, 1, "decision", f"sections are {headings}, not {SECTIONS}")
        return
    for heading, body in zip(headings, bodies, strict=True):
        if not body.strip():
            yield Finding(name, 1, "decision", f"section {heading} is empty")
    sentences = len(re.findall(r"[.?!](?=\s|$)", bodies[0]))
    if not 2 <= sentences <= 4:
        yield Finding(name, 3, "decision", f"Context has {sentences} sentences, not 2 to 4")
    for target in _LINK.findall(text):
        if not (path.parent / target).is_file():
            yield Finding(name, 1, "decision", f"names {target}, which is not there")
