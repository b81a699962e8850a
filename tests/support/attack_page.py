"""`docs/attacks.md`: every attack of the suite, as its test declares it; `--check` if it is current."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gridwitness_verifier.report.explanations import explain
from support.attack import PARTS, Attack
from support.structure import ROOT

_PLACES = ("log", "index", "jti", "sub", "seq", "field", "table", "key", "column", "file")
PAGE = ROOT / "docs/attacks.md"
SUITE = ROOT / "tests/integration/attacks"

_HEAD = """# Attacks 攻击与发现

What somebody who owns one part of a deployment can try, and what says so. Every row is a test that carries
the attack out on a running deployment (PostgreSQL, a chain node, the platform, its HTTP door) and holds the
report of `gridwitness-verify` to this row: nothing else may fail, exit code and places are just these. This
page is written from the declarations of the tests
(`PYTHONPATH=tests .venv/bin/python -m support.attack_page`), and `make check` fails when it is not.

- **refused**: the code with which the platform or the contract refuses it; the attack then goes on with that
  check taken out.
- **found by**: the checks that say so, with the code they give; *disputed*, *not evaluated*, *claimed* where
  that is the result, else the check fails. What the codes mean stands at the end.
- **exit** of `gridwitness-verify` (format, section 14): 0 all required checks proved, 1 a check failed, 3
  could not check, or a required check is not proved.
- **located**: what the report names of the place.
- *Not detected* means just that; the words are those of the report.

Whom to trust for what: [ARCHITECTURE.md](../ARCHITECTURE.md). What a `bundle`, a `log` and an `audit` check:
[format.md](format.md), section 14.
"""


@dataclass(frozen=True)
class Row:
    """An attack and the test that carries it out."""

    attack: Attack
    test: str


def rows() -> list[Row]:
    """Every attack of the suite, in the order of the files and of the tests in them."""
    return [row for path in sorted(SUITE.glob("test_*.py")) for row in _rows_of(path)]


def _rows_of(path: Path) -> Iterator[Row]:
    name = f"attack_page.{path.stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    for test, function in inspect.getmembers(module, inspect.isfunction):
        if test.startswith("test_") and not isinstance(getattr(function, "attack", None), Attack):
            raise ValueError(f"{path.name}: {test} declares no attack")
    tests = [found for found in vars(module).values() if isinstance(getattr(found, "attack", None), Attack)]
    for found in tests:
        yield Row(found.attack, f"{path.stem}::{found.__name__}")


def render(found: list[Row]) -> str:
    """The page."""
    parts = [_HEAD]
    for part in PARTS:
        ours = [row for row in found if row.attack.by == part]
        if ours:
            parts.append(f"\n## {part[0].upper()}{part[1:]}\n\n{_table(ours)}")
    codes = {one.code for row in found for one in row.attack.found if one.code}
    meanings = [f"- `{code}` {meaning} {meaning.zh}" for code in sorted(codes) if (meaning := explain(code))]
    return "".join(parts) + "\n## Codes\n\n" + "\n".join(meanings) + "\n"


def _table(found: list[Row]) -> str:
    lines = ["| attack | refused | found by | exit | located | test |", "|---|---|---|---|---|---|"]
    lines += [_line(row) for row in found]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    attack = row.attack
    helped = f" (with: {attack.helped_by})" if attack.helped_by else ""
    cells = (
        f"{attack.name}{helped}<br>{attack.name_zh}",
        " ".join(f"`{code}`" for code in attack.refused) or "–",
        _found(attack),
        str(attack.exit_code),
        " ".join(f"`{name}`" for name in _PLACES if name in attack.located) or "–",
        f"`{row.test}`",
    )
    return "| " + " | ".join(cells) + " |"


def _found(attack: Attack) -> str:
    said = [_finding(one.check, one.code, one.result) for one in attack.found]
    if attack.undetected:
        said = [f"*not detected*: “{attack.said}”", *said]
    return "<br>".join(said) or "nothing to find"


def _finding(check: str, code: str | None, result: str) -> str:
    name = f"`{check}`" + (f" {code}" if code else "")
    return name if result == "failed" else f"{name} (*{result}*)"


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` say whether it is what the tests declare."""
    page = render(rows())
    if arguments != ["--check"]:
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    print(f"{PAGE.relative_to(ROOT)} is not what the attacks declare; write it anew:", file=sys.stderr)
    print("  PYTHONPATH=tests .venv/bin/python -m support.attack_page", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
