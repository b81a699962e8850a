"""Bundles changed on their way; nothing is asked but the file and the trust file."""

from __future__ import annotations

import base64
from typing import Any

from gridwitness_evidence import Record, SigningKey
from support.attack import BEARER, Judge, attack
from support.attack_block import later_block
from support.attack_forgery import edited, revalued
from support.attack_target import Target, place
from support.platform import POLICE, Officer


@attack(
    "a bundle's provenance edited (device, time of capture, receipt), and the copies of agency and purpose",
    "改写证据包的来源信息（设备、采集时间、回执）及机关与用途副本",
    by=BEARER,
    exit_code=0,
    said="anything the bundle's `provenance` says",
)
def test_provenance_edited(target: Target, bundle: dict[str, Any], judge: Judge) -> None:
    bundle["provenance"] |= {"device": "another", "captured": "2020-01-01T00:00:00Z", "receipt": "none"}
    bundle["signer"] |= {"agency": "999999", "purpose": "service"}
    judge(target.check(bundle))


@attack(
    "a field edited in a bundle",
    "改写证据包内的字段",
    by=BEARER,
    found="disclosures:disclosure-unreferenced",
    exit_code=1,
    located="jti sub seq",
)
def test_field_edited(target: Target, bundle: dict[str, Any], record: Record, judge: Judge) -> None:
    shown = next(item for item in record.disclosures if item is not None and item.name == "outcome")
    forged = record.presentation.replace(shown.encoded, revalued(record, "outcome", "不予处罚"))
    judge(target.check(bundle | {"record": forged}), disclosures=place(record))


@attack(
    "an entry edited in a bundle",
    "改写证据包内的条目",
    by=BEARER,
    found="signature:signature inclusion:inclusion",
    exit_code=1,
    located="jti sub seq",
)
def test_entry_edited(target: Target, bundle: dict[str, Any], record: Record, judge: Judge) -> None:
    entry = edited(record, iat=record.claims.iat - 60)
    forged = record.presentation.replace(record.entry, entry)
    judge(target.check(bundle | {"record": forged}), signature=place(record), inclusion=place(record))


@attack(
    "a key of one's own put into a bundle",
    "将自己的公钥放入证据包",
    by=BEARER,
    found="signature:signature",
    exit_code=1,
    located="jti",
)
def test_key_swapped(target: Target, bundle: dict[str, Any], record: Record, judge: Judge) -> None:
    bundle["signer"] |= {"jwk": SigningKey.generate("ES256").jwk}
    judge(target.check(bundle), signature={"jti": record.claims.jti})


@attack(
    "the state of another officer's key put into a bundle",
    "将他人密钥状态放入证据包",
    by=BEARER,
    found="key:trie",
    exit_code=1,
    located="jti",
)
def test_key_state_swapped(target: Target, bundle: dict[str, Any], record: Record, judge: Judge) -> None:
    other = target.bundle(target.story.other[1])
    bundle["signer"] |= {"key_state": other["signer"]["key_state"]}
    judge(target.check(bundle), key={"jti": record.claims.jti})


@attack(
    "the anchor of another head put into a bundle",
    "将另一树头的锚定放入证据包",
    by=BEARER,
    found="anchor:anchor-head",
    exit_code=1,
    located="jti",
)
def test_anchor_swapped(target: Target, bundle: dict[str, Any], record: Record, judge: Judge) -> None:
    other = target.bundle(target.story.case[0])
    judge(target.check(bundle | {"anchor": other["anchor"]}), anchor={"jti": record.claims.jti})


@attack(
    "a later head put where the signer's own should be",
    "以更晚的树头顶替签名人所见树头",
    by=BEARER,
    found="seen:seen-head",
    exit_code=1,
    located="jti",
)
def test_seen_swapped(target: Target, bundle: dict[str, Any], record: Record, judge: Judge) -> None:
    judge(target.check(bundle | {"seen": bundle["anchor"]}), seen={"jti": record.claims.jti})


@attack(
    "an anchor of another contract, or of a transaction that failed, put into a bundle",
    "将另一合约的锚定放入证据包",
    by=BEARER,
    found="anchor:anchor-contract",
    exit_code=1,
    located="jti",
)
def test_anchor_of_another_contract(
    target: Target, bundle: dict[str, Any], record: Record, judge: Judge
) -> None:
    bundle["anchor"] |= {"contract": "0x" + "ab" * 20}
    judge(target.check(bundle), anchor={"jti": record.claims.jti})


