"""A platform's state forged from the formats: database, chain, tiles, files and trust file, all consistent.

It plays the platform, or an operator who holds every key of it: whatever the formats allow can be written,
and
afterwards anything can be changed. It uses no code of the platform but the embedded PostgreSQL and the
chain proofs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives import hashes
from gridwitness_chain.engine import RemoteEngine
from gridwitness_chain.proofs import key_state_proof, receipt_proof
from psycopg import sql
from support import contract_consortium, contract_tree
from support.contract_chain import account, code
from support.forged_publication import keys_slot, trust_content, write_tiles
from support.forged_record import ForgedRecord, NoteKey, SigningKey, b64u, forge, new_jti
from support.forged_tables import DDL, manifest

MERGE_DELAY = contract_consortium.MERGE_DELAY
YEAR = 365 * 86_400
ANCHORER = account(90)
_STORE = """
INSERT INTO records.record (jti, log, identity, kind, iss, kid, sub, seq, iat, entry, disclosures, 
                            received_at, receipt)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, to_timestamp(%s), %s)
"""


@dataclass
class ForgedLog:
    """One log: its records in leaf order, its subjects, what is anchored."""

    origin: str
    agency: str
    key: NoteKey
    records: list[ForgedRecord] = field(default_factory=list)
    waiting: list[ForgedRecord] = field(default_factory=list)
    last: dict[str, ForgedRecord] = field(default_factory=dict)
    anchored: int = 0
    seen: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        return self.origin.rpartition("/")[2]

    @property
    def leaves(self) -> list[bytes]:
        return [record.leaf_hash for record in self.records]


def text_form(value: Any) -> str | None:
    """Text form (format section 4) of the values these tests use."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return str(value)


