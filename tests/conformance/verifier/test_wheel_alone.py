"""The verifier's wheel, alone in a fresh environment: it brings all it needs and passes its tests there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UV = ROOT / ".venv" / "bin" / "uv"
TEST_TOOLS = ["pytest", "pytest-timeout", "hypothesis", "rlp"]


def run(*command, check=True, **options):
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **options)
    if check:
        assert result.returncode == 0, f"{command}: {result.stdout[-3000:]}\n{result.stderr[-3000:]}"
    return result


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Interpreter of an environment with the wheel, what it depends on, and test tools."""
    if not UV.exists():
        pytest.skip("uv is not in .venv: no wheel can be built here")
    folder = tmp_path_factory.mktemp("alone")
    run(str(UV), "build", "--wheel", "--quiet", "--out-dir", str(folder), "verifier")
    (wheel,) = folder.glob("gridwitness_verifier-*.whl")
    run(str(UV), "venv", "--quiet", "--python", sys.executable, str(folder / "venv"))
    interpreter = folder / "venv" / "bin" / "python"
    install = [str(UV), "pip", "install", "--quiet", "--python", str(interpreter), str(wheel), *TEST_TOOLS]
    if run(*install, "--offline", check=False).returncode != 0:
        online = run(*install, check=False)
        if online.returncode != 0 and ("error sending request" in online.stderr or "dns" in online.stderr):
            pytest.skip("neither a cache nor a network to install the wheel's dependencies from")
        assert online.returncode == 0, online.stderr[-3000:]
    return interpreter


def test_nothing_else_of_ours_is_there(python):
    script = (
        "import importlib.metadata, json;"
        "print(json.dumps(sorted(d.name.lower() for d in importlib.metadata.distributions())))"
    )
    names = json.loads(run(str(python), "-I", "-c", script).stdout)
    assert [name for name in names if "gridwitness" in name] in (
        ["gridwitness-verifier"],
        ["gridwitness_verifier"],
    )


def test_the_command_is_installed(python):
    command = python.parent / "gridwitness-verify"
    said = run(str(command), "--help").stdout
    for name in ("bundle", "log", "audit", "trust"):
        assert name in said


@pytest.mark.thorough
def test_its_unit_tests_pass_there(python):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    result = run(
        str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=glance",
        "tests/unit/verifier", env=environment,
    )  # fmt: skip
    assert " passed" in result.stdout


def test_every_module_imports_there(python):
    script = (
        "import importlib, pkgutil, gridwitness_verifier as package\n"
        "for module in pkgutil.walk_packages(package.__path__, 'gridwitness_verifier.'):\n"
        "    importlib.import_module(module.name)\n"
        "import sys\n"
        "assert not [name for name in sys.modules if name.split('.')[0].startswith('gridwitness')"
        " and not name.startswith('gridwitness_verifier')]\n"
    )
    run(str(python), "-I", "-c", script)
