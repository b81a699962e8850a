"""The repository's own rules, as far as a machine can hold them: `python -m support.structure`, from `tests`.

Exit 1 names every broken rule with file and line; sizes past the good measure are listed as places to look.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from support.structure_decisions import decision_findings
from support.structure_finding import Finding
from support.structure_kinds import kind_findings

ROOT = Path(__file__).resolve().parents[2]

FILE_LIMIT, FILE_MEASURE = 400, 300
FUNCTION_LIMIT, FUNCTION_MEASURE = 60, 40
CODE = {".py", ".sol", ".ts", ".js", ".mjs"}
PROSE = {".md", ".toml", ".yml", ".yaml", ".sh", ".html", ".j2", ".example", ""}
# What is installed, generated, a deployment's own, or somebody else's data.
PRUNED = {".git", ".venv", "node_modules", "var", "dist", "build", "artifacts", "__pycache__", "compose_spec"}
FORBIDDEN_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}
STANDARD_FOLDERS = {
    "bin",
    "boot",
    "dev",
    "etc",
    "lib",
    "media",
    "mnt",
    "opt",
    "proc",
    "run",
    "sbin",
    "srv",
    "sys",
}
STANDARD_FOLDERS |= {"tmp", "usr", "var", "app", "private", "home", "root", "Users"}

_UNFINISHED = re.compile(r"\b(?:TO(?:DO)|FIX(?:ME)|X{3})\b")
# /home/node is the home of an image's own user, not of a person.
_HOME_PATH = re.compile(
    r"(?<![\w.])/(?:home|Users)/(?!node/)[a-z][\w.-]*/|(?<![\w.])/(?:root)/|\b[A-Z]:\\Users\\"
)
# Reference data are named by GRIDWITNESS_REFERENCE_DATA; only the build server's script knows where they lie.
_REFERENCE_FOLDER = re.compile(r"[.]{2}/shared\b")
_SOLIDITY_FUNCTION = re.compile(r"^\s*(?:function\s+(\w+)|(constructor|receive|fallback)\s*\()")


def findings(root: Path) -> list[Finding]:
    """Everything the rules have to say about the tree at `root`, worst first."""
    found: list[Finding] = []
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8", errors="replace")
        for rule in _RULES:
            found.extend(rule(root, name, text))
    found.extend(decision_findings(root))
    found.extend(kind_findings(root))
    return sorted(found, key=lambda finding: (not finding.fails, finding.path, finding.line))


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            f
            for f in folders
            if f not in PRUNED and not f.endswith((".egg-info", "_cache")) and f != ".hypothesis"
        )
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix in CODE | PROSE and name != "LICENSE" and not path.is_symlink():
                yield path


def _names(_root: Path, name: str, _text: str) -> Iterator[Finding]:
    path = Path(name)
    for part in (*path.parts[:-1], path.stem):
        swear = FORBIDDEN_NAMES & set(re.split(r"[_\-.]", part.lower()))
        if swear:
            yield Finding(name, 1, "name", f"{part!r} says nothing of the domain; name the noun it holds")
            return


def _file_size(_root: Path, name: str, text: str) -> Iterator[Finding]:
    lines = text.count("\n")
    if Path(name).suffix in CODE and lines > FILE_MEASURE:
        over = lines > FILE_LIMIT
        limit = FILE_LIMIT if over else FILE_MEASURE
        yield Finding(name, 1, "file-size", f"{lines} lines, over {limit}: split it by noun", over)


def _function_sizes(_root: Path, name: str, text: str) -> Iterator[Finding]:
    spans = _SPANS.get(Path(name).suffix)
    if spans is None:
        return
    for function, first, last in spans(text):
        length = last - first + 1
        if length > FUNCTION_MEASURE:
            over = length > FUNCTION_LIMIT
            limit = FUNCTION_LIMIT if over else FUNCTION_MEASURE
            yield Finding(name, first, "function-size", f"{function} has {length} lines, over {limit}", over)


def _python_spans(text: str) -> Iterator[tuple[str, int, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, node.end_lineno or node.lineno


def _solidity_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Functions by their braces; a function without a body (interface) has none."""
    lines = re.sub(r"/\*.*?\*/", lambda comment: "\n" * comment[0].count("\n"), text, flags=re.DOTALL).split(
        "\n"
    )
    name, first, depth, opened = "", 0, 0, False
    for number, raw in enumerate(lines, start=1):
        line = re.sub(r'//.*|"[^"]*"', "", raw)
        started = _SOLIDITY_FUNCTION.match(line)
        if started and not name:
            name, first, depth, opened = started[1] or started[2], number, 0, False
        if not name:
            continue
        depth += line.count("{") - line.count("}")
        opened = opened or "{" in line
        if opened and depth == 0:
            yield name, first, number
        if (opened and depth == 0) or (not opened and ";" in line):
            name = ""


def _package_doors(_root: Path, name: str, text: str) -> Iterator[Finding]:
    if Path(name).name != "__init__.py":
        return
    for node in ast.parse(text).body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        exported = (
            isinstance(node, ast.Assign | ast.AnnAssign) and "__all__" in ast.unparse(node).split("=")[0]
        )
        if not (docstring or exported or isinstance(node, ast.Import | ast.ImportFrom)):
            yield Finding(name, node.lineno, "package-door", "__init__.py holds re-exports and __all__ only")


def _machine_paths(root: Path, name: str, text: str) -> Iterator[Finding]:
    top = root.parts[1] if len(root.parts) > 2 else ""
    here = (
        re.compile(rf"(?<![\w.]){re.escape('/' + top + '/')}")
        if top and top not in STANDARD_FOLDERS
        else None
    )
    for number, line in enumerate(text.split("\n"), start=1):
        if _HOME_PATH.search(line) or str(root) + "/" in line or (here and here.search(line)):
            yield Finding(
                name, number, "machine-path", "a path of one machine; take it as an argument or a setting"
            )
        if _REFERENCE_FOLDER.search(line) and name != ".ci/run":
            yield Finding(
                name, number, "machine-path", "reference data are named by GRIDWITNESS_REFERENCE_DATA only"
            )


def _unfinished(_root: Path, name: str, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.split("\n"), start=1):
        if _UNFINISHED.search(line):
            yield Finding(name, number, "unfinished", "finish it, or write down the decision not to")


_SPANS = {".py": _python_spans, ".sol": _solidity_spans}
_RULES = (_names, _file_size, _function_sizes, _package_doors, _machine_paths, _unfinished)


def main() -> int:
    """Report on this checkout; 1 when a rule is broken."""
    found = findings(ROOT)
    broken = [finding for finding in found if finding.fails]
    looks = [finding for finding in found if not finding.fails]
    for finding in broken:
        print(finding, file=sys.stderr)
    for finding in looks:
        print(f"look here: {finding}")
    print(f"structure: {len(broken)} broken, {len(looks)} to look at")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
