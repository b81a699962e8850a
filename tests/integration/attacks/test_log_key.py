"""The key of a log: split views, heads and receipts of its own, a bundle made up whole."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from gridwitness_evidence import Record, SigningKey, extend, hash_leaf, root_of
from support.attack import DATABASE, FILES, LOG_KEY, Judge, attack
from support.attack_block import made_up_block
from support.attack_log import head, promise
from support.attack_target import Target
from support.platform import CITY, Officer


@attack(
    "a split view: another log of the same size served",
    "分裂视图：对外提供同一规模的另一份日志",
    by=LOG_KEY,
    helped_by=FILES,
    found="tree:root",
    exit_code=1,
    located="log index",
)
def test_split_view(target: Target, url: str, zhang: Officer, judge: Judge) -> None:
    rewritten(target, zhang)
    judge(target.log(url), tree={"log": CITY, "index": target.size - 3})


def rewritten(target: Target, zhang: Officer) -> None:
    """The served log ends with another step of the case, under a head the log's key signed."""
    tiles, entries = target.platform.tiles(CITY), stored_entries(target)
    last = target.story.case[-1]
    claims = last.claims
    other = zhang.step(sub=claims.sub, seq=claims.seq, prev=claims.prev, iat=claims.iat, seen=claims.seen)
    entries[target.leaf(last)] = other.entry.encode()
    publish(target, tiles, entries)


def stored_entries(target: Target) -> list[bytes]:
    rows = target.rows(
        "SELECT entry FROM records.record WHERE log = %s AND leaf_index IS NOT NULL ORDER BY leaf_index", CITY
    )
    return [row["entry"].encode() for row in rows]


def publish(target: Target, tiles, entries: list[bytes]) -> None:
    """Serve these entries as the whole log."""
    shutil.rmtree(tiles.folder)
    extension = extend(tiles.read_tile, 0, entries)
    tiles.write(extension.tiles)
    tiles.publish(head(target, extension.new_size, extension.root))
    vkey = target.one("SELECT vkey FROM records.log WHERE name = %s", CITY)["vkey"]
    (tiles.folder / "vkey").write_text(vkey + "\n", encoding="utf-8")


@attack(
    "two logs shown one after the other before either is anchored, to one who keeps a memory",
    "锚定之前先后出示两份日志，而对方留有记忆",
    by=LOG_KEY,
    helped_by=FILES,
    found="memory:memory-head",
    exit_code=1,
    located="log",
)
def test_two_views_before_the_anchor(
    target: Target, url: str, zhang: Officer, judge: Judge, tmp_path: Path
) -> None:
    memory = str(tmp_path / "memory.json")
    before = stored_entries(target)
    publish(target, target.platform.tiles(CITY), [*before, zhang.step().entry.encode()])
    assert target.log(url, "--memory", memory).exit_code == 0
    publish(target, target.platform.tiles(CITY), [*before, zhang.step().entry.encode()])
    judge(target.log(url, "--memory", memory), memory={"log": target.running.log().origin})


@attack(
    "two logs shown to two readers before either is anchored",
    "锚定之前向两位读者出示两份日志",
    by=LOG_KEY,
    helped_by=FILES,
    exit_code=0,
    said="that others are served the same log",
)
def test_two_views_to_two_readers(target: Target, url: str, zhang: Officer, judge: Judge) -> None:
    before = stored_entries(target)
    publish(target, target.platform.tiles(CITY), [*before, zhang.step().entry.encode()])
    assert target.log(url).exit_code == 0
    publish(target, target.platform.tiles(CITY), [*before, zhang.step().entry.encode()])
    judge(target.log(url))


@attack(
    "a head the contract never saw, signed for a bundle",
    "为证据包签署合约从未接受的树头",
    by=LOG_KEY,
    found="anchor:anchor-head",
    exit_code=1,
    located="jti index",
)
def test_head_never_anchored(target: Target, zhang: Officer, judge: Judge) -> None:
    record = zhang.step(seen=None)
    bundle = target.bundle(target.story.case[-1])
    root = root_of([record.leaf_hash])
    proof = f"c2sp.org/tlog-proof@v1\nindex 0\n\n{head(target, 1, root)}"
    bundle |= {"record": record.presentation, "log_proof": proof}
    judge(target.check(bundle), anchor={"jti": record.claims.jti, "index": 0})


def made_up(target: Target, zhang: Officer) -> tuple[Record, dict[str, Any]]:
    """The bundle of a record nobody accepted: key, anchor and block made up, under the log's key alone."""
    key = SigningKey.generate("ES256")
    record = zhang.step(seen=None, key=key)
    root = root_of([record.leaf_hash])
    anchor, key_state = made_up_block(target, record, root)
    bundle = target.bundle(target.story.case[-1])
    bundle["signer"] |= {"jwk": key.jwk, "key_state": key_state}
    proof = f"c2sp.org/tlog-proof@v1\nindex 0\n\n{head(target, 1, root)}"
    return record, bundle | {
        "record": record.presentation,
        "log_proof": proof,
        "anchor": anchor,
        "seen": None,
    }


@attack(
    "a whole bundle made up, block and all, to one who asks no node",
    "凭空捏造整份证据包（含区块），而核查方不查询节点",
    by=LOG_KEY,
    exit_code=0,
    found="independence::not-evaluated",
    said="who holds the log's key can make one up",
)
def test_bundle_made_up(target: Target, zhang: Officer, judge: Judge) -> None:
    judge(target.check(made_up(target, zhang)[1]))


@attack(
    "a whole bundle made up, block and all, to one who asks a node",
    "凭空捏造整份证据包（含区块），而核查方查询节点",
    by=LOG_KEY,
    found="anchor:not-canonical key:key-unknown",
    exit_code=1,
    located="jti",
)
def test_bundle_made_up_and_a_node(target: Target, zhang: Officer, judge: Judge) -> None:
    record, bundle = made_up(target, zhang)
    report = target.check(bundle, "--rpc", target.running.rpc_url)
    judge(report, anchor={"jti": record.claims.jti})


@attack(
    "a receipt for what was never handed in: the platform accused of an omission",
    "为从未提交的内容开具回执，诬指平台遗漏",
    by=LOG_KEY,
    found="receipts:omitted",
    exit_code=1,
    located="log file",
)
def test_receipt_of_what_was_never_sent(
    target: Target, url: str, zhang: Officer, judge: Judge, tmp_path: Path
) -> None:
    """The report can not tell it from a real omission; a receipt is the log's own word."""
    received = int(target.running.clock.now().timestamp())
    (tmp_path / "receipt").write_text(promise(target, hash_leaf(b"never sent"), received), encoding="utf-8")
    target.running.advance(2 * 3600)
    target.running.accept(zhang.step())
    target.running.drain()
    judge(target.log(url, "--receipts", str(tmp_path)), receipts={"log": CITY, "file": "receipt"})


@attack(
    "a stored head signed again over another root",
    "对所存树头另签一个根",
    by=LOG_KEY,
    helped_by=DATABASE,
    found="tree:root anchors:split-view",
    exit_code=1,
    located="log index",
)
def test_stored_head_signed_again(target: Target, judge: Judge) -> None:
    root = hashlib.sha256(b"another").digest()
    target.tamper(
        "UPDATE records.tree_head SET root = %s, note = %s WHERE log = %s AND size = %s",
        root, head(target, target.size, root), CITY, target.size,
    )  # fmt: skip
    judge(
        target.audit(),
        tree={"log": CITY, "index": target.size - 3},
        anchors={"log": CITY, "index": target.size},
    )
