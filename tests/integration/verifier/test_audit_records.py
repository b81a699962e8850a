"""Attacks on stored records: each is found by its check, at its place, with exit code 1."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time

from support.forged_record import SigningKey, b64u, compact, forge, new_jti
from support.forged_scenario import Scenario, case_step

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def resign(scenario: Scenario, record, key: SigningKey, **changes):
    """The record's claims signed again by `key`, its disclosures kept."""
    claims = {**record.claims, **changes}
    header = {"alg": key.algorithm, "kid": b64u(key.thumbprint), "typ": "gw-record+sd-jwt"}
    signing_input = f"{b64u(compact(header))}.{b64u(compact(claims))}"
    return f"{signing_input}.{b64u(key.sign(signing_input.encode()))}"


def test_edited_entry(scenario: Scenario, database, audit) -> None:
    record = scenario.case[1]
    claims = {**record.claims, "iat": record.claims["iat"] + 1}
    header, _, signature = record.entry.split(".")
    edited = f"{header}.{b64u(compact(claims))}.{signature}"
    database.execute("UPDATE records.record SET entry = %s WHERE jti = %s", (edited, record.jti))
    answer = audit()
    assert answer.exit_code == 1
    assert {"entries", "signatures", "tree", "receipts", "subjects"} <= answer.failed
    assert answer.place("signatures", "signature")["jti"] == record.jti
    assert answer.place("receipts", "receipt-leaf")["jti"] == record.jti
    assert answer.place("subjects", "prev")["jti"] == scenario.case[2].jti
    assert answer.place("tree", "root")["log"] == record.claims["aud"].rpartition("/")[2]


def test_edited_disclosure(scenario: Scenario, database, audit) -> None:
    record = scenario.case[0]
    position = record.names["place"]
    forged = b64u(compact([b64u(secrets.token_bytes(16)), "place", "人民路"]))
    database.execute(
        "UPDATE records.record SET disclosures[%s] = %s WHERE jti = %s", (position + 1, forged, record.jti)
    )
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"disclosures"})
    place = answer.place("disclosures", "altered")
    assert (place["jti"], place["field"]) == (record.jti, "place")


def test_withheld_disclosure(scenario: Scenario, database, audit) -> None:
    record = scenario.case[0]
    position = record.names["facts"]
    database.execute(
        "UPDATE records.record SET disclosures[%s] = NULL WHERE jti = %s", (position + 1, record.jti)
    )
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"disclosures"})
    place = answer.place("disclosures", "withheld")
    assert (place["jti"], place["field"]) == (record.jti, "facts")


def test_swapped_disclosures(scenario: Scenario, database, audit) -> None:
    database.execute(
        "UPDATE records.record SET disclosures = ARRAY[disclosures[2], disclosures[1]] || disclosures[3:]"
        " WHERE jti = %s",
        (scenario.case[0].jti,),
    )
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"disclosures"})


def test_deleted_newest(scenario: Scenario, database, audit) -> None:
    size = len(scenario.platform.log.records)
    database.execute("DELETE FROM records.record WHERE jti = %s", (scenario.case[-1].jti,))
    answer = audit()
    assert answer.exit_code == 1
    assert answer.place("anchors", "rolled-back")["index"] == size - 1
    assert answer.place("tree", "root-missing")["index"] == size - 1


def test_deleted_middle(scenario: Scenario, database, audit) -> None:
    record = scenario.case[1]
    index = scenario.platform.log.records.index(record)
    database.execute("DELETE FROM records.record WHERE jti = %s", (record.jti,))
    answer = audit()
    assert answer.exit_code == 1
    assert answer.place("entries", "index-gap")["index"] == index
    gap = answer.place("subjects", "gap")
    assert (gap["sub"], gap["seq"]) == (record.claims["sub"], 2)
    assert "tree" in answer.failed
    assert answer.place("rows", "cause-missing")["code"] == "cause-missing"


