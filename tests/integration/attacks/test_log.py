"""Tiles and files on disk, the log's key, the anchorer's account, the worker, and the rows that hold heads and anchors."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from gridwitness.errors import GridWitnessError
from gridwitness.worker import Worker
from gridwitness_chain import Reverted, log_id
from gridwitness_evidence import Record, SigningKey, extend, hash_leaf, root_of
from support.attack import ANCHORER, DATABASE, FILES, LOG_KEY, WORKER, Judge, attack
from support.attack_block import made_up_block
from support.attack_log import extended, head, promise
from support.attack_story import file_path
from support.attack_target import Target
from support.platform import CITY, POLICE, Officer
from support.stolen_anchorer import append_junk, recover
from support.submit_door import served


@pytest.fixture
def url(target: Target) -> Iterator[str]:
    """The platform's own door, which serves the log."""
    with served(target.platform) as url:
        yield url


@pytest.fixture
def zhang(target: Target) -> Officer:
    return target.mine(target.story.zhang)


def tile(target: Target, name: str) -> Path:
    """A file of the city's log."""
    return target.home / "log" / CITY / name


def flip(path: Path, at: int) -> None:
    """One bit, in place."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


# Tiles and files on disk


@attack(
    "a hash tile altered",
    "改动哈希块",
    by=FILES,
    found="tree:tile",
    exit_code=1,
    located="log index",
)
def test_hash_tile_altered(target: Target, url: str, judge: Judge) -> None:
    flip(tile(target, "tile/0/000.p/31"), 32 * 5)
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
    flip(tile(target, "tile/entries/000.p/31"), 2)
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
    tile(target, "tile/entries/000.p/31").unlink()
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


# The log's key


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
    judge(target.log(url), tree={"log": CITY, "index": 28})


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


def made_up(target: Target, zhang: Officer) -> tuple[Record, dict]:
    """The bundle of a record nobody accepted: key, head, anchor and block made up under the log's key alone."""
    key = SigningKey.generate("ES256")
    record = zhang.step(seen=None, key=key)
    root = root_of([record.leaf_hash])
    anchor, key_state = made_up_block(target, record, root)
    bundle = target.bundle(target.story.case[-1])
    bundle["signer"] |= {"jwk": key.jwk, "key_state": key_state}
    proof = f"c2sp.org/tlog-proof@v1\nindex 0\n\n{head(target, 1, root)}"
    return record, bundle | {"record": record.presentation, "log_proof": proof, "anchor": anchor, "seen": None}


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
        "UPDATE records.tree_head SET root = %s, note = %s WHERE log = %s AND size = 31",
        root, head(target, 31, root), CITY,
    )  # fmt: skip
    judge(target.audit(), tree={"log": CITY, "index": 28}, anchors={"log": CITY, "index": 31})


# The anchorer's account


@attack(
    "junk appended to the log in the contract",
    "向合约日志追加垃圾",
    by=ANCHORER,
    refused="database-behind",
    found="anchors:head-unsigned tree:root-missing",
    exit_code=1,
    located="log index",
)
def test_junk_appended(target: Target, judge: Judge) -> None:
    append_junk(target.running)
    with pytest.raises(GridWitnessError) as refused:
        Worker(target.platform).round()
    judge.refusal(refused.value.code)
    judge(target.audit(), anchors={"log": CITY, "index": 33}, tree={"log": CITY, "index": 31})


@attack(
    "junk appended, and the log recovered by succession",
    "追加垃圾之后以后继日志恢复",
    by=ANCHORER,
    found="anchors:disowned:proved",
    exit_code=0,
    located="log index",
)
def test_junk_and_succession(target: Target, judge: Judge) -> None:
    append_junk(target.running)
    found = recover(target.running, accept_loss=True)
    assert found.lost == (31, 32)
    target.running.drain(Worker(target.platform))
    judge(target.audit(trust=target.proposed_trust()), anchors={"log": CITY, "index": 33})


@attack(
    "the log cut back, or rewritten, in the contract",
    "在合约中截短或改写日志",
    by=ANCHORER,
    refused="RecordLogSizeMismatch RecordLogInconsistent",
    exit_code=0,
)
def test_log_rewritten_in_the_contract(target: Target, judge: Judge) -> None:
    chain, name = target.platform.chain, log_id(target.running.log().origin)
    contract = chain.contracts.record_log
    root = hashlib.sha256(b"another").digest()
    for sizes, proof in (((28, 30), [root]), ((31, 40), [root] * 4)):
        with pytest.raises(GridWitnessError) as refused:
            chain.submit(chain.anchorer(CITY), contract, contract.append(name, *sizes, root, proof))
        assert isinstance(refused.value.__cause__, Reverted)
        judge.refusal(refused.value.__cause__.error)
    judge(target.audit())


