"""Succession: a closed log and the one that continues it, in one line (format §4, §12)."""

from __future__ import annotations

import copy
import hashlib

import psycopg
from gridwitness_verifier.audit.snapshot import open_snapshot
from gridwitness_verifier.audit.stored_record import stream_records
from support import contract_consortium, contract_tree
from support.contract_chain import ContractChain
from support.forged_platform import ANCHORER, fresh_id
from support.forged_record import b64u
from support.forged_scenario import Scenario, build, case_step
from support.forged_tables import manifest


def junk(scenario: Scenario) -> int:
    """The anchorer's key appends a leaf that nobody has; gives the new size."""
    platform = scenario.platform
    log = platform.log
    leaves = [*log.leaves, hashlib.sha256(b"junk").digest()]
    log_id = hashlib.sha256(log.origin.encode()).digest()
    platform.consortium.log.send(
        ANCHORER, "append", log_id, log.anchored, len(leaves), contract_tree.root(leaves),
        contract_tree.consistency(log.anchored, leaves),
    )  # fmt: skip
    return len(leaves)


def test_junk_by_the_anchorers_key(scenario: Scenario, audit) -> None:
    size = junk(scenario)
    answer = audit()
    assert answer.exit_code == 1
    assert answer.place("anchors", "head-unsigned")["index"] == size
    assert answer.place("anchors", "rolled-back")["index"] == size - 1


def succeed(scenario: Scenario, **fields):
    """Close the log at its honest head and continue it; gives the first record of the successor."""
    platform = scenario.platform
    old = platform.log
    leaves = [*old.leaves, hashlib.sha256(b"junk").digest()]
    log_id = hashlib.sha256(old.origin.encode()).digest()
    root = contract_tree.root(old.leaves)
    origin = contract_consortium.origin(1, 2)
    platform.consortium.decide(
        platform.consortium.log, "closeLog", log_id, old.anchored, root,
        contract_tree.consistency(old.anchored, leaves), origin, ANCHORER.address,
    )  # fmt: skip
    new = platform.open_log(origin)
    with platform.database() as database:
        platform._insert_log(database, new, old.name)
    named = {
        "predecessor": old.origin, "size": old.anchored, "root": b64u(root),
        "lost_from": None, "lost_to": None,
        "reason": "anchorer stolen", **fields,
    }  # fmt: skip
    return platform.accept("deployment.incarnation.v1", named, scenario.service)


def test_recovery_by_succession(scenario: Scenario, audit) -> None:
    junk(scenario)
    succeed(scenario)
    scenario.platform.anchor()
    answer = audit()
    assert answer.failed == set()
    assert answer.exit_code == 0
    assert answer.place("anchors", "disowned")["log"] == scenario.platform.agency


def test_succession_that_names_another_head(scenario: Scenario, audit) -> None:
    junk(scenario)
    succeed(scenario, size=3)
    scenario.platform.anchor()
    assert audit().place("anchors", "incarnation-differs")["log"].endswith("-2")


def test_declared_loss_is_disputed_not_forgotten(scenario: Scenario, database, audit) -> None:
    old = scenario.platform.log
    junk(scenario)
    succeed(scenario, lost_from=old.anchored - 1, lost_to=old.anchored - 1)
    scenario.platform.anchor()
    lost = old.records[-1]
    database.execute("DELETE FROM records.record WHERE jti = %s", (lost.jti,))
    answer = audit()
    assert answer.failed == set()
    assert answer.exit_code == 3
    assert answer.place("anchors", "lost-declared")["index"] == old.anchored - 1


# What goes on in the successor


def test_rows_go_on_in_the_successor(scenario: Scenario, audit) -> None:
    platform, row = scenario.platform, {"id": scenario.thing, "part": 1}
    junk(scenario)
    succeed(scenario)
    platform.effect(
        scenario.service, [("shop.thing", row, {"flag": True})], sub=scenario.case[0].claims["sub"]
    )
    platform.effect(scenario.service, [("shop.thing", row, None), ("shop.thing", row, {"title": "anew"})])
    last = platform.effect(scenario.service, [("shop.thing", row, {"amount": "1.00"})])
    platform.anchor()
    answer = audit()
    assert (answer.exit_code, answer.failed) == (0, set())
    assert all(place["code"] != "subject-elsewhere" for place in answer.places("subjects"))
    with platform.database() as database:
        database.execute("UPDATE shop.thing SET amount = 13")
    place = audit().place("rows", "altered")
    assert (place["log"], place["column"]) == (platform.log.name, "amount")
    assert last.jti in place["detail"]