def test_deleted_subject(scenario: Scenario, database, audit) -> None:
    sub = scenario.case[0].claims["sub"]
    database.execute("DELETE FROM records.record WHERE sub = %s", (sub,))
    answer = audit()
    assert answer.exit_code == 1
    assert len(answer.places("entries")) == 2
    assert answer.place("entries", "index-gap")["index"] == scenario.platform.log.records.index(
        scenario.case[0]
    )
    assert {"tree", "anchors"} <= answer.failed


def test_swapped_two(scenario: Scenario, database, audit) -> None:
    first, second = scenario.case[1], scenario.case[2]
    records = scenario.platform.log.records
    for record, index in ((first, records.index(second)), (second, records.index(first))):
        database.execute("UPDATE records.record SET leaf_index = %s WHERE jti = %s", (index, record.jti))
    answer = audit()
    assert answer.exit_code == 1
    assert answer.place("subjects", "order")["jti"] == second.jti
    assert answer.place("tree", "root")["index"] <= records.index(first)


def test_changed_column(scenario: Scenario, database, audit) -> None:
    record = scenario.case[0]
    database.execute("UPDATE records.record SET iss = 'OTHER0', iat = 5 WHERE jti = %s", (record.jti,))
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"entries"})
    assert {place["column"] for place in answer.places("entries")} == {"iss", "iat"}


def test_backdated(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    record = platform.accept(
        "case.step.v1", case_step(None, "补录", []), scenario.officer, iat=int(time.time()) - 21 * 86_400
    )
    platform.anchor()
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"time"})
    assert answer.place("time", "backdated")["jti"] == record.jti