# The worker


@attack(
    "nothing anchored any more",
    "停止锚定",
    by=WORKER,
    found="receipts:overdue",
    exit_code=1,
    located="log jti",
)
def test_anchoring_stopped(target: Target, zhang: Officer, judge: Judge) -> None:
    record = zhang.step()
    target.running.accept(record)
    target.running.advance(2 * 3600)
    target.running.officer("guest", agency=POLICE)  # the chain goes on
    judge(target.audit(), receipts={"log": CITY, "jti": record.claims.jti})


@attack(
    "anchored later than promised",
    "晚于承诺时间锚定",
    by=WORKER,
    exit_code=0,
    said="1 were anchored later than promised",
)
def test_anchored_late(target: Target, zhang: Officer, judge: Judge) -> None:
    target.running.accept(zhang.step())
    target.running.advance(2 * 3600)
    target.running.drain()
    judge(target.audit())


@attack(
    "the order within a batch chosen",
    "自行安排同批次内的次序",
    by=WORKER,
    exit_code=0,
    said="the order in which records of one batch came",
)
def test_order_within_a_batch(target: Target, zhang: Officer, judge: Judge) -> None:
    first, second = zhang.step(), zhang.step()
    target.running.accept(first)
    target.running.accept(second)
    target.tamper("UPDATE records.record SET accept_order = accept_order + 9 WHERE jti = %s", first.claims.jti)
    target.running.drain()
    assert target.leaf(second) < target.leaf(first)
    judge(target.audit())


@attack(
    "one entry put in another's place in the tiles, and anchored",
    "以一条目顶替另一条目入册并锚定",
    by=WORKER,
    found="tree:root",
    exit_code=1,
    located="log index",
)
def test_place_given_twice(target: Target, zhang: Officer, judge: Judge) -> None:
    twice(target, zhang)
    judge(target.audit(), tree={"log": CITY, "index": 31})


@attack(
    "one entry put in another's place in the tiles, and anchored: the served log",
    "以一条目顶替另一条目入册并锚定（公开日志）",
    by=WORKER,
    found="entries:jti-twice receipts:omitted",
    exit_code=1,
    located="log file",
)
def test_place_given_twice_in_the_served_log(target: Target, url: str, zhang: Officer, judge: Judge) -> None:
    dropped = twice(target, zhang)
    target.running.advance(2 * 3600)
    target.running.accept(zhang.step())
    target.running.drain()
    report = target.log(url, "--receipts", str(target.receipts(dropped)))
    judge(report, receipts={"log": CITY, "file": dropped.claims.jti}, entries={"log": CITY})


def twice(target: Target, zhang: Officer) -> Record:
    """Two records are accepted; the tiles hold the first one twice. Gives the one that was dropped."""
    kept, dropped = zhang.step(), zhang.step()
    target.running.accept(kept, dropped)
    with target.owner() as owner:
        for index, record in enumerate((kept, dropped), start=31):
            owner.execute("UPDATE records.record SET leaf_index = %s WHERE jti = %s", (index, record.claims.jti))
    extended(target, [kept.entry.encode()] * 2)
    target.running.worker.round()
    return dropped


# Rows that hold heads, anchors and key states


@attack(
    "a stored head of another key",
    "所存树头出自他人密钥",
    by=DATABASE,
    found="tree:note-unsigned anchors:head-unsigned",
    exit_code=1,
    located="log index table key",
)
def test_stored_head_of_another_key(target: Target, judge: Judge) -> None:
    other = target.one("SELECT note FROM records.tree_head WHERE log = %s LIMIT 1", POLICE)["note"]
    target.tamper("UPDATE records.tree_head SET note = %s WHERE log = %s AND size = 31", other, CITY)
    stored = {"table": "records.tree_head", "key": "31", "index": 31, "log": CITY}
    judge(target.audit(), tree=stored, anchors={"log": CITY, "index": 31})


