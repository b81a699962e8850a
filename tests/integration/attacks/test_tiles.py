"""Tiles and files on disk."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from gridwitness_verifier.main import main as verify
from support.attack import FILES, OFFICER, Judge, attack
from support.attack_door import Door
from support.attack_story import file_path, store_file
from support.attack_target import Target
from support.platform import CITY, POLICE, Officer

HOSTILE = "照片\u202e\u0007\x1b[2J<script>alert(1)</script>\u2066.jpg"


def tile(target: Target, name: str) -> Path:
    """A file of the city's log."""
    return target.home / "log" / CITY / name


def flip(path: Path, at: int) -> None:
    """One bit, in place."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@attack(
    "a hash tile altered",
    "改动哈希块",
    by=FILES,
    found="tree:tile",
    exit_code=1,
    located="log index",
)
def test_hash_tile_altered(target: Target, url: str, judge: Judge) -> None:
    flip(tile(target, f"tile/0/000.p/{target.size}"), 32 * 5)
    judge(target.log(url), tree={"log": CITY, "index": 5})


@attack(
    "an entry altered in the served tiles",
    "改动对外公开的条目块",
    by=FILES,
    found="tree:tile entries:json-malformed",
    exit_code=1,
    located="log index",
)
def test_entry_tile_altered(target: Target, url: str, judge: Judge) -> None:
    flip(tile(target, f"tile/entries/000.p/{target.size}"), 2)
    judge(target.log(url), tree={"log": CITY, "index": 0}, entries={"log": CITY, "index": 0})


@attack(
    "a tile destroyed",
    "毁坏哈希块",
    by=FILES,
    found="tree:tile-missing",
    exit_code=1,
    located="log",
)
def test_tile_destroyed(target: Target, url: str, judge: Judge) -> None:
    tile(target, f"tile/entries/000.p/{target.size}").unlink()
    judge(target.log(url), tree={"log": CITY})


@attack(
    "an old checkpoint put back",
    "放回旧的检查点",
    by=FILES,
    found="anchors:rolled-back",
    exit_code=1,
    located="log index",
)
def test_old_checkpoint(target: Target, url: str, judge: Judge) -> None:
    older = target.one("SELECT size, note FROM records.tree_head WHERE log = %s ORDER BY size LIMIT 1", CITY)
    tile(target, "checkpoint").write_text(older["note"], encoding="utf-8")
    judge(target.log(url), anchors={"log": CITY, "index": older["size"]})


@attack(
    "a file edited",
    "改动文件",
    by=FILES,
    found="files:file-altered",
    exit_code=1,
    located="log index jti field file",
)
def test_file_edited(target: Target, judge: Judge) -> None:
    digest, record = target.story.photo["sha256"], target.story.case[0]
    flip(file_path(target.home, digest), 0)
    place = {"log": CITY, "index": target.leaf(record), "jti": record.claims.jti, "field": "files"}
    judge(target.audit(), files={**place, "file": digest})


@attack(
    "a file destroyed",
    "毁坏文件",
    by=FILES,
    found="files:destroyed",
    exit_code=1,
    located="jti file",
)
def test_file_destroyed(target: Target, judge: Judge) -> None:
    digest, record = target.story.photo["sha256"], target.story.case[0]
    file_path(target.home, digest).unlink()
    judge(target.audit(), files={"jti": record.claims.jti, "file": digest})


@attack(
    "markup, terminal codes and bidi marks in a file's name, shown once the file is gone",
    "在文件名中植入标记、终端控制码与双向字符，毁坏文件后出现在报告中",
    by=FILES,
    helped_by=OFFICER,
    found="files:destroyed",
    exit_code=1,
    located="jti file",
)
def test_hostile_file_name(
    target: Target,
    zhang: Officer,
    door: Door,
    judge: Judge,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    photo = store_file(target.running, b"another photo") | {"name": HOSTILE}
    record = zhang.step(fields={"files": [photo]})
    assert door.submit(record.presentation).status_code == 201
    target.running.drain()
    file_path(target.home, photo["sha256"]).unlink()
    page = tmp_path / "report.html"
    report = target.audit("--html", str(page))
    capsys.readouterr()
    url, files = target.running.urls.auditor, str(target.home / "files")
    verify(["audit", "--database", url, "--trust", str(target.trust), "--files", files])
    for text in (capsys.readouterr().out, page.read_text(encoding="utf-8"), str(report.report)):
        assert "照片" in text
        assert not set(text) & set("\u202e\u2066\x1b\x07")
    assert "<script>alert" not in page.read_text(encoding="utf-8")
    judge(report, files={"jti": record.claims.jti, "file": photo["sha256"]})


@attack(
    "a checkpoint under another key served",
    "对外提供他人密钥签署的检查点",
    by=FILES,
    found="checkpoint:note-unsigned",
    exit_code=1,
    located="log",
)
def test_checkpoint_of_another_key(target: Target, url: str, judge: Judge) -> None:
    other = target.one("SELECT note FROM records.tree_head WHERE log = %s LIMIT 1", POLICE)["note"]
    tile(target, "checkpoint").write_text(other, encoding="utf-8")
    assert httpx.get(f"{url}/log/{CITY}/checkpoint", trust_env=False).text == other
    judge(target.log(url), checkpoint={"log": CITY})