def moved(bundle: dict[str, Any]) -> dict[str, Any]:
    """The anchor's block half an hour later: its tries stand, its hash is another."""
    header = later_block(bundle["anchor"]["header"], 1800)
    bundle["anchor"] |= {"header": header}
    bundle["signer"]["key_state"] |= {"header": header}
    return bundle


@attack(
    "an anchor's block header edited, half an hour later, to one who asks a node",
    "将锚定区块头的时间改晚半小时，而核查方查询节点",
    by=BEARER,
    found="anchor:not-canonical",
    exit_code=1,
    located="jti",
)
def test_header_edited(target: Target, bundle: dict[str, Any], record: Record, judge: Judge) -> None:
    report = target.check(moved(bundle), "--rpc", target.running.rpc_url)
    judge(report, anchor={"jti": record.claims.jti})


@attack(
    "an anchor's block header edited, half an hour later, to one who asks no node",
    "将锚定区块头的时间改晚半小时，而核查方不查询节点",
    by=BEARER,
    exit_code=0,
    found="time::claimed independence::not-evaluated",
    said="whether the anchor's block is on the chain",
)
def test_header_edited_offline(target: Target, bundle: dict[str, Any], judge: Judge) -> None:
    judge(target.check(moved(bundle)))


@attack(
    "an anchor's block header edited, three weeks earlier",
    "将锚定区块头的时间改早三周",
    by=BEARER,
    found="time:backdated key:key-not-yet",
    exit_code=1,
    located="jti",
)
def test_header_three_weeks_earlier(
    target: Target, bundle: dict[str, Any], record: Record, judge: Judge
) -> None:
    header = later_block(bundle["anchor"]["header"], -21 * 86_400)
    bundle["anchor"] |= {"header": header}
    bundle["signer"]["key_state"] |= {"header": header}
    judge(target.check(bundle), time={"jti": record.claims.jti})


@attack(
    "a head signed by another key put into a bundle",
    "将他人密钥签署的树头放入证据包",
    by=BEARER,
    found="tree-head:note-unsigned",
    exit_code=1,
    located="jti",
)
def test_head_of_another_key(target: Target, bundle: dict[str, Any], record: Record, judge: Judge) -> None:
    text, signature = bundle["log_proof"].split("\n\n")[1:]
    police = target.platform.keystore.log_signer(POLICE)
    forged = bundle["log_proof"].replace(signature, police.sign(text + "\n").split("\n\n")[-1])
    judge(target.check(bundle | {"log_proof": forged}), tree_head={"jti": record.claims.jti})


@attack(
    "a bundle of another deployment",
    "出示其他部署的证据包",
    by=BEARER,
    found="record:foreign-log",
    exit_code=1,
    located="file",
)
def test_bundle_of_another_deployment(
    target: Target, bundle: dict[str, Any], record: Record, judge: Judge
) -> None:
    zhang: Officer = target.mine(target.story.zhang)
    other = zhang.step(aud=record.claims.aud.replace(record.claims.aud.split("/")[1], "0" * 32))
    report = target.check(bundle | {"record": other.presentation})
    judge(report, record={"file": "bundle.json"})


@attack(
    "a receipt forged to accuse the platform of an omission",
    "伪造回执以诬指平台遗漏",
    by=BEARER,
    found="receipts:note-signature",
    exit_code=1,
    located="file",
)
def test_receipt_forged(target: Target, url: str, record: Record, judge: Judge) -> None:
    receipts = target.receipts(record)
    path = receipts / record.claims.jti
    other = base64.b64encode(target.story.case[0].leaf_hash).decode()
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([*lines[:2], other, *lines[3:]]), encoding="utf-8")
    judge(target.log(url, "--receipts", str(receipts)), receipts={"file": record.claims.jti})


@attack(
    "markup, terminal codes and bidi marks in a bundle",
    "在证据包中植入标记、终端控制码与双向字符",
    by=BEARER,
    found="record:not-compact",
    exit_code=1,
    located="file",
)
def test_hostile_text(target: Target, bundle: dict[str, Any], judge: Judge) -> None:
    hostile = "\u202e\x1b[2J<script>alert(1)</script>"
    report = target.check(bundle | {"record": hostile + bundle["record"]})
    printed = str(report.report)
    assert "\u202e" not in printed and "\x1b" not in printed
    judge(report, record={"file": "bundle.json"})