@attack(
    "an anchor's block time moved three weeks back",
    "将锚定区块时间改早三周",
    by=DATABASE,
    found="anchors:altered",
    exit_code=1,
    located="log index table key column",
)
def test_anchor_moved_back(target: Target, judge: Judge) -> None:
    target.tamper(
        "UPDATE records.anchor SET block_time = block_time - interval '21 days' WHERE log = %s AND size = 31", CITY
    )
    place = {"log": CITY, "index": 31, "table": "records.anchor", "key": "31", "column": "block_time"}
    judge(target.audit(), anchors=place)


@attack(
    "an anchor's proof swapped for another's",
    "互换锚定证明",
    by=DATABASE,
    found="anchors:column-differs",
    exit_code=1,
    located="log index table key",
)
def test_anchor_proof_swapped(target: Target, judge: Judge) -> None:
    target.tamper(
        "UPDATE records.anchor a SET proof = b.proof FROM records.anchor b"
        " WHERE a.log = %s AND a.size = 31 AND b.log = a.log AND b.size = 28",
        CITY,
    )
    judge(target.audit(), anchors={"log": CITY, "index": 31, "table": "records.anchor", "key": "31"})


@attack(
    "an anchor invented",
    "虚构锚定",
    by=DATABASE,
    found="anchors:no-event",
    exit_code=1,
    located="log index",
)
def test_anchor_invented(target: Target, judge: Judge) -> None:
    target.tamper(
        "INSERT INTO records.anchor SELECT log, size + 100, size, root, transaction, block_number, block_hash,"
        " block_time, proof FROM records.anchor WHERE log = %s AND size = 31",
        CITY,
    )
    judge(target.audit(), anchors={"log": CITY, "index": 131})


@attack(
    "an anchor and its key states deleted",
    "删除锚定及其密钥状态证明",
    by=DATABASE,
    found="keys:key-state-missing",
    exit_code=1,
    located="log index",
)
def test_anchor_deleted(target: Target, judge: Judge) -> None:
    for table in ("anchor", "key_state"):
        target.tamper(f"DELETE FROM records.{table} WHERE log = %s AND size = 31", CITY)
    judge(target.audit(), keys={"log": CITY, "index": 31}, anchors={"log": CITY, "index": 31})


@attack(
    "the stored states of two keys swapped",
    "互换两把密钥的状态证明",
    by=DATABASE,
    found="keys:trie",
    exit_code=1,
    located="log index table key",
)
def test_key_states_swapped(target: Target, judge: Judge) -> None:
    zhang, li = target.story.zhang.key.kid, target.story.li.key.kid
    target.tamper(
        "UPDATE records.key_state a SET proof = b.proof FROM records.key_state b"
        " WHERE a.log = %s AND a.size = 31 AND b.log = a.log AND b.size = a.size AND a.kid = %s AND b.kid = %s",
        CITY, zhang, li,
    )  # fmt: skip
    place = {"log": CITY, "index": 31, "table": "records.key_state", "key": f"{CITY} {zhang}"}
    judge(target.audit(), keys=place)


@attack(
    "a key's stored state of an earlier block, from before it was revoked",
    "以吊销之前的区块状态顶替密钥状态证明",
    by=DATABASE,
    found="keys:key-state-block",
    exit_code=1,
    located="log index table key",
)
def test_key_state_of_an_earlier_block(target: Target, judge: Judge) -> None:
    service = target.platform.keystore.service_key(CITY).kid
    sizes = target.rows(
        "SELECT size FROM records.key_state WHERE log = %s AND kid = %s ORDER BY size DESC", CITY, service
    )
    newest, oldest = sizes[0]["size"], sizes[-1]["size"]
    target.tamper(
        "UPDATE records.key_state a SET proof = b.proof FROM records.key_state b WHERE a.log = %s AND a.kid = %s"
        " AND a.size = %s AND b.log = a.log AND b.kid = a.kid AND b.size = %s",
        CITY, service, newest, oldest,
    )  # fmt: skip
    place = {"log": CITY, "index": newest, "table": "records.key_state", "key": f"{CITY} {service}"}
    judge(target.audit(), keys=place)


@attack(
    "the terms of a log changed",
    "改动日志的约定",
    by=DATABASE,
    found="anchors:altered",
    exit_code=1,
    located="log table key column",
)
def test_terms_of_a_log_changed(target: Target, judge: Judge) -> None:
    target.tamper("UPDATE records.log SET maximum_merge_delay = 86400 WHERE name = %s", CITY)
    place = {"log": CITY, "table": "records.log", "key": CITY, "column": "maximum_merge_delay"}
    judge(target.audit(), anchors=place)


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
