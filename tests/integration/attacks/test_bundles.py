"""Bundles on their way, by whoever hands them on; nothing is asked but the file and the trust file."""

from __future__ import annotations

import pytest
from gridwitness_evidence import Record, SigningKey, redact
from support.attack import BEARER, Judge, attack
from support.attack_block import later_block
from support.attack_forgery import edited, revalued
from support.attack_target import Target
from support.platform import POLICE, Officer

Bundle = dict


@pytest.fixture
def record(target: Target) -> Record:
    """The decision of the case."""
    return target.story.case[2]


@pytest.fixture
def bundle(target: Target, record: Record) -> Bundle:
    """Its honest bundle."""
    made = target.bundle(record)
    assert target.check(made).exit_code == 0
    return made


def where(record: Record) -> dict[str, object]:
    return {"jti": record.claims.jti, "sub": record.claims.sub, "seq": record.claims.seq}


@attack(
    "a bundle stripped of its anchor",
    "证据包被剥去锚定证明",
    by=BEARER,
    found="anchor:part-missing:not-evaluated key::not-evaluated seen::not-evaluated",
    exit_code=3,
    located="jti sub seq",
)
def test_stripped_of_its_anchor(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
    judge(target.check(bundle | {"anchor": None}), anchor=where(record))


@attack(
    "a bundle stripped of the proof of its log",
    "证据包被剥去入册证明",
    by=BEARER,
    found="inclusion:part-missing:not-evaluated tree-head:part-missing:not-evaluated anchor::not-evaluated"
    " key::not-evaluated seen::not-evaluated",
    exit_code=3,
    located="jti",
)
def test_stripped_of_its_log(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
    judge(target.check(bundle | {"log_proof": None}), inclusion={"jti": record.claims.jti})


@attack(
    "a bundle stripped of the state of its key",
    "证据包被剥去密钥状态证明",
    by=BEARER,
    found="key:part-missing:not-evaluated",
    exit_code=3,
    located="jti",
)
def test_stripped_of_its_key_state(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
    bundle["signer"] |= {"key_state": None}
    judge(target.check(bundle), key={"jti": record.claims.jti})


@attack(
    "a bundle stripped of the head its signer had seen",
    "证据包被剥去签名人所见树头的证明",
    by=BEARER,
    found="seen:part-missing:not-evaluated",
    exit_code=3,
    located="jti",
)
def test_stripped_of_what_was_seen(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
    judge(target.check(bundle | {"seen": None}), seen={"jti": record.claims.jti})


@attack(
    "a bundle stripped of a disclosure",
    "证据包被剥去一项披露值",
    by=BEARER,
    exit_code=0,
    said="8 of 9 fields shown, 1 withheld from this bundle",
)
def test_stripped_of_a_disclosure(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
    judge(target.check(bundle | {"record": redact(record, ["outcome"])}))


@attack(
    "the bundle of a step, without a later one that changes everything",
    "只给出某环节而隐去其后的环节",
    by=BEARER,
    exit_code=0,
    said="records of the same subject later than this one, or withheld from you",
)
def test_stripped_of_a_later_record(target: Target, judge: Judge) -> None:
    judge(target.check(target.bundle(target.story.case[0])))


@attack(
    "a bundle's provenance edited: device, time of capture, receipt",
    "改写证据包的来源信息（设备、采集时间、回执）",
    by=BEARER,
    exit_code=0,
    said="anything the bundle's `provenance` says",
)
def test_provenance_edited(target: Target, bundle: Bundle, judge: Judge) -> None:
    bundle["provenance"] |= {"device": "another", "captured": "2020-01-01T00:00:00Z", "receipt": "none"}
    judge(target.check(bundle))


@attack(
    "a field edited in a bundle",
    "改写证据包内的字段",
    by=BEARER,
    found="disclosures:disclosure-unreferenced",
    exit_code=1,
    located="jti sub seq",
)
def test_field_edited(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
    shown = next(item for item in record.disclosures if item is not None and item.name == "outcome")
    forged = record.presentation.replace(shown.encoded, revalued(record, "outcome", "不予处罚"))
    judge(target.check(bundle | {"record": forged}), disclosures=where(record))


@attack(
    "an entry edited in a bundle",
    "改写证据包内的条目",
    by=BEARER,
    found="signature:signature inclusion:inclusion",
    exit_code=1,
    located="jti sub seq",
)
def test_entry_edited(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
    entry = edited(record, iat=record.claims.iat - 60)
    forged = record.presentation.replace(record.entry, entry)
    judge(target.check(bundle | {"record": forged}), signature=where(record), inclusion=where(record))


@attack(
    "a key of one's own put into a bundle",
    "将自己的公钥放入证据包",
    by=BEARER,
    found="signature:signature",
    exit_code=1,
    located="jti",
)
def test_key_swapped(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
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
def test_key_state_swapped(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
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
def test_anchor_swapped(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
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
def test_seen_swapped(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
    judge(target.check(bundle | {"seen": bundle["anchor"]}), seen={"jti": record.claims.jti})


@attack(
    "an anchor of another contract, or of a transaction that failed, put into a bundle",
    "将另一合约的锚定放入证据包",
    by=BEARER,
    found="anchor:anchor-contract",
    exit_code=1,
    located="jti",
)
def test_anchor_of_another_contract(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
    bundle["anchor"] |= {"contract": "0x" + "ab" * 20}
    judge(target.check(bundle), anchor={"jti": record.claims.jti})


def moved(bundle: Bundle) -> Bundle:
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
def test_header_edited(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
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
def test_header_edited_offline(target: Target, bundle: Bundle, judge: Judge) -> None:
    judge(target.check(moved(bundle)))


@attack(
    "an anchor's block header edited, three weeks earlier",
    "将锚定区块头的时间改早三周",
    by=BEARER,
    found="time:backdated key:key-not-yet",
    exit_code=1,
    located="jti",
)
def test_header_three_weeks_earlier(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
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
def test_head_of_another_key(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
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
def test_bundle_of_another_deployment(target: Target, bundle: Bundle, record: Record, judge: Judge) -> None:
    zhang: Officer = target.mine(target.story.zhang)
    other = zhang.step(aud=record.claims.aud.replace(record.claims.aud.split("/")[1], "0" * 32))
    report = target.check(bundle | {"record": other.presentation})
    judge(report, record={"file": "bundle.json"})


@attack(
    "markup, terminal codes and bidi marks in a bundle",
    "在证据包中植入标记、终端控制码与双向字符",
    by=BEARER,
    found="record:not-compact",
    exit_code=1,
    located="file",
)
def test_hostile_text(target: Target, bundle: Bundle, judge: Judge) -> None:
    hostile = "\u202e\x1b[2J<script>alert(1)</script>"
    report = target.check(bundle | {"record": hostile + bundle["record"]})
    printed = str(report.report)
    assert "\u202e" not in printed and "\x1b" not in printed
    judge(report, record={"file": "bundle.json"})
