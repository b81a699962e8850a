"""A case file made by hand: every record in its own anchored batch, milestones in blocks of their own.

Nothing here comes from the platform's packages; format: docs/format.md sections 9 and 16.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

import rlp
from cryptography.hazmat.primitives.asymmetric import ec
from eth_hash.auto import keccak
from support.sealing import BlockSpec, number_bytes
from support.verifier_bundle import (
    AGENCY,
    CHAIN_ID,
    CODE_HASH,
    EVENT,
    LOG_KEY,
    MEMBERS,
    ORIGIN,
    RECORD_LOG,
    START,
    KeyRecord,
    Scenario,
    b64u,
    digest_of,
    disclose,
    hexed,
    jwk_of,
    key_slots,
    leaf,
    sign_jwt,
    sign_note,
    thumbprint_of,
    tree_head,
    tree_path,
    tree_root,
)
from support.verifier_procedure import calendar, procedure
from support.verifier_trie import TrieBuilder

DAY = 86_400
SUB = "00112233445566778899aabbccddeeff"
CASE_ID = sha256(SUB.encode()).digest()
REGISTRY = keccak(b"case registry")[:20]
OPENED = keccak(b"CaseOpened(bytes32,bytes32,bytes32,uint16,uint32)")
REACHED = keccak(b"MilestoneReached(bytes32,bytes32,uint32,uint8,uint64,bytes32)")
MILESTONES = ("start", "inquiry", "review", "decision", "service", "execution", "closure")
OFFICER, SECOND, REVIEWER, SERVICE = (
    ec.derive_private_key(number, ec.SECP256R1()) for number in (0x1111, 0x2222, 0x3333, 0x4444)
)
PEOPLE = {0x1111: "account-1", 0x2222: "account-2", 0x3333: "account-3"}
FILE = {"name": "照片.jpg", "sha256": "0" * 64, "sm3": "1" * 64, "size": 5, "type": "image/jpeg"}
_LATER = START + 10**8


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def version(document: Any) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def time_text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Made:
    """A record, its place in the log, and who signed it."""

    entry: str
    disclosures: dict[str, str]
    payload: dict[str, Any]
    key: ec.EllipticCurvePrivateKey
    received: int
    anchored: int
    index: int = 0

    @property
    def jti(self) -> str:
        return str(self.payload["jti"])

    @property
    def digest(self) -> str:
        return b64u(sha256(self.entry.encode()).digest())


@dataclass
class CaseScenario:
    """A case in the making. Add records, then take `file()`; `events` may be changed before."""

    document: dict[str, Any] = field(default_factory=procedure)
    calendars: list[dict[str, Any]] = field(default_factory=lambda: [calendar()])
    before: list[Made] = field(default_factory=list)
    records: list[Made] = field(default_factory=list)
    related: list[Made] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    number: int = 7
    hidden: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name, content in [
            (f"procedure/{self.document['procedure']}", self.document),
            *((f"calendar/cn/{year['year']}", year) for year in self.calendars),
        ]:
            fields = {
                "name": name, "version": 1, "effective_from": "2021-07-15", "effective_to": None,
                "content": content,
            }  # fmt: skip
            self.before.append(self.make("rule.published.v1", fields, SERVICE, START, subject=name))
        for number, key in zip(PEOPLE, (OFFICER, SECOND, REVIEWER), strict=True):
            self.related.append(self.offer(key, PEOPLE[number]))

    @property
    def rules(self) -> str:
        return version(self.document)

    # Records

    def make(
        self, kind: str, fields: dict[str, Any], key: ec.EllipticCurvePrivateKey, iat: int, *,
        subject: str = "", last: Made | None = None, **claims: Any,
    ) -> Made:  # fmt: skip
        count = len(self.before) + len(self.records) + len(self.related)
        salt = sha256(f"{count}".encode()).digest()[:12]
        encoded = {name: disclose(name, value, salt + number_bytes(2**31 + at)) for at, (name, value) in
                   enumerate(fields.items())}  # fmt: skip
        sub = subject if len(subject) == 32 else sha256(subject.encode()).hexdigest()[:32]
        payload: dict[str, Any] = {
            "iss": AGENCY, "aud": ORIGIN, "jti": f"01960000-0000-7000-8000-{count:012x}", "kind": kind,
            "src": "self", "sub": sub,
            "seq": 0 if last is None else last.payload["seq"] + 1, "iat": iat,
            "_sd_alg": "sha-256", "_sd": sorted(map(digest_of, encoded.values())),
        }  # fmt: skip
        if last is not None:
            payload["prev"] = last.digest
        payload |= claims
        made = Made("", encoded, payload, key, iat + 10, iat + 120)
        header = {"alg": "ES256", "kid": b64u(thumbprint_of(jwk_of(key))), "typ": "gw-record+sd-jwt"}
        made.entry = sign_jwt(header, payload, key)
        return made

    def offer(self, key: ec.EllipticCurvePrivateKey, holder: str) -> Made:
        fields = {
            "jwk": jwk_of(key), "purpose": "officer", "holder": holder, "not_before": time_text(START),
            "not_after": time_text(_LATER), "replaces": None,
        }  # fmt: skip
        return self.make("key.offered.v1", fields, key, START, subject=holder)

    def add(
        self, kind: str, fields: dict[str, Any], key: ec.EllipticCurvePrivateKey, iat: int, **claims: Any
    ) -> Made:
        """The next record of the case."""
        last = self.records[-1] if self.records else None
        leaves = [leaf(each.entry.encode()) for each in (*self.before, *self.related, *self.records)]
        seen = {"size": len(leaves), "root": b64u(tree_root(leaves))}
        made = self.make(kind, fields, key, iat, subject=SUB, last=last, **{"seen": seen, **claims})
        self.records.append(made)
        return made

    def step(self, step: str, day: float, *, cosign: ec.EllipticCurvePrivateKey | None = SECOND,
             key: ec.EllipticCurvePrivateKey = OFFICER, claims: dict[str, Any] | None = None,
             **fields: Any) -> Made:  # fmt: skip
        """A step on a day after START, with its milestone, cosigned where it is one."""
        at = START + int(day * DAY)
        base = {
            "procedure": "general", "rules": self.rules, "step": step, "occurred_at": time_text(at),
            "officers": ["account-1", "account-2"], "place": None, "facts": None, "basis": None,
            "outcome": None, "details": {}, "party": None, "files": [],
        }  # fmt: skip
        made = self.add("case.step.v2", {**base, **fields}, key, at + 60, **(claims or {}))
        declared = next((each for each in self.document["steps"] if each["step"] == step), {})
        if "milestone" in declared:
            if cosign is not None:
                self.cosign(made, cosign)
            self.events.append({
                "index": len(self.events), "milestone": MILESTONES.index(declared["milestone"]) + 1,
                "seq": made.payload["seq"], "head": leaf(made.entry.encode()), "time": at + 400,
            })  # fmt: skip
        return made

    def cosign(self, made: Made, key: ec.EllipticCurvePrivateKey, after: int = 30, **fields: Any) -> Made:
        named = {"statement": made.jti, "entry": made.digest, **fields}
        return self.add("case.cosign.v1", named, key, made.payload["iat"] + after)

    def issue(self, made: Made, document: str, file: dict[str, Any] = FILE, **fields: Any) -> Made:
        named = {"statement": made.jti, "entry": made.digest, "document": document, "files": [file], **fields}
        return self.add("document.issued.v1", named, SERVICE, made.payload["iat"] + 60)

    # The file

    @cached_property
    def _storage(self) -> tuple[TrieBuilder, TrieBuilder]:
        slots: dict[int, int] = {number: 1000 + number for number in range(8)}
        for key in (OFFICER, SECOND, REVIEWER, SERVICE):
            purpose = 2 if key is SERVICE else 1
            record = KeyRecord(purpose=purpose, not_after=_LATER, confirmed_at=START - 4000)
            places = key_slots(AGENCY, thumbprint_of(jwk_of(key)))
            slots |= dict(zip(places, record.words(), strict=True))
        storage = TrieBuilder(
            {keccak(word(slot)): rlp.encode(number_bytes(value)) for slot, value in slots.items() if value}
        )
        accounts = {
            keccak(bytes([n]) * 20): rlp.encode([b"", b"\x01", storage.root, CODE_HASH]) for n in range(9)
        }
        accounts[keccak(MEMBERS)] = rlp.encode([b"\x01", b"", storage.root, CODE_HASH])
        return storage, TrieBuilder(accounts)

    def _block(self, number: int, time: int, logs: list[Any], contract: bytes) -> dict[str, Any]:
        """Receipt proof of the last of `logs`."""
        receipt = b"\x02" + rlp.encode([b"\x01", number_bytes(90_000), b"\x00" * 256, logs])
        other = rlp.encode([b"\x01", number_bytes(21_000), b"\x00" * 256, []])
        receipts = TrieBuilder(
            {rlp.encode(b""): other, rlp.encode(b"\x01"): receipt, rlp.encode(b"\x02"): other}
        )
        state = self._storage[1]
        header = BlockSpec(
            number=number, time=time, state_root=state.root, receipts_root=receipts.root
        ).encode()
        return {
            "chain_id": CHAIN_ID, "contract": hexed(contract), "header": hexed(header),
            "transaction_index": 1, "receipt": hexed(receipt), "log_index": len(logs) - 1,
            "receipt_proof": [hexed(node) for node in receipts.prove(rlp.encode(b"\x01"))],
        }  # fmt: skip

    def _signer(self, key: ec.EllipticCurvePrivateKey, header: str) -> dict[str, Any]:
        storage, state = self._storage
        slots = key_slots(AGENCY, thumbprint_of(jwk_of(key)))
        return {
            "jwk": jwk_of(key), "agency": AGENCY, "purpose": "officer",
            "key_state": {
                "contract": hexed(MEMBERS), "header": header,
                "account_proof": [hexed(node) for node in state.prove(keccak(MEMBERS))],
                "storage_proof": [
                    [hexed(node) for node in storage.prove(keccak(word(slot)))] for slot in slots
                ],
            },
        }  # fmt: skip

    def milestone(self, event: dict[str, Any], number: int) -> dict[str, Any]:
        """Receipt proof of one event; the first is made by `open`."""
        agency = AGENCY.encode().ljust(32, b"\0")
        logs = []
        if event["index"] == 0:
            data = bytes.fromhex(event.get("procedure", self.rules)) + word(2026) + word(self.number)
            logs.append([REGISTRY, [OPENED, CASE_ID, agency], data])
        data = word(event["index"]) + word(event["milestone"]) + word(event["seq"]) + event["head"]
        logs.append([REGISTRY, [REACHED, event.get("case_id", CASE_ID), agency], data])
        return self._block(number, event["time"], logs, REGISTRY)

    def file(self) -> dict[str, Any]:
        """The case file as the JSON object of section 16."""
        early = [*self.before, *self.related]
        log = [*early, *self.records]
        for index, made in enumerate(log):
            made.index = index
        leaves = [leaf(made.entry.encode()) for made in log]
        sizes = [len(early), *range(len(early) + 1, len(log) + 1)]
        anchors, heads, number, before = [], [], 10, 0
        for size in sizes:
            root = tree_root(leaves[:size])
            event = [RECORD_LOG, [EVENT, sha256(ORIGIN.encode()).digest(), word(size)], word(before) + root]
            number += 10
            anchors.append(self._block(number, log[size - 1].anchored, [event], RECORD_LOG))
            heads.append(sign_note(tree_head(size, root), LOG_KEY))
            before = size
        signers: list[dict[str, Any]] = []
        bundles = []
        for made in log:
            at = max(0, made.index - len(early) + 1)
            signers.append(self._signer(made.key, anchors[at]["header"]))
            bundles.append(self._bundle(made, leaves[: sizes[at]], heads[at], at, len(signers) - 1))
        return {
            "format": "gridwitness-case/v1", "sub": SUB, "origin": ORIGIN, "records": bundles[len(early) :],
            "rules": bundles[: len(self.before)], "related": bundles[len(self.before) : len(early)],
            "anchors": anchors, "signers": signers,
            "milestones": [self.milestone(event, 15 + 10 * (event["seq"] + 1)) for event in self.events],
        }  # fmt: skip

    def _bundle(self, made: Made, leaves: list[bytes], head: str, anchor: int, signer: int) -> dict[str, Any]:
        path = "".join(f"{base64.b64encode(node).decode()}\n" for node in tree_path(leaves, made.index))
        note = f"gridwitness-receipt/v1\n{ORIGIN}\n{base64.b64encode(leaf(made.entry.encode())).decode()}\n"
        note += f"{made.received}\n{made.received + 600}\n"
        hidden = self.hidden if made in self.records else frozenset()
        shown = [text for name, text in made.disclosures.items() if name not in hidden]
        return {
            "format": "gridwitness-bundle/v1", "record": "".join(f"{part}~" for part in [made.entry, *shown]),
            "log_proof": f"c2sp.org/tlog-proof@v1\nindex {made.index}\n{path}\n{head}", "anchor": anchor,
            "seen": anchor - 1 if anchor else None, "signer": signer,
            "provenance": {"receipt": sign_note(note)},
        }  # fmt: skip


def trust(**changes: Any) -> dict[str, Any]:
    """The trust file of the case's deployment."""
    content = Scenario(**changes).trust()
    content["contracts"]["case_registry"] = {"address": hexed(REGISTRY), "code_hash": hexed(CODE_HASH)}
    return content


def closed_case(**changes: Any) -> CaseScenario:
    """A whole case without a fault, from clue to closure."""
    case = CaseScenario(**changes)
    case.step("clue", 0)
    filing = case.step("filing", 5, details={"party_kind": "citizen"}, party={"name": "张三"})
    case.issue(filing, "filing-form")
    case.step("evidence", 6, files=[FILE])
    case.step("inquiry-report", 20, details={"major": True})
    case.step("legal-review", 25, outcome="passed", key=REVIEWER)
    case.step("decision", 40, details={"fine": "150"})
    case.step("decision-service", 42)
    case.step("payment", 50, outcome="full", details={"amount": "150"})
    case.step("closure", 60)
    return case
