"""Records through the door: handed in, replayed, refused, read, proved."""

from __future__ import annotations

import json
import secrets

import psycopg
import pytest
from gridwitness_api.schemas.records import BatchResult
from gridwitness_evidence import NoteVerifier, open_receipt, parse_bundle
from support import api_client
from support.api_client import FIRST, Deployment, case_step

NO_SUCH_DAY = b'{"record":"a~","provenance":{"captured":"2026-02-30T00:00:00Z"}}'


def test_a_record_gives_its_receipt_and_the_same_bytes_give_it_again(door: Deployment) -> None:
    record = door.sign()
    first, again = door.submit(record), door.submit(record)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["receipt"] == again.json()["receipt"]
    assert first.headers["Location"] == f"/api/v1/records/{record.claims.jti}"
    vkey = door.client.get(f"/log/{FIRST}/vkey").text.strip()
    receipt = open_receipt(first.json()["receipt"], NoteVerifier.from_vkey(vkey))
    assert receipt.leaf_hash == record.leaf_hash
    stored = door.get(f"/api/v1/records/{record.claims.jti}/receipt").json()
    assert stored["receipt"] == first.json()["receipt"]


def test_states_and_the_bundle(door: Deployment) -> None:
    record = door.sign()
    door.submit(record)
    path = f"/api/v1/records/{record.claims.jti}"
    assert door.get(path).json()["state"] == "accepted"
    early = door.get(f"{path}/evidence")
    assert (early.status_code, early.json()["code"]) == (409, "not-anchored-yet")
    assert int(early.headers["Retry-After"]) > 0
    door.anchor()
    shown = door.get(path).json()
    assert shown["state"] == "anchored"
    assert shown["record"] == record.presentation
    assert shown["fields"] == dict(case_step())
    assert shown["hidden"] == 0
    assert shown["claims"]["sub"] == record.claims.sub
    bundle = parse_bundle(door.get(f"{path}/evidence").content)
    assert bundle.parsed_record() == record


def test_the_envelope_keeps_provenance(door: Deployment) -> None:
    record = door.sign()
    said = {"captured": "2026-03-01T23:59:00Z", "device": "执法记录仪 07", "clock_source": "gnss"}
    body = {"record": record.presentation, "provenance": {**said, "capture": record.presentation}}
    assert door.post("/api/v1/records", json=body).status_code == 201
    door.anchor()
    evidence = json.loads(door.get(f"/api/v1/records/{record.claims.jti}/evidence").content)
    kept = evidence["provenance"]
    assert {name: kept[name] for name in said} == said
    assert kept["capture"] == record.presentation


def test_other_bytes_under_a_known_jti_are_a_conflict(door: Deployment) -> None:
    record = door.sign()
    door.submit(record)
    other = door.sign(jti=record.claims.jti)
    answer = door.submit(other)
    assert (answer.status_code, answer.json()["code"]) == (409, "identity-conflict")


def test_a_stale_head_is_told_and_the_head_leads_on(door: Deployment) -> None:
    first = door.sign()
    door.submit(first)
    second = door.sign(first)
    assert door.submit(second).status_code == 201
    stale = door.submit(door.sign(first))
    assert (stale.status_code, stale.json()["code"]) == (409, "subject-moved")
    head = door.get(f"/api/v1/subjects/{first.claims.sub}/head").json()
    assert stale.json()["head"] == head
    assert (head["seq"], head["next_seq"], head["log"]) == (1, 2, FIRST)
    third = door.sign(second)
    assert head["prev"] == api_client.base64url.encode(third.claims.prev or b"")
    assert door.submit(third).status_code == 201
    history = door.get(f"/api/v1/subjects/{first.claims.sub}/records?limit=2").json()
    assert [item["seq"] for item in history["items"]] == [0, 1]
    rest = door.get(f"/api/v1/subjects/{first.claims.sub}/records?cursor={history['next']}").json()
    assert [item["seq"] for item in rest["items"]] == [2]
    assert rest["next"] is None