def test_manifest_goes_on_in_the_successor(scenario: Scenario, database, audit) -> None:
    junk(scenario)
    succeed(scenario)
    database.execute("ALTER TABLE shop.thing ADD COLUMN note text")
    tables = copy.deepcopy(manifest("shop"))
    tables["shop.thing"]["columns"]["note"] = "stated"
    scenario.platform.declare(scenario.service, "shop", 2, tables)
    scenario.platform.anchor()
    assert audit().exit_code == 0


def test_erasure_in_the_successor(scenario: Scenario, database, audit) -> None:
    junk(scenario)
    succeed(scenario)
    record = scenario.case[0]
    fields = {
        "field": "facts", "digests": [record.digest_of("facts")], "reason": "retention ended",
        "requested_by": "a", "approved_by": "b", "retention_ended": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    erasure = scenario.platform.accept(
        "record.erasure.v1", fields, scenario.service, sub=record.claims["sub"]
    )
    database.execute(
        "UPDATE records.record SET disclosures[%s] = NULL WHERE jti = %s",
        (record.names["facts"] + 1, record.jti),
    )
    place = audit().place("disclosures", "erasure-refused")
    assert erasure.jti in place["detail"]
    scenario.platform.anchor()
    assert audit().exit_code == 0


def test_nothing_after_the_closing_head_counts(scenario: Scenario, database, audit) -> None:
    platform, row = scenario.platform, {"id": scenario.thing, "part": 1}
    late = platform.effect(scenario.service, [("shop.thing", row, {"flag": True})])
    database.execute(
        "UPDATE records.record SET leaf_index = %s WHERE jti = %s", (platform.log.anchored, late.jti)
    )
    junk(scenario)
    succeed(scenario)
    platform.anchor()
    answer = audit()
    assert answer.failed == {"rows"}
    assert {place["column"] for place in answer.places("rows")} == {"flag", "effect"}
    platform.effect(scenario.service, [("shop.thing", row, {"flag": True})])
    platform.anchor()
    assert audit().failed == set()


def test_unrelated_logs_keep_to_their_rows_and_subjects(
    chain: ContractChain, built, tmp_path, verify
) -> None:
    urls = built.server.fresh()
    scenario = build(chain, urls.owner, tmp_path, agencies=2)
    platform, sub = scenario.platform, scenario.case[0].claims["sub"]
    agency = contract_consortium.agency(2).rstrip(b"\0").decode()
    platform.consortium.open_log(ANCHORER, 2)
    other = platform.open_log(contract_consortium.origin(2), agency)
    with platform.database() as database:
        platform._insert_log(database, other)
    platform.accept("case.step.v1", case_step(None, "立案", []), scenario.officer, sub=sub)
    platform.anchor()
    arguments = ("audit", "--database", urls.owner, "--trust", platform.trust())
    answer = verify(*arguments)
    assert answer.failed == set()
    assert answer.place("subjects", "subject-elsewhere")["sub"] == sub
    row = {"id": scenario.thing, "part": 1}
    second = platform.effect(scenario.service, [("shop.thing", row, {"flag": True})])
    platform.anchor()
    assert verify(*arguments).place("rows", "two-logs")["jti"] == second.jti
    built.server.drop(urls)


def test_records_come_in_the_order_of_the_line(scenario: Scenario) -> None:
    """By name, the tenth log of a line would come before the second."""
    url, names = scenario.platform.url, ["a", "a-2", "a-10"]
    with psycopg.connect(url, autocommit=True) as database:
        for name in reversed([*names, "a-11", "0"]):
            database.execute(
                "INSERT INTO records.record (jti, log, leaf_index) VALUES (%s, %s, 1), (%s, %s, 0)",
                (fresh_id(), name, fresh_id(), name),
            )
        database.execute("DELETE FROM records.record WHERE entry IS NOT NULL")
    with open_snapshot(url) as snapshot:
        found = [(stored.log, stored.leaf_index) for stored in stream_records(snapshot, names)]
    assert found == [(name, index) for name in [*names, "0", "a-11"] for index in (0, 1)]