class ForgedPlatform:
    """One agency's platform on `consortium`;
    `url` is an owner's database URL, `folder` holds files and tiles.
    """

    def __init__(
        self, consortium: contract_consortium.Consortium, url: str, folder: Path, number: int = 1
    ) -> None:
        self.consortium = consortium
        self.folder = folder
        self.url = url
        self.agency = contract_consortium.agency(number).rstrip(b"\0").decode()
        self.number = number
        self.logs: dict[str, ForgedLog] = {}
        self.keys: list[SigningKey] = []
        self.extra_origins: list[str] = []
        self.open_log(contract_consortium.origin(number))
        consortium.open_log(ANCHORER, number)
        with self.database() as database:
            database.execute(DDL)
            for log in self.logs.values():
                self._insert_log(database, log)

    @property
    def chain(self) -> Any:
        return self.consortium.chain

    @property
    def log(self) -> ForgedLog:
        """The log records go into: the newest one."""
        return list(self.logs.values())[-1]

    @property
    def rpc(self) -> str:
        return str(self.chain.web3.provider.endpoint_uri)

    def database(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url, autocommit=True)

    def open_log(self, origin: str, agency: str | None = None) -> ForgedLog:
        """Open a log of this platform's agency, or keep one of another."""
        self.logs[origin] = ForgedLog(origin, agency or self.agency, NoteKey(origin))
        return self.logs[origin]

    def _insert_log(
        self, database: psycopg.Connection[Any], log: ForgedLog, predecessor: str | None = None
    ) -> None:
        row = (log.name, log.origin, log.agency, log.key.vkey, MERGE_DELAY, predecessor)
        database.execute("INSERT INTO records.log VALUES (%s, %s, %s, %s, %s, %s)", row)

    # Keys

    def add_key(self, purpose: str, algorithm: str = "ES256", confirmer: int | None = None) -> SigningKey:
        """A key registered on the chain and offered in the log;
        `confirmer` is the number of a second agency.
        """
        key = SigningKey(self.agency, purpose, algorithm)
        self.register(key, confirmer)
        self.offer(key)
        self.keys.append(key)
        return key

    def register(self, key: SigningKey, confirmer: int | None = None) -> None:
        now = self.chain.now()
        number = ("officer", "service", "feed", "log").index(key.purpose) + 1
        members, owner = self.consortium.members, code(key.agency)
        admin = contract_consortium.admin(self.number)
        members.send(admin, "registerKey", owner, key.thumbprint, number, now - YEAR, now + YEAR, bytes(32))
        if confirmer is not None:
            second = contract_consortium.admin(confirmer)
            members.send(second, "confirmKey", owner, key.thumbprint, contract_consortium.agency(confirmer))

    def offer(self, key: SigningKey) -> ForgedRecord:
        fields = {
            "jwk": key.jwk, "purpose": key.purpose, "holder": None, "not_before": "2020-01-01T00:00:00Z",
            "not_after": "2040-01-01T00:00:00Z", "replaces": None,
        }  # fmt: skip
        return self.accept("key.offered.v1", fields, key)

    # Records

    def make(self, kind: str, fields: dict[str, Any], key: SigningKey, **claims: Any) -> ForgedRecord:
        """A record that follows the newest one of its subject (`sub`), not stored yet."""
        log = self.logs[claims.pop("origin", self.log.origin)]
        sub = claims.pop("sub", None) or secrets.token_hex(16)
        before = log.last.get(sub)
        now = int(time.time())
        made: dict[str, Any] = {
            "iss": key.agency, "aud": log.origin, "jti": new_jti(now), "kind": kind, "src": "self",
            "sub": sub,
            "seq": 0 if before is None else before.claims["seq"] + 1, "iat": now,
        }  # fmt: skip
        if before is not None:
            made["prev"] = b64u(before.digest)
        if log.seen is not None:
            made["seen"] = log.seen
        return forge(key, {**made, **claims}, fields)

    def accept(self, kind: str, fields: dict[str, Any], key: SigningKey, **claims: Any) -> ForgedRecord:
        """Make and store a record with its receipt; it has no leaf index yet."""
        received = claims.pop("received", None) or int(time.time())
        record = self.make(kind, fields, key, **claims)
        self.store(record, received)
        return record

    def store(self, record: ForgedRecord, received: int) -> None:
        log = self.logs[record.claims["aud"]]
        log.last[record.claims["sub"]] = record
        log.waiting.append(record)
        claims = record.claims
        receipt = log.key.receipt(record.leaf_hash, received, received + MERGE_DELAY)
        values = (
            record.jti, log.name, record.identity, claims["kind"], claims["iss"], record.kid, claims["sub"],
            claims["seq"], claims["iat"], record.entry, record.disclosures, received, receipt,
        )  # fmt: skip
        with self.database() as database:
            database.execute(_STORE, values)

    def effect(
        self,
        key: SigningKey,
        rows: Sequence[tuple[str, dict[str, Any], dict[str, Any] | None]],
        cause: str | None = None,
        sub: str | None = None,
    ) -> ForgedRecord:
        """An effect and the rows it states: (table, key, changed columns), None to delete."""
        fields: dict[str, Any] = {"cause": cause, "by": None}
        for index, (table, row_key, columns) in enumerate(rows):
            op = "delete" if columns is None else "put"
            shown = {name: text_form(value) for name, value in row_key.items()}
            fields[f"row.{index}"] = {"table": table, "key": shown, "op": op}
            for name, value in (columns or {}).items():
                fields[f"row.{index}.{name}"] = text_form(value)
        record = self.accept("state.effect.v1", fields, key, sub=sub)
        with self.database() as database:
            for table, row_key, columns in rows:
                self._write_row(database, table, row_key, columns, record.jti)
        return record

    def _write_row(
        self,
        database: psycopg.Connection[Any],
        table: str,
        row_key: dict[str, Any],
        columns: dict[str, Any] | None,
        jti: str,
    ) -> None:
        target = sql.Identifier(*table.split("."))
        if columns is None:
            where = sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in row_key)
            database.execute(sql.SQL("DELETE FROM {} WHERE {}").format(target, where), list(row_key.values()))
            return
        values = {**row_key, **columns, "effect": jti}
        adapted = [json.dumps(value) if isinstance(value, dict) else value for value in values.values()]
        put = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}").format(
            target,
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join([sql.Placeholder()] * len(values)),
            sql.SQL(", ").join(map(sql.Identifier, row_key)),
            sql.SQL(", ").join(sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in values),
        )
        database.execute(put, adapted)

    def declare(self, key: SigningKey, feature: str, revision: int = 1, tables: Any = None) -> ForgedRecord:
        fields = {"feature": feature, "revision": revision, "tables": tables or manifest(feature)}
        return self.accept("deployment.manifest.v1", fields, key)

    def add_file(self, content: bytes) -> dict[str, Any]:
        """Store a file; gives the value that names it in a record."""
        sm3 = hashes.Hash(hashes.SM3())
        sm3.update(content)
        digest, second = hashlib.sha256(content).hexdigest(), sm3.finalize().hex()
        path = self.folder / "files" / digest[:2] / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        with self.database() as database:
            database.execute(
                "INSERT INTO records.file VALUES (%s, %s, %s, 'text/plain', now()) ON CONFLICT DO NOTHING",
                (bytes.fromhex(digest), bytes.fromhex(second), len(content)),
            )
        return {
            "name": "现场.txt",
            "sha256": digest,
            "sm3": second,
            "size": len(content),
            "type": "text/plain",
        }

    # Sequencing and anchoring

    def sequence(self) -> None:
        """Give every waiting record its leaf index; sign and store the tree head; write the tiles."""
        log = self.log
        with self.database() as database:
            for record in log.waiting:
                database.execute(
                    "UPDATE records.record SET leaf_index = %s WHERE jti = %s", (len(log.records), record.jti)
                )
                log.records.append(record)
            log.waiting = []
            root = contract_tree.root(log.leaves)
            note = log.key.tree_head(len(log.records), root)
            database.execute(
                "INSERT INTO records.tree_head VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (log.name, len(log.records), root, note),
            )
        self.publish(log)

    def anchor(self) -> None:
        """Sequence, append to the contract, store the anchor with its proofs."""
        self.sequence()
        log = self.log
        old, new = log.anchored, len(log.records)
        root = contract_tree.root(log.leaves)
        proof = contract_tree.consistency(old, log.leaves) if old else []
        log_id = hashlib.sha256(log.origin.encode()).digest()
        sent = self.consortium.log.send(ANCHORER, "append", log_id, old, new, root, proof)
        signers = {(record.claims["iss"], record.kid) for record in log.records[old:]}
        log.anchored, log.seen = new, {"size": new, "root": b64u(root)}
        self._store_anchor(log, old, new, root, sent.receipt, signers)

    def _store_anchor(
        self, log: ForgedLog, old: int, new: int, root: bytes, receipt: Any, signers: set[tuple[str, str]]
    ) -> None:
        engine = RemoteEngine(self.rpc).start()
        transaction = receipt["transactionHash"].to_0x_hex()
        contract, members = self.consortium.log.address, self.consortium.members.address
        block = self.chain.web3.eth.get_block(receipt["blockNumber"])
        log_id = hashlib.sha256(log.origin.encode()).digest()
        proof = receipt_proof(engine, contract, transaction, log_id, new)
        with self.database() as database:
            database.execute(
                "INSERT INTO records.anchor VALUES (%s, %s, %s, %s, %s, %s, %s, to_timestamp(%s), %s)",
                (
                    log.name,
                    new,
                    old,
                    root,
                    bytes(receipt["transactionHash"]),
                    block["number"],
                    bytes(block["hash"]),
                    block["timestamp"],
                    json.dumps(proof),
                ),
            )
            for agency, kid in signers:
                thumbprint = base64.urlsafe_b64decode(kid + "=")
                state = key_state_proof(engine, members, agency, thumbprint, keys_slot(), block["number"])
                row = (log.name, new, agency, kid, json.dumps(state))
                database.execute("INSERT INTO records.key_state VALUES (%s, %s, %s, %s, %s)", row)
        engine.stop()

    # What others see

    def publish(self, log: ForgedLog) -> None:
        """Write checkpoint, vkey, hash tiles and entry bundles below `<folder>/log/<name>/`."""
        base = self.folder / "log" / log.name
        size = len(log.records)
        write_tiles(base, log.leaves, [record.entry.encode() for record in log.records])
        (base / "vkey").write_text(log.key.vkey + "\n")
        (base / "checkpoint").write_text(log.key.tree_head(size, contract_tree.root(log.leaves)))

    def trust(self, **changes: Any) -> Path:
        """Write the trust file; `changes` replace members at the top."""
        path = self.folder / "trust.json"
        logs = [(log.origin, log.agency, log.key.vkey) for log in self.logs.values()]
        content = {**trust_content(self.consortium, self.rpc, logs), **changes}
        path.write_text(json.dumps(content), encoding="utf-8")
        return path


def fresh_id() -> str:
    """A random id for a row."""
    return str(uuid.uuid4())