def test_a_batch_answers_line_by_line_and_a_bad_line_loses_no_good_one(door: Deployment) -> None:
    good, replayed, enveloped = door.sign(), door.sign(), door.sign()
    door.submit(replayed)
    lines = [
        json.dumps(good.presentation),
        json.dumps("no.record~"),
        "{",
        "",
        json.dumps(replayed.presentation),
        json.dumps({"record": enveloped.presentation, "provenance": {"device": "d"}}),
        json.dumps({"record": enveloped.presentation, "more": 1}),
        json.dumps(door.sign(good, fields={"step": "x"}).presentation),
        json.dumps(door.sign(good).presentation),
    ]
    answer = door.post(
        "/api/v1/records",
        content="\n".join(lines).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code == 200
    told = answer.json()
    assert BatchResult.model_validate(told).model_dump(mode="json") == told
    assert (told["accepted"], told["replayed"], told["refused"]) == (3, 1, 4)
    codes = {r["line"]: r["problem"]["code"] if r["problem"] else r["status"] for r in told["results"]}
    assert codes == {
        1: 201,
        2: "not-compact",
        3: "json-malformed",
        5: 200,
        6: 201,
        7: "envelope",
        8: "fields",
        9: 201,
    }
    assert door.get(f"/api/v1/records/{good.claims.jti}").status_code == 200


def test_a_line_that_only_the_database_refuses_loses_no_other(door: Deployment) -> None:
    """What no check of ours foresees: here a constraint that somebody added by hand."""
    good, odd = [door.sign() for _ in range(4)], door.sign()
    records = [*good[:2], odd, *good[2:], door.sign(good[0])]
    body = "\n".join(json.dumps(record.presentation) for record in records).encode()
    with psycopg.connect(door.owner_url, autocommit=True) as owner:
        owner.execute(
            f"ALTER TABLE records.record ADD CONSTRAINT by_hand CHECK (sub <> '{odd.claims.sub}') NOT VALID"
        )
        try:
            told = door.post(
                "/api/v1/records", content=body, headers={"Content-Type": "application/x-ndjson"}
            ).json()
            alone = door.submit(odd)
        finally:
            owner.execute("ALTER TABLE records.record DROP CONSTRAINT by_hand")
    assert [result["status"] for result in told["results"]] == [201, 201, 409, 201, 201, 201]
    assert told["results"][2]["problem"]["code"] == "concurrent-change"
    assert (alone.status_code, alone.json()["code"]) == (409, "concurrent-change")


def test_a_source_key_too_long_is_refused_by_its_code(door: Deployment) -> None:
    imported = {
        "title": None, "category": None, "description": None, "status": None,
        "reported_at": "2026-03-02T00:00:00Z", "closed_at": None, "latitude": None, "longitude": None,
        "address": None, "channel": None, "unit": None,
        "source": {"system": "s", "key": secrets.token_urlsafe(30_000), "row": {"a": "b"}},
    }  # fmt: skip
    long = door.sign(kind="event.reported.v1", src="import", fields=imported)
    assert _code(door, long) == (422, "source-key-too-long")


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("text/plain", b"x", 415, "content-type-unsupported"),
        ("", b"x", 415, "content-type-unsupported"),
        ("application/sd-jwt", b"", 400, "not-compact"),
        ("application/sd-jwt", "é".encode(), 400, "not-compact"),
        ("application/sd-jwt", b"a.b.c~", 400, "base64url"),
        ("application/json", b'{"record": 1}', 422, "envelope"),
        ("application/json", b'{"record": "a", "record": "b"}', 400, "json-duplicate"),
        ("application/json", b"[1.5]", 400, "json-number"),
        ("application/json", NO_SUCH_DAY, 422, "envelope"),
        ("application/json", b'{"record":"a~","provenance":{"device":"\\u0000"}}', 422, "envelope"),
        ("application/json", b'{"record":"a~","provenance":{"capture":"junk"}}', 400, "not-compact"),
        ("application/x-ndjson", b"\n \n", 422, "batch-empty"),
        ("application/x-ndjson", b"1\n" * 10_001, 413, "too-many-lines"),
    ],
)  # fmt: skip
def test_bad_bodies_are_refused_with_their_code(
    door: Deployment, content_type: str, body: bytes, status: int, code: str
) -> None:
    answer = door.post("/api/v1/records", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_is_signed_wrongly_is_refused(door: Deployment) -> None:
    stranger = door.sign(key=api_client.SigningKey.generate("ES256"))
    assert _code(door, stranger) == (403, "key-unknown")
    broken = door.sign()
    jwt, _, shown = broken.presentation.partition("~")
    forged = jwt[:-4] + ("AAAA" if jwt[-4:] != "AAAA" else "BBBB") + "~" + shown
    assert _code(door, forged) in {(422, "signature"), (400, "base64url")}
    assert _code(door, door.sign(kind="no.such.v1")) == (422, "kind-unknown")
    assert _code(door, door.sign(kind="state.effect.v1", fields={"cause": None}))[0] == 403
    assert _code(door, door.sign(iat=int(door.clock.now().timestamp()) + 1000)) == (422, "iat-in-future")
    assert _code(door, door.sign(aud=f"gridwitness/{'0' * 32}/{FIRST}")) == (422, "foreign-log")


def test_who_may_hand_in_and_read(door: Deployment) -> None:
    record = door.sign()
    assert door.submit(record, "first.party").status_code == 403
    bare = door.client.post("/api/v1/records", content=record.presentation)
    assert bare.status_code == 401
    assert bare.headers["WWW-Authenticate"].startswith("Bearer")
    door.submit(record)
    path = f"/api/v1/records/{record.claims.jti}"
    assert door.get(path, "first.auditor").status_code == 200
    for stranger in ("second.officer", "first.party"):
        for address in (path, f"{path}/receipt", f"{path}/evidence"):
            assert door.get(address, stranger).json()["code"] == "record-unknown"
        assert record.claims.jti not in door.get(f"/api/v1/records?sub={record.claims.sub}", stranger).text
    assert door.get(f"/api/v1/subjects/{record.claims.sub}/records", "second.officer").status_code == 404
    assert door.get(f"/api/v1/subjects/{record.claims.sub}/head", "second.officer").status_code == 200


def test_listing_pages_newest_first_and_filters(door: Deployment) -> None:
    sub = secrets.token_hex(16)
    history = [door.sign(sub=sub)]
    door.submit(history[0])
    door.anchor()
    for _ in range(4):
        history.append(door.sign(history[-1]))
        door.submit(history[-1])
    seen, cursor = [], ""
    while cursor is not None:
        page = door.get(f"/api/v1/records?sub={sub}&limit=2{cursor and '&cursor=' + cursor}").json()
        assert len(page["items"]) <= 2
        seen += [item["jti"] for item in page["items"]]
        cursor = page["next"]
    assert seen == sorted((record.claims.jti for record in history), reverse=True)
    for state, expected in (("anchored", 1), ("accepted", 4), ("sequenced", 0)):
        found = door.get(f"/api/v1/records?sub={sub}&state={state}&log={FIRST}&kind=case.step.v1").json()
        assert [item["state"] for item in found["items"]] == [state] * expected
    assert door.get(f"/api/v1/records?sub={sub}&kind=case.milestone.v1").json()["items"] == []


def test_an_unknown_subject_says_how_a_new_one_begins(door: Deployment) -> None:
    answer = door.get(f"/api/v1/subjects/{secrets.token_hex(16)}/head")
    assert (answer.status_code, answer.json()["code"]) == (404, "subject-unknown")
    assert "seq 0" in answer.json()["hint"]


def _code(door: Deployment, record: object) -> tuple[int, str]:
    answer = door.submit(record)  # type: ignore[arg-type]
    return answer.status_code, answer.json()["code"]
