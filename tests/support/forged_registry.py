"""A forged platform's cases: records, rows and a real `CaseRegistry`, all consistent; then to be attacked.

Whoever holds the recorder's key can call `advance` with anything that the contract takes.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from gridwitness_chain.engine import RemoteEngine
from gridwitness_chain.milestone_proof import ReachedIn, milestone_proof
from gridwitness_verifier.procedure import edge_bits, milestone_edges, parse_procedure
from support.contract_chain import Deployed, Sent, account, code
from support.contract_consortium import DEPLOYER
from support.forged_platform import ForgedPlatform
from support.forged_publication import pin
from support.forged_record import ForgedRecord
from support.forged_scenario import Scenario
from support.verifier_procedure import procedure

RECORDER = account(77)
YEAR = 2026
MILESTONES = ("start", "inquiry", "review", "decision", "service", "execution", "closure")
DDL = """
CREATE SCHEMA cases;
CREATE TABLE cases.milestone (sub text, index integer, milestone text, seq bigint, head bytea, jti uuid,
    effect uuid, PRIMARY KEY (sub, index));
CREATE TABLE cases.registration (sub text, index integer, transaction bytea, block_number bigint,
    block_hash bytea, block_time timestamptz, proof jsonb, PRIMARY KEY (sub, index));
CREATE TABLE cases.sending (sub text, index integer, raw bytea, PRIMARY KEY (sub, index));
"""
_STATED = "sub index milestone seq head jti"
_DERIVED = "sub index transaction block_number block_hash block_time proof"
_STORE = "INSERT INTO cases.registration VALUES (%s, %s, %s, %s, %s, to_timestamp(%s), %s)"


def case_tables() -> dict[str, Any]:
    """`tables` of the manifest of `cases`."""
    stated = dict.fromkeys(_STATED.split(), "stated")
    derived = dict.fromkeys(_DERIVED.split(), "derived")
    return {
        "cases.milestone": {"key": ["sub", "index"], "columns": {**stated, "effect": "derived"}},
        "cases.registration": {"key": ["sub", "index"], "columns": derived},
        "cases.sending": {
            "key": ["sub", "index"], "columns": dict.fromkeys(("sub", "index", "raw"), "operational"),
        },
    }  # fmt: skip


def case_id(sub: str) -> bytes:
    return sha256(sub.encode()).digest()


@dataclass
class Case:
    """One case: its subject and the statements that are milestones, in order."""

    sub: str
    milestones: list[tuple[str, ForgedRecord]] = field(default_factory=list)


@dataclass
class ForgedRegistry:
    """`scenario`'s platform with a registry; `rules` is the version of its one procedure."""

    scenario: Scenario
    contract: Deployed
    document: dict[str, Any]
    numbers: int = 0

    @property
    def platform(self) -> ForgedPlatform:
        return self.scenario.platform

    @property
    def rules(self) -> str:
        return parse_procedure(self.document).version

    def trust(self) -> Path:
        """The trust file, with the registry in it."""
        path = self.platform.trust()
        content = json.loads(path.read_text())
        web3 = self.platform.chain.web3
        content["contracts"]["case_registry"] = pin(web3, self.contract)
        path.write_text(json.dumps(content))
        return path

    # Records

    def step(self, case: Case, step: str, **fields: Any) -> ForgedRecord:
        """A step of a case; its row too where it is a milestone."""
        base = {
            "procedure": "general", "rules": self.rules, "step": step, "occurred_at": "2026-01-01T08:00:00Z",
            "officers": ["a", "b"], "place": None, "facts": None, "basis": None, "outcome": None,
            "details": {}, "party": None, "files": [],
        }  # fmt: skip
        record = self.platform.accept("case.step.v2", base | fields, self.scenario.officer, sub=case.sub)
        milestone = parse_procedure(self.document).milestone_of(step)
        if milestone is not None:
            row = {
                "milestone": milestone, "seq": record.claims["seq"], "head": record.leaf_hash,
                "jti": record.jti,
            }  # fmt: skip
            key = {"sub": case.sub, "index": len(case.milestones)}
            self.platform.effect(self.scenario.service, [("cases.milestone", key, row)], cause=record.jti)
            case.milestones.append((milestone, record))
        return record

    # The chain

    def open(self, case: Case, record: ForgedRecord, **changes: Any) -> Sent:
        self.numbers += 1
        given = {
            "seq": record.claims["seq"], "head": record.leaf_hash, "procedure": bytes.fromhex(self.rules),
            "case": case_id(case.sub), **changes,
        }  # fmt: skip
        owner = code(self.platform.agency)
        return self.contract.send(
            RECORDER, "open", owner, given["case"], given["procedure"], YEAR, self.numbers, given["seq"],
            given["head"],
        )  # fmt: skip

    def advance(self, case: Case, index: int, milestone: str, seq: int, head: bytes) -> Sent:
        """What the recorder's key can send, and whoever stole it."""
        number = MILESTONES.index(milestone) + 1
        owner = code(self.platform.agency)
        return self.contract.send(RECORDER, "advance", owner, case_id(case.sub), index, number, seq, head)

    def register(self, case: Case, index: int, *, store: bool = True) -> Sent:
        """Send a milestone as the platform would, and store what came of it."""
        milestone, record = case.milestones[index]
        if index == 0:
            sent = self.open(case, record)
        else:
            sent = self.advance(case, index, milestone, record.claims["seq"], record.leaf_hash)
        if store:
            self.store(case, index, sent)
        return sent

    def store(self, case: Case, index: int, sent: Sent) -> None:
        """The row of `cases.registration`."""
        engine = RemoteEngine(self.platform.rpc).start()
        transaction = sent.receipt["transactionHash"].to_0x_hex()
        reached = ReachedIn(transaction, self.platform.agency, case_id(case.sub), index)
        proof = milestone_proof(engine, self.contract.address, reached)
        engine.stop()
        block = self.platform.chain.web3.eth.get_block(sent.receipt["blockNumber"])
        row = (
            case.sub, index, bytes(sent.receipt["transactionHash"]), block["number"], bytes(block["hash"]),
            block["timestamp"], json.dumps(proof),
        )  # fmt: skip
        with self.platform.database() as database:
            database.execute(_STORE, row)