def test_backdated_without_seen(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    seen, platform.log.seen = platform.log.seen, None
    record = platform.accept(
        "case.step.v1", case_step(None, "补录", []), scenario.officer, iat=int(time.time()) + 600
    )
    platform.log.seen = seen
    platform.anchor()
    answer = audit()
    assert answer.place("time", "seen-missing")["jti"] == record.jti
    assert answer.place("time", "backdated")["jti"] == record.jti


def test_seen_that_was_never_accepted(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    seen = {"size": 1, "root": b64u(bytes(32))}
    record = platform.accept("case.step.v1", case_step(None, "立案", []), scenario.officer, seen=seen)
    platform.anchor()
    assert audit().place("time", "seen-unknown")["jti"] == record.jti


def test_signed_again_with_another_key(scenario: Scenario, database, audit) -> None:
    record = scenario.case[0]
    stranger = SigningKey(scenario.platform.agency, "officer")
    database.execute(
        "UPDATE records.record SET entry = %s, kid = %s WHERE jti = %s",
        (resign(scenario, record, stranger), b64u(stranger.thumbprint), record.jti),
    )
    answer = audit()
    assert answer.exit_code == 1
    assert answer.place("signatures", "key-not-offered")["jti"] == record.jti
    assert answer.place("keys", "key-unknown")["jti"] == record.jti
    assert answer.place("receipts", "receipt-leaf")["jti"] == record.jti


def test_offered_and_never_registered(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    stranger = SigningKey(platform.agency, "officer")
    platform.offer(stranger)
    record = platform.accept("case.step.v1", case_step(None, "立案", []), stranger)
    platform.anchor()
    answer = audit()
    assert (answer.exit_code, answer.failed) == (1, {"keys"})
    assert answer.place("keys", "key-unknown")["jti"] == record.jti


def test_malleated_signature(scenario: Scenario, database, audit) -> None:
    record = scenario.case[0]
    signing_input, _, signature = record.entry.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    twin = raw[:32] + (ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    database.execute(
        "UPDATE records.record SET entry = %s WHERE jti = %s", (f"{signing_input}.{b64u(twin)}", record.jti)
    )
    answer = audit()
    assert answer.exit_code == 1
    assert "signatures" not in answer.failed
    assert answer.place("receipts", "receipt-leaf")["jti"] == record.jti
    assert {"tree", "subjects"} <= answer.failed


def test_same_statement_twice(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    record = scenario.case[0]
    twin = forge(
        scenario.officer,
        {name: value for name, value in record.claims.items() if name not in ("_sd", "_sd_alg", "jti")}
        | {"jti": new_jti(int(time.time()))},
        case_step("别处", "立案", []),
    )
    platform.store(twin, int(time.time()))
    platform.anchor()
    answer = audit()
    assert answer.failed == {"subjects"}
    forks = [place["jti"] for place in answer.places("subjects") if place["code"] == "fork"]
    assert set(forks) == {record.jti, twin.jti}
    assert {place["seq"] for place in answer.places("subjects") if place["code"] == "fork"} == {0}


def test_record_of_another_deployment(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    own = platform.log.origin
    foreign = own.replace(own.split("/")[1], "f" * 32)
    record = platform.make("case.step.v1", case_step(None, "立案", []), scenario.officer)
    moved = forge(
        scenario.officer,
        {name: value for name, value in record.claims.items() if name not in ("_sd", "_sd_alg")}
        | {"aud": foreign},
        case_step(None, "立案", []),
    )
    moved.claims["aud"] = own
    platform.store(moved, int(time.time()))
    platform.anchor()
    answer = audit()
    assert answer.failed == {"entries"}
    assert answer.place("entries", "foreign")["jti"] == moved.jti


def test_officers_act_under_the_service_key(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    record = platform.accept("case.step.v1", case_step(None, "立案", []), scenario.service)
    platform.anchor()
    answer = audit()
    assert answer.failed == {"keys"}
    assert answer.place("keys", "key-purpose")["jti"] == record.jti


def test_fields_of_another_kind(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    fields = case_step(None, "立案", [])
    del fields["officers"]
    record = platform.accept("case.step.v1", fields, scenario.officer)
    platform.anchor()
    answer = audit()
    assert answer.failed == {"entries"}
    assert answer.place("entries", "field-missing")["jti"] == record.jti


def test_bad_entry_is_one_failure_and_the_audit_goes_on(scenario: Scenario, database, audit) -> None:
    platform = scenario.platform
    record = platform.make("case.step.v1", case_step(None, "立案", []), scenario.officer)
    record.entry = "not.an.entry!\x1b[2J"
    platform.store(record, int(time.time()))
    platform.anchor()
    answer = audit()
    assert answer.failed == {"entries"}
    assert [place["index"] for place in answer.places("entries")] == [len(platform.log.records) - 1]


def test_accepted_and_dropped_before_sequencing_is_overdue(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    late = int(time.time()) - 3 * 86_400
    record = platform.accept("case.step.v1", case_step(None, "立案", []), scenario.officer, received=late)
    answer = audit()
    assert answer.failed == {"receipts"}
    assert answer.place("receipts", "overdue")["jti"] == record.jti


def test_accepted_and_not_due_is_no_failure(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    platform.accept("case.step.v1", case_step(None, "立案", []), scenario.officer)
    answer = audit()
    assert answer.exit_code == 0
    assert "1 records are accepted and not anchored yet" in answer.check("receipts")["reason"]


def test_receipt_of_a_stranger(scenario: Scenario, database, audit) -> None:
    record = scenario.case[0]
    database.execute(
        "UPDATE records.record SET receipt = replace(receipt, '/v1', '/v2') WHERE jti = %s", (record.jti,)
    )
    answer = audit()
    assert answer.failed == {"receipts"}
    assert answer.place("receipts", "note-signature")["jti"] == record.jti


def test_received_at_changed(scenario: Scenario, database, audit) -> None:
    record = scenario.case[0]
    database.execute(
        "UPDATE records.record SET received_at = received_at - interval '1 day' WHERE jti = %s", (record.jti,)
    )
    assert audit().place("receipts", "received-at")["jti"] == record.jti


def test_file_destroyed_and_altered(scenario: Scenario, audit) -> None:
    platform = scenario.platform
    digest = scenario.file["sha256"]
    path = platform.folder / "files" / digest[:2] / digest
    path.write_bytes(b"another picture")
    answer = audit()
    assert answer.failed == {"files"}
    place = answer.place("files", "file-altered")
    assert place["file"] == digest
    path.unlink()
    answer = audit()
    named = [place for place in answer.places("files") if place.get("jti") == scenario.case[0].jti]
    assert named[0]["code"] == "destroyed"
    assert hashlib.sha256("现场照片".encode()).hexdigest() == digest
