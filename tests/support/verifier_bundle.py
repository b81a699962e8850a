"""A small signer and a small deployment: bundles and trust files made by hand, for the verifier's tests.

Nothing here comes from the platform's packages; format: docs/format.md sections 2, 6, 7, 9, 10.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import rlp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from eth_hash.auto import keccak
from eth_keys.datatypes import PrivateKey
from support.sealing import BlockSpec, address_of, number_bytes
from support.verifier_trie import TrieBuilder

DEPLOYMENT = "0123456789abcdef0123456789abcdef"
AGENCY = "330106"
OTHER_AGENCY = "330100"
ORIGIN = f"gridwitness/{DEPLOYMENT}/{AGENCY}"
CHAIN_ID = 1337
GENESIS = "0x" + "ab" * 32
MEMBERS = keccak(b"members")[:20]
RECORD_LOG = keccak(b"record log")[:20]
CODE_HASH = keccak(b"code")
KEYS_SLOT = 7
START = 1_772_415_000
EVENT = keccak(b"TreeHeadAnchored(bytes32,uint64,uint64,bytes32)")
SIGNER = ec.derive_private_key(0x1234567, ec.SECP256R1())
LOG_KEY = ed25519.Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
MILESTONE = {
    "procedure": "general",
    "milestone": "inquiry",
    "occurred_at": "2026-03-02T01:31:00Z",
    "officers": ["330106001", "330106002"],
    "basis": "《某市市容管理条例》第十二条",
    "outcome": None,
    "files": [],
}


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


def jwk_of(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    point = key.public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": b64u(point.x.to_bytes(32, "big")),
        "y": b64u(point.y.to_bytes(32, "big")),
    }


def thumbprint_of(jwk: dict[str, str]) -> bytes:
    return sha256(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()).digest()


def disclose(name: str, value: Any, salt: bytes | None = None) -> str:
    salt = sha256(b"salt of " + name.encode()).digest()[:16] if salt is None else salt
    return b64u(json.dumps([b64u(salt), name, value], ensure_ascii=False).encode())


def digest_of(encoded: str) -> str:
    return b64u(sha256(encoded.encode()).digest())


def sign_jwt(header: dict, payload: dict, key: ec.EllipticCurvePrivateKey = SIGNER) -> str:
    parts = [b64u(json.dumps(part, separators=(",", ":")).encode()) for part in (header, payload)]
    r, s = decode_dss_signature(key.sign(".".join(parts).encode(), ec.ECDSA(hashes.SHA256())))
    return ".".join([*parts, b64u(r.to_bytes(32, "big") + s.to_bytes(32, "big"))])


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def tree_root(leaves: list[bytes]) -> bytes:
    """RFC 9162 root by its recursive definition."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:])).digest()


