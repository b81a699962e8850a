"""`log`: what is served, against key, entries, contract and receipts."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gridwitness_verifier.rpc import Rpc
from support import contract_tree
from support.forged_platform import MERGE_DELAY
from support.forged_publication import write_tiles
from support.forged_record import NoteKey
from support.forged_scenario import Scenario, case_step
from support.forged_server import serving


@pytest.fixture
def base(scenario: Scenario) -> Iterator[str]:
    with serving(scenario.platform.folder) as (url, _):
        yield url


@pytest.fixture
def check(scenario: Scenario, verify, base: str):
    def run(*arguments: object, url: str | None = None, trust: Path | None = None):
        return verify("log", url or base, "--trust", trust or scenario.platform.trust(), *arguments)

    return run


def folder(scenario: Scenario) -> Path:
    return scenario.platform.folder / "log" / scenario.platform.log.name


def serve_again(scenario: Scenario, records) -> None:
    """The operator serves other entries, with tiles and a signed checkpoint that fit them."""
    log = scenario.platform.log
    leaves = [record.leaf_hash for record in records]
    write_tiles(folder(scenario), leaves, [record.entry.encode() for record in records])
    head = log.key.tree_head(len(leaves), contract_tree.root(leaves))
    (folder(scenario) / "checkpoint").write_text(head)


def test_honest_log(scenario: Scenario, check) -> None:
    answer = check()
    assert answer.failed == set()
    assert answer.exit_code == 0
    results = {each["name"]: each["result"] for each in answer.report["checks"]}
    assert results == {
        "checkpoint": "proved", "tree": "proved", "entries": "proved", "chain": "proved", "anchors": "proved",
        "time": "claimed", "independence": "not evaluated",
    }  # fmt: skip
    assert answer.report["subject"]["entries"] == len(scenario.platform.log.records)


def test_a_log_that_grows_meanwhile(
    scenario: Scenario, check, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries served after the chain was first asked name a newer head; nothing is wrong with them."""
    platform, real = scenario.platform, Rpc.block_number
    before = len(platform.log.records)

    def block_number(rpc: Rpc) -> int:
        number = real(rpc)
        if len(platform.log.records) == before:
            for _ in range(2):
                platform.accept("case.step.v1", case_step(None, "立案", []), scenario.officer)
                platform.anchor()
        return number

    monkeypatch.setattr(Rpc, "block_number", block_number)
    answer = check()
    assert answer.failed == set(), answer.report
    assert answer.report["subject"]["entries"] == before + 2


def test_one_logs_own_address(scenario: Scenario, check, base: str) -> None:
    assert check(url=f"{base}/log/{scenario.platform.log.name}").exit_code == 0


def test_more_than_a_tile(scenario: Scenario, check, base: str, tmp_path: Path) -> None:
    platform = scenario.platform
    for _ in range(300):
        platform.accept("case.step.v1", case_step(None, "立案", []), scenario.officer)
    platform.anchor()
    mirror = tmp_path / "mirror"
    assert check("--mirror", mirror).exit_code == 0
    kept = sorted(str(path.relative_to(mirror)) for path in mirror.rglob("*") if path.is_file())
    name = platform.log.name
    assert kept == [f"{name}/tile/0/000", f"{name}/tile/entries/000"]
    with serving(platform.folder) as (url, requested):
        assert check("--mirror", mirror, url=url).exit_code == 0
    assert not any(path.endswith(("/000", "/000.p/256")) and "/tile/1/" not in path for path in requested)
    assert any("/tile/entries/001.p/" in path for path in requested)


def test_checkpoint_of_another_key(scenario: Scenario, check) -> None:
    log = scenario.platform.log
    head = NoteKey(log.origin).tree_head(len(log.records), contract_tree.root(log.leaves))
    (folder(scenario) / "checkpoint").write_text(head)
    answer = check()
    assert (answer.exit_code, answer.failed) == (1, {"checkpoint"})
    assert answer.place("checkpoint", "note-unsigned")["log"] == log.name


def test_split_view(scenario: Scenario, check) -> None:
    """The same size, one other entry, signed by the log key: the contract holds the other root."""
    records = list(scenario.platform.log.records)
    records[-1] = scenario.platform.make("case.step.v1", case_step(None, "别案", []), scenario.officer)
    serve_again(scenario, records)
    answer = check()
    assert answer.exit_code == 1
    place = answer.place("tree", "root")
    assert "contract" in place["detail"]


def test_rolled_back(scenario: Scenario, check) -> None:
    records = scenario.platform.log.records[:-2]
    serve_again(scenario, records)
    answer = check()
    assert (answer.exit_code, answer.failed) == (1, {"anchors"})
    assert answer.place("anchors", "rolled-back")["index"] == len(records)


def test_tampered_hash_tile(scenario: Scenario, check) -> None:
    size = len(scenario.platform.log.records)
    path = folder(scenario) / "tile" / "0" / f"000.p/{size}"
    data = bytearray(path.read_bytes())
    data[32 * 4] ^= 1
    path.write_bytes(data)
    answer = check()
    assert (answer.exit_code, answer.failed) == (1, {"tree"})
    assert answer.place("tree", "tile")["index"] == 4