def found_registry(scenario: Scenario) -> ForgedRegistry:
    """Deploy the contract, approve a procedure, appoint a recorder, publish the rules, declare the tables."""
    platform, document = scenario.platform, procedure()
    consortium = platform.consortium
    contract = consortium.chain.deploy(DEPLOYER, "CaseRegistry", consortium.members.address)
    parsed = parse_procedure(document)
    edges = edge_bits(milestone_edges(parsed))
    consortium.decide(contract, "approveProcedure", bytes.fromhex(parsed.version), edges)
    consortium.decide(contract, "appointRecorder", code(platform.agency), RECORDER.address)
    with platform.database() as database:
        database.execute(DDL)
    platform.declare(scenario.service, "cases", tables=case_tables())
    fields = {
        "name": "procedure/general", "version": 1, "effective_from": "2021-07-15", "effective_to": None,
        "content": document,
    }  # fmt: skip
    platform.accept("rule.published.v1", fields, scenario.service)
    return ForgedRegistry(scenario, contract, document)


def run_case(registry: ForgedRegistry) -> Case:
    """A case up to its decision, anchored and registered."""
    case = Case(secrets.token_hex(16))
    registry.step(case, "clue")
    registry.step(case, "filing", details={"party_kind": "citizen"}, party={"name": "张三"})
    registry.step(case, "inquiry-report", details={"major": True})
    registry.step(case, "legal-review", outcome="passed")
    registry.step(case, "decision", details={"fine": "150"})
    registry.platform.anchor()
    for index in range(4):
        registry.register(case, index)
    return case