def tree_path(leaves: list[bytes], index: int) -> list[bytes]:
    """RFC 9162 inclusion proof by its recursive definition."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*tree_path(leaves[:split], index), tree_root(leaves[split:])]
    return [*tree_path(leaves[split:], index - split), tree_root(leaves[:split])]


def vkey_of(key: ed25519.Ed25519PrivateKey, name: str = ORIGIN) -> str:
    public = b"\x01" + key.public_key().public_bytes_raw()
    key_id = sha256(name.encode() + b"\n" + public).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(public).decode()}"


def sign_note(text: str, key: ed25519.Ed25519PrivateKey = LOG_KEY, name: str = ORIGIN) -> str:
    key_id = bytes.fromhex(vkey_of(key, name).split("+")[1])
    signature = base64.b64encode(key_id + key.sign(text.encode())).decode()
    return f"{text}\n— {name} {signature}\n"


def tree_head(size: int, root: bytes, origin: str = ORIGIN) -> str:
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


@dataclass
class KeyRecord:
    """A key as `Members` stores it; see docs/format.md section 7."""

    purpose: int = 1
    registered_at: int = START - 5000
    confirmed_at: int = START - 4000
    not_before: int = START - 4000
    not_after: int = START + 10**6
    revoked_at: int = 0
    compromised_since: int = 0
    registered_agencies: int = 2
    confirmed_by: str = OTHER_AGENCY

    def words(self) -> tuple[int, int, int]:
        first = self.purpose | self.registered_at << 8 | self.confirmed_at << 72 | self.not_before << 136
        second = self.not_after | self.revoked_at << 64 | self.compromised_since << 128
        second |= self.registered_agencies << 192
        return first, second, int.from_bytes(self.confirmed_by.encode().ljust(32, b"\0"), "big")


def key_slots(agency: str, thumbprint: bytes, slot: int = KEYS_SLOT) -> list[int]:
    inner = keccak(agency.encode().ljust(32, b"\0") + slot.to_bytes(32, "big"))
    base = int.from_bytes(keccak(thumbprint + inner), "big")
    return [(base + offset) % 2**256 for offset in range(3)]


@dataclass
class Scenario:
    """Everything a bundle rests on. Each field can be set wrong while the rest stays consistent."""

    kind: str = "case.milestone.v1"
    src: str = "self"
    fields: dict[str, Any] = field(default_factory=lambda: dict(MILESTONE))
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    signer: ec.EllipticCurvePrivateKey = SIGNER
    forger: ec.EllipticCurvePrivateKey | None = None
    shown: list[str] | None = None
    key: KeyRecord = field(default_factory=KeyRecord)
    key_agency: str = AGENCY
    code_hash: bytes = CODE_HASH
    seen_size: int = 3
    size: int = 7
    index: int = 4
    old_size: int = 3
    with_seen: bool = True
    validators: list[PrivateKey] = field(default_factory=list)
    sealers: list[PrivateKey] | None = None
    operators: list[str] | None = None
    round: int = 0
    profile: str = "embedded"
    clock: str = "system"
    anchored_root: bytes | None = None
    event_contract: bytes = RECORD_LOG
    event_topic: bytes = EVENT
    event_log: bytes = sha256(ORIGIN.encode()).digest()
    status: bytes = b"\x01"
    anchor_time: int = START + 120
    seen_time: int = START
    log_key: ed25519.Ed25519PrivateKey = LOG_KEY

    def entry(self) -> tuple[str, list[str]]:
        """Entry and the disclosures it commits to."""
        encoded = [disclose(name, value) for name, value in self.fields.items()]
        jwk = jwk_of(self.signer)
        payload: dict[str, Any] = {
            "iss": AGENCY,
            "aud": ORIGIN,
            "jti": "01960000-0000-7000-8000-00000000002a",
            "kind": self.kind,
            "src": self.src,
            "sub": "00112233445566778899aabbccddeeff",
            "seq": 1,
            "prev": b64u(b"\x01" * 32),
            "iat": START + 60,
        }
        if self.with_seen:
            payload["seen"] = {"size": self.seen_size, "root": b64u(tree_root(self.older(self.seen_size)))}
        payload |= {"_sd_alg": "sha-256", "_sd": sorted(map(digest_of, encoded))}
        payload = {name: value for name, value in {**payload, **self.claims}.items() if value is not ...}
        header = {"alg": "ES256", "kid": b64u(thumbprint_of(jwk)), "typ": "gw-record+sd-jwt"} | self.header
        return sign_jwt(header, payload, self.forger or self.signer), encoded

    def older(self, count: int) -> list[bytes]:
        """Leaves of other entries."""
        return [leaf(b"entry %d" % number) for number in range(count)]

    def bundle(self) -> dict[str, Any]:
        """The bundle as the JSON object of section 9."""
        entry, encoded = self.entry()
        leaves = self.older(self.size)
        leaves[self.index] = leaf(entry.encode())
        root = tree_root(leaves)
        proof = "".join(f"{base64.b64encode(node).decode()}\n" for node in tree_path(leaves, self.index))
        head = sign_note(tree_head(self.size, root), self.log_key)
        anchored = root if self.anchored_root is None else self.anchored_root
        anchor, key_state = self.anchor(12, self.anchor_time, self.old_size, self.size, anchored)
        seen = None
        if self.with_seen:
            seen_root = tree_root(self.older(self.seen_size))
            seen, _ = self.anchor(10, self.seen_time, 0, self.seen_size, seen_root)
        names = list(self.fields) if self.shown is None else self.shown
        shown = [text for name, text in zip(self.fields, encoded, strict=True) if name in names]
        return {
            "format": "gridwitness-bundle/v1",
            "record": "".join(f"{part}~" for part in [entry, *shown]),
            "log_proof": f"c2sp.org/tlog-proof@v1\nindex {self.index}\n{proof}\n{head}",
            "anchor": anchor,
            "seen": seen,
            "signer": {
                "jwk": jwk_of(self.signer),
                "agency": AGENCY,
                "purpose": "officer",
                "key_state": key_state,
            },
            "provenance": {
                "received": "2026-03-02T01:31:10Z",
                "receipt": "",
                "captured": None,
                "device": None,
                "clock_source": None,
                "capture": None,
            },
        }

    def anchor(
        self, number: int, time: int, old_size: int, size: int, root: bytes
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Receipt proof of one anchor, and the state of the signer's key in the same block."""
        log = [
            self.event_contract,
            [self.event_topic, self.event_log, size.to_bytes(32, "big")],
            old_size.to_bytes(32, "big") + root,
        ]
        receipt = b"\x02" + rlp.encode([self.status, number_bytes(90_000), b"\x00" * 256, [log]])
        other = rlp.encode([b"\x01", number_bytes(21_000), b"\x00" * 256, []])
        receipts = TrieBuilder(
            {rlp.encode(b""): other, rlp.encode(b"\x01"): receipt, rlp.encode(b"\x02"): other}
        )
        storage, state = self.state()
        block = BlockSpec(
            number=number,
            time=time,
            state_root=state.root,
            receipts_root=receipts.root,
            round=self.round,
            validators=self.validators,
            sealers=self.sealers,
        )
        header = hexed(block.encode())
        slots = key_slots(AGENCY, thumbprint_of(jwk_of(self.signer)))
        proof = {
            "chain_id": CHAIN_ID,
            "contract": hexed(self.event_contract),
            "header": header,
            "transaction_index": 1,
            "receipt": hexed(receipt),
            "receipt_proof": [hexed(node) for node in receipts.prove(rlp.encode(b"\x01"))],
            "log_index": 0,
        }
        key_state = {
            "contract": hexed(MEMBERS),
            "header": header,
            "account_proof": [hexed(node) for node in state.prove(keccak(MEMBERS))],
            "storage_proof": [
                [hexed(node) for node in storage.prove(keccak(slot.to_bytes(32, "big")))] for slot in slots
            ],
        }
        return proof, key_state

    def state(self) -> tuple[TrieBuilder, TrieBuilder]:
        """Storage of `Members` with the signer's key and others, and the state with its account."""
        thumbprint = thumbprint_of(jwk_of(self.signer))
        slots = dict(zip(key_slots(self.key_agency, thumbprint), self.key.words(), strict=True))
        slots |= {number: 1000 + number for number in range(8)}
        storage = TrieBuilder(
            {
                keccak(slot.to_bytes(32, "big")): rlp.encode(number_bytes(word))
                for slot, word in slots.items()
                if word
            }
        )
        accounts = {
            keccak(bytes([number]) * 20): rlp.encode([b"", b"\x01", storage.root, CODE_HASH])
            for number in range(9)
        }
        accounts[keccak(MEMBERS)] = rlp.encode([b"\x01", b"", storage.root, self.code_hash])
        return storage, TrieBuilder(accounts)

    def trust(self) -> dict[str, Any]:
        """The trust file as the JSON object of section 10."""
        operators = self.operators or [f"33010{number}" for number in range(len(self.validators))]
        return {
            "format": "gridwitness-trust/v1",
            "deployment": DEPLOYMENT,
            "profile": self.profile,
            "chain": {"chain_id": CHAIN_ID, "genesis_hash": GENESIS, "rpc": None},
            "contracts": {
                "block": 2,
                "members": {"address": hexed(MEMBERS), "code_hash": hexed(CODE_HASH), "keys_slot": KEYS_SLOT},
                "record_log": {"address": hexed(RECORD_LOG), "code_hash": hexed(CODE_HASH)},
            },
            "logs": [
                {
                    "origin": ORIGIN,
                    "agency": AGENCY,
                    "vkey": vkey_of(LOG_KEY),
                    "maximum_merge_delay": 600,
                    "predecessor": None,
                }
            ],
            "validators": [
                {"address": hexed(address_of(key)), "operator": operator, "from_block": 0, "to_block": None}
                for key, operator in zip(self.validators, operators, strict=True)
            ],
            "time": {"clock": self.clock, "tolerance": 120},
            "files": None,
        }