def test_tampered_entry_bundle(scenario: Scenario, check) -> None:
    size = len(scenario.platform.log.records)
    path = folder(scenario) / "tile" / "entries" / f"000.p/{size}"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    answer = check()
    assert {"tree"} <= answer.failed
    assert answer.place("tree", "tile")["index"] == size - 1


def test_missing_bundle(scenario: Scenario, check) -> None:
    size = len(scenario.platform.log.records)
    (folder(scenario) / "tile" / "entries" / f"000.p/{size}").unlink()
    answer = check()
    assert answer.place("tree", "tile-missing")["log"] == scenario.platform.log.name


def test_oversized_answer(scenario: Scenario, check) -> None:
    (folder(scenario) / "checkpoint").write_bytes(b"\x1b[2J" * 100_000)
    answer = check()
    assert answer.place("checkpoint", "tile-size")


def test_fork_among_entries(scenario: Scenario, check) -> None:
    platform = scenario.platform
    record = scenario.case[0]
    twin = platform.make("case.step.v1", case_step(None, "立案", []), scenario.officer, sub="0" * 32)
    from support.forged_record import forge

    claims = {name: value for name, value in twin.claims.items() if name not in ("_sd", "_sd_alg")}
    fork = forge(scenario.officer, {**claims, "sub": record.claims["sub"]}, case_step(None, "立案", []))
    platform.store(fork, int(time.time()))
    platform.anchor()
    answer = check()
    assert answer.failed == {"entries"}
    assert answer.place("entries", "fork")["sub"] == record.claims["sub"]


def test_entries_need_a_token(scenario: Scenario, check, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret-reader\n")
    with serving(scenario.platform.folder, "secret-reader") as (url, _):
        without = check(url=url)
        assert (without.exit_code, without.failed) == (3, set())
        assert without.check("entries")["result"] == "not evaluated"
        assert without.check("tree")["result"] == "proved"
        assert check("--token-file", token, url=url).exit_code == 0


def receipt(scenario: Scenario, leaf_hash: bytes, received: int, path: Path) -> None:
    path.mkdir(exist_ok=True)
    note = scenario.platform.log.key.receipt(leaf_hash, received, received + MERGE_DELAY)
    (path / f"{leaf_hash.hex()[:8]}.txt").write_text(note)


def test_receipt_proves_omission(scenario: Scenario, check, tmp_path: Path) -> None:
    dropped = hashlib.sha256(b"dropped").digest()
    receipt(scenario, dropped, int(time.time()) - 2 * MERGE_DELAY, tmp_path / "receipts")
    answer = check("--receipts", tmp_path / "receipts")
    assert (answer.exit_code, answer.failed) == (1, {"receipts"})
    place = answer.place("receipts", "omitted")
    assert (place["file"], place["log"]) == (f"{dropped.hex()[:8]}.txt", scenario.platform.log.name)


def test_receipt_not_due_and_receipt_kept(scenario: Scenario, check, tmp_path: Path) -> None:
    now = int(time.time())
    receipt(scenario, hashlib.sha256(b"waiting").digest(), now, tmp_path / "receipts")
    receipt(scenario, scenario.case[0].leaf_hash, now - 2 * MERGE_DELAY, tmp_path / "receipts")
    answer = check("--receipts", tmp_path / "receipts")
    assert answer.exit_code == 0
    assert [place["code"] for place in answer.places("receipts")] == ["not-due"]


def test_forged_receipt(scenario: Scenario, check, tmp_path: Path) -> None:
    stranger = NoteKey(scenario.platform.log.origin)
    (tmp_path / "receipts").mkdir()
    (tmp_path / "receipts" / "a").write_text(stranger.receipt(bytes(32), 1, 2))
    (tmp_path / "receipts" / "b").write_bytes(base64.b64decode("gICA"))
    answer = check("--receipts", tmp_path / "receipts")
    assert {place["file"]: place["code"] for place in answer.places("receipts")} == {
        "a": "note-unsigned", "b": "receipt-form",
    }  # fmt: skip


def test_memory_of_two_views(scenario: Scenario, check, tmp_path: Path) -> None:
    platform = scenario.platform
    platform.accept("case.step.v1", case_step(None, "立案", []), scenario.officer)
    platform.sequence()
    memory = tmp_path / "memory.json"
    assert check("--memory", memory).exit_code == 0
    records = list(platform.log.records)
    records[-1] = platform.make("case.step.v1", case_step(None, "别案", []), scenario.officer)
    serve_again(scenario, records)
    answer = check("--memory", memory)
    assert (answer.exit_code, answer.failed) == (1, {"memory"})


def test_unreachable_log(scenario: Scenario, check) -> None:
    answer = check(url="http://127.0.0.1:9")
    assert (answer.exit_code, answer.failed) == (3, set())
    assert answer.check("checkpoint")["result"] == "not evaluated"


def test_without_a_node(scenario: Scenario, check) -> None:
    answer = check("--rpc", "http://127.0.0.1:9")
    assert (answer.exit_code, answer.failed) == (3, set())
    assert answer.check("anchors")["result"] == "not evaluated"
