"""Every code that the verifier can give has a meaning in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import gridwitness_verifier
import pytest
from gridwitness_verifier.report import explain
from gridwitness_verifier.report.explanations import _MEANINGS
from gridwitness_verifier.report.wording import CHECKS

SOURCE = Path(gridwitness_verifier.__file__).parent
# What takes a code, and where among its arguments.
TAKERS = {
    "fail": 0, "dispute": 0, "name_place": 0, "report": 0, "unsettled": 2, "Location": 0, "_failed": 0,
    "VerificationError": 0, "Unusable": 0, "Unavailable": 0, "RefusedError": 0, "KeyJudgement": 1,
    "_Found": 2, "parse_decimal": 1, "parse_hash": 1,
}  # fmt: skip
# Expressions that hand on a code which another place of the source writes down.
HANDED_ON = {
    "code",
    "error.code",
    "judgement.code",
    "problem",
    "found.problem",
    "*problem",
    "breach.code",
    "difference.code",
    "None",
    "''",
}
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
HYPHENATED = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
NOT_CODES = {
    "utf-8", "utf-16-be", "sha-256", "gridwitness-verify", "gridwitness-audit", "not-evaluated", "zh-cn",
    "calendar-days", "calendar-hours", "work-hours", "work-minutes", "working-days", "merged-into",
    "gi-star", "signer-in", "officer-in", "device-reviewed", "device-signed", "mutual-tls",
    *CHECKS,
}  # fmt: skip


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name != "explanations.py":
            yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text("utf-8"))


def branches(node: ast.expr) -> list[ast.expr]:
    return [*branches(node.body), *branches(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def places() -> Iterator[tuple[str, int, ast.expr]]:
    """Every expression that stands where a code is taken."""
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                function = node.func
                called = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
                at = TAKERS.get(called)
                if at is not None and len(node.args) > at:
                    for branch in branches(node.args[at]):
                        yield name, node.lineno, branch
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code":
                constants = (part for part in branches(node.value) if isinstance(part, ast.Constant))
                yield from ((name, node.lineno, part) for part in constants)
            elif isinstance(node, ast.Tuple) and len(node.elts) in (2, 3) and _is_finding(node):
                # (code, detail) and (code, field, detail): what is wrong, said to a caller.
                yield name, node.lineno, node.elts[0]


def _is_finding(node: ast.Tuple) -> bool:
    first, last = node.elts[0], node.elts[-1]
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return False
    says = isinstance(last, ast.JoinedStr) or (
        isinstance(last, ast.Constant) and isinstance(last.value, str) and " " in last.value
    )
    return says and CODE.fullmatch(first.value) is not None


def written() -> set[str]:
    codes = {
        node.value
        for _, _, node in places()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # A code that takes another way still has hyphens, and nothing else here does.
    strings = {
        node.value
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HYPHENATED.fullmatch(node.value)
    }
    return (codes | strings - NOT_CODES) - {""}


@pytest.mark.parametrize("code", sorted(written()))
def test_a_code_has_a_meaning_in_both_languages(code):
    meaning = explain(code)
    assert meaning is not None, f"report/explanations.py has no line for {code}"
    assert re.fullmatch(r"[ -~]+", str(meaning))
    assert re.search(r"[\u4e00-\u9fff]", meaning.zh)


def test_every_place_writes_its_code_down_or_hands_one_on():
    unclear = [
        (name, line, ast.unparse(node))
        for name, line, node in places()
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str))
        and ast.unparse(node) not in HANDED_ON
    ]
    assert unclear == []


def test_no_meaning_is_left_over():
    assert sorted(set(_MEANINGS) - written()) == []
    assert len(written()) > 190
