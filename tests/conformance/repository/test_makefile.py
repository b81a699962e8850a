"""`make` lists its targets, and says clearly what is missing on a machine that lacks it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from support.structure import ROOT

TARGETS = {"demo", "test", "run", "check", "bench", "setup", "audit-deps"}
PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Makefile and locks where nothing has been set up, and a folder of programs that come first."""
    for name in ("Makefile", "pyproject.toml", "uv.lock", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "programs").mkdir()
    return tmp_path


def _program(folder: Path, name: str, script: str) -> None:
    path = folder / "programs" / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    path.chmod(0o755)


def _make(
    folder: Path, *words: str, umask: int = 0o022, **environment: str
) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    path = f"{folder / 'programs'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["make", "--directory", str(folder), "--no-print-directory", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        umask=umask,
        env={**inherited, "PATH": path, **environment},
    )


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "de_DE.ISO-8859-1"])
def test_make_alone_lists_every_target_with_a_line_of_help(bare: Path, locale: str) -> None:
    listed = _make(bare, LC_ALL=locale)
    assert listed.returncode == 0, listed.stderr
    lines = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    assert all(line[0] == "make" and len(line) == 3 for line in lines)
    assert {line[1] for line in lines} >= TARGETS
    assert not (bare / ".venv").exists()


def test_a_python_that_is_too_old_or_only_a_name_is_said(bare: Path) -> None:
    for name in PYTHONS:
        _program(bare, name, "echo Python 3.10.1; exit 1")
    refused = _make(bare, "setup")
    assert refused.returncode != 0
    assert "no Python 3.11 or newer found (python3 is: Python 3.10.1" in refused.stderr


@pytest.mark.parametrize(
    ("node", "said"), [("echo v18.20.0; exit 1", "node is: v18.20.0"), ("exit 127", "missing")]
)
def test_a_node_that_is_too_old_or_missing_is_said(bare: Path, node: str, said: str) -> None:
    _program(bare, "node", node)
    refused = _make(bare, "node_modules/.installed")
    assert refused.returncode != 0
    assert "Node 20 or newer is needed" in refused.stderr
    assert said in refused.stderr


def test_a_failed_installation_is_tried_again(bare: Path) -> None:
    _program(bare, "node", "exit 0")
    _program(bare, "npm", "exit 1")
    assert _make(bare, "node_modules/.installed").returncode != 0
    _program(bare, "npm", 'mkdir -p node_modules; echo "$@" > arguments')
    assert _make(bare, "node_modules/.installed", umask=0o077).returncode == 0
    assert (bare / "arguments").read_text(encoding="ascii").startswith("ci ")


def test_what_is_current_is_not_installed_again(bare: Path) -> None:
    _program(bare, "node", "exit 0")
    _program(bare, "npm", "mkdir -p node_modules; echo installed")
    assert "installed" in _make(bare, "node_modules/.installed").stdout
    assert "up to date" in _make(bare, "node_modules/.installed").stdout
    os.utime(bare / "package-lock.json", (2_000_000_000, 2_000_000_000))
    assert "installed" in _make(bare, "node_modules/.installed").stdout


def test_the_build_server_checks_and_tests_with_the_reference_data_beside_the_checkout(
    tmp_path: Path,
) -> None:
    checkout, data = tmp_path / "checkout", tmp_path / "shared" / "data"
    (checkout / ".ci").mkdir(parents=True)
    (checkout / "programs").mkdir()
    shutil.copy(ROOT / ".ci" / "run", checkout / ".ci" / "run")
    _program(checkout, "make", 'echo "$@ in $PWD with <$GRIDWITNESS_REFERENCE_DATA>"; exit 7')
    path = f"{checkout / 'programs'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    environment.pop("GRIDWITNESS_REFERENCE_DATA", None)

    def run(**more: str) -> tuple[str, int]:
        command = [str(checkout / ".ci" / "run")]
        ran = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
            env={**environment, **more},
        )
        return ran.stdout.splitlines()[-1], ran.returncode

    assert run() == (f"check test in {checkout} with <>", 7)
    data.mkdir(parents=True)
    assert run() == (f"check test in {checkout} with <{data}>", 7)
    assert run(GRIDWITNESS_REFERENCE_DATA="/elsewhere") == (f"check test in {checkout} with </elsewhere>", 7)
