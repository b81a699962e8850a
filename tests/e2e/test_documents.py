"""The README's walk-through and the guides, followed word by word against a running platform.

One shell per document runs its ```sh blocks in order; ```text blocks are output, or started beforehand.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.postgres import new_home

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.timeout(1000)


@dataclass(frozen=True)
class Walk:
    """A folder that looks like the project's, with `make run` running in it on another port."""

    folder: Path
    port: int

    def follow(self, document: str) -> subprocess.CompletedProcess[str]:
        """Run the document's shell blocks as one script that stops at the first failure."""
        blocks = [block for block in BLOCK.findall((ROOT / document).read_text()) if "make " not in block]
        assert blocks, f"{document} has no shell blocks"
        script = "\n".join(blocks).replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")
        for port in ("8400", "8411"):
            script = script.replace(port, str(_free_port()))
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env={**os.environ, "PATH": f"{ROOT / '.venv/bin'}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    """The demo platform, as `make run` starts it."""
    folder = new_home("gw-documents-")
    for name in (".venv", "node_modules", "verifier", "docs"):
        (folder / name).symlink_to(ROOT / name)
    port = _free_port()
    command = [sys.executable, "-m", "gridwitness_cli", "up", "--demo", "--port", str(port)]
    log = (folder / "up.log").open("wb")
    platform = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _await(port, platform, folder / "up.log")
        yield Walk(folder, port)
    finally:
        platform.send_signal(signal.SIGTERM)
        platform.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("README.md", ["every check that profile embedded requires is proved", "exit code 2"]),
        pytest.param("README.zh-CN.md", ["各项核查均已核实"], marks=pytest.mark.thorough),
        pytest.param(
            "docs/guides/officer.md",
            ["各项核查均已核实", "exit code 2", "archived", "accepted"],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            "docs/guides/auditor.md",
            ["wang.fan", "column=username", "exit code 1", "procedure-role", "missing before this record"],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            "docs/guides/operator.md",
            ["admin", "330100GA", "exit code 1", "not a time", "calendar/cn/2027", "33010010099"],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            "docs/guides/feeds.md",
            ["plate-invalid", "device-unknown", "answered True"],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            "docs/guides/trucks.md",
            ["plate-taken", "exit code 1", "NO_PERMIT", "浙A61011"],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            "docs/guides/grid-worker.md",
            ["checked", "signed offline", "accepted", "check-in CG"],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            "docs/guides/dispatcher.md",
            ["return_grant", "exit code 2", "FeatureCollection", "merged"],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            "docs/guides/department.md",
            ["extend_grant", "exit code 2", "suspended", "closed"],
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            "docs/guides/supervisor.md",
            ["order_lift", "exit code 2", "assessed", "exit code 1", "各项核查均已核实"],
            marks=pytest.mark.thorough,
        ),
        ("docs/guides/police.md", ["every check that profile embedded requires", "period_from"]),
    ],
)
def test_document_followed_word_by_word(walk: Walk, document: str, said: list[str]) -> None:
    done = walk.follow(document)
    assert done.returncode == 0, f"{document}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    for words in said:
        assert words in done.stdout, f"{document} did not print {words!r}:\n{done.stdout[-6000:]}"


def _await(port: int, platform: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if b"\xe5\xb7\xb2\xe5\xb0\xb1\xe7\xbb\xaa" in log.read_bytes():  # 已就绪
            return
        assert platform.poll() is None, log.read_text()
        time.sleep(0.3)
    raise AssertionError(log.read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
