"""Login, accounts, roles and signing keys through the door."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
from gridwitness.records import rfc3339
from gridwitness_evidence import SigningKey
from httpx import Response
from support import api_client
from support.api_client import FIRST, PASSWORD, SECOND, Deployment


def _new_name() -> str:
    return f"user.{secrets.token_hex(4)}"


def _login(door: Deployment, username: str, password: str = PASSWORD) -> Response:
    return door.client.post("/api/v1/login", json={"username": username, "password": password})


def test_login_me_logout(door: Deployment) -> None:
    name = _new_name()
    account = door.account(name, "officer", "auditor")
    told = _login(door, name).json()
    assert told["token_type"] == "Bearer"
    assert told["expires_at"] > rfc3339(door.clock.now())
    header = {"Authorization": f"Bearer {told['token']}"}
    me = door.client.get("/api/v1/me", headers=header).json()
    assert (me["account"], me["agency"], me["username"]) == (account, FIRST, name)
    assert {(role["role"], role["title_zh"]) for role in me["roles"]} == {
        ("officer", "执法人员"),
        ("auditor", "执法监督人员"),
    }
    assert door.client.post("/api/v1/logout", headers=header).status_code == 204
    after = door.client.get("/api/v1/me", headers=header)
    assert (after.status_code, after.json()["code"]) == (401, "token-invalid")


def test_failed_logins_are_counted_although_each_is_refused(door: Deployment) -> None:
    name = _new_name()
    door.account(name, "officer")
    for _ in range(5):
        answer = _login(door, name, "wrong password wrong")
        assert (answer.status_code, answer.json()["code"]) == (401, "login-failed")
    locked = _login(door, name)
    assert (locked.status_code, locked.json()["code"]) == (401, "account-locked")
    assert "Retry-After" in locked.headers
    unknown = _login(door, _new_name(), "wrong password wrong")
    assert unknown.json()["code"] == "login-failed"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer x", "Basic eDp5", "Bearer " + "a" * 43, "Bearer \xff\xfe" + "a" * 40]
)
def test_tokens_that_are_none(door: Deployment, header: str) -> None:
    answer = door.client.get("/api/v1/me", headers={b"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="gridwitness"'


def test_an_account_is_opened_by_its_administrator_only(door: Deployment) -> None:
    body = {"agency": FIRST, "username": _new_name(), "password": PASSWORD, "roles": ["officer"]}
    assert door.post("/api/v1/accounts", "first.officer", json=body).json()["code"] == "role-missing"
    assert door.post("/api/v1/accounts", "second.admin", json=body).status_code == 403
    made = door.post("/api/v1/accounts", "first.admin", json=body)
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v1/accounts/{made.json()['id']}"
    again = door.post("/api/v1/accounts", "first.admin", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "username-taken")
    weak = door.post(
        "/api/v1/accounts", "first.admin", json={**body, "username": _new_name(), "password": "short"}
    )
    assert weak.json()["code"] == "password-weak"
    unknown = door.post(
        "/api/v1/accounts", "first.admin", json={**body, "username": _new_name(), "roles": ["king"]}
    )
    assert (unknown.status_code, unknown.json()["code"]) == (422, "role-unknown")
    names = [
        item["username"]
        for item in door.get(f"/api/v1/accounts?agency={FIRST}&limit=500", "first.admin").json()["items"]
    ]
    assert names == sorted(names)
    assert body["username"] in names
    assert door.get(f"/api/v1/accounts?agency={FIRST}", "second.admin").status_code == 403


def test_roles_are_given_and_taken(door: Deployment) -> None:
    account = door.account(_new_name(), "officer")
    path = f"/api/v1/accounts/{account}/roles"
    role = {"role": "handler", "agency": FIRST, "scope": "310101001"}
    assert door.post(path, "first.officer", json=role).status_code == 403
    given = door.post(path, "first.admin", json=role)
    assert given.status_code == 201
    assert ("handler", "310101001") in {(r["role"], r["scope"]) for r in given.json()["roles"]}
    assert door.post(path, "first.admin", json=role).json()["code"] == "role-granted"
    taken = f"{path}/handler?agency={FIRST}&scope=310101001"
    assert door.client.delete(taken, headers=door.auth("second.admin")).status_code == 403
    assert door.client.delete(taken, headers=door.auth("first.admin")).status_code == 204
    assert door.client.delete(taken, headers=door.auth("first.admin")).status_code == 404


def test_no_administrator_lets_anybody_read_another_agency(door: Deployment) -> None:
    name = _new_name()
    account = door.account(name, "auditor")
    path = f"/api/v1/accounts/{account}/roles"
    theirs = {"role": "auditor", "agency": SECOND}
    assert door.post(path, "first.admin", json=theirs).json()["code"] == "role-missing"
    record = door.sign(aud=door.origin(SECOND), seen=door.seen(SECOND))
    assert door.submit(record).status_code == 201
    door.anchor()
    history = f"/api/v1/subjects/{record.claims.sub}/records"
    head = door.client.get(f"/api/v1/logs/{SECOND}").json()["size"]
    entries = f"/log/{SECOND}/tile/entries/000.p/{head}"
    assert (door.get(history, name).status_code, door.get(entries, name).status_code) == (404, 403)
    assert door.post(path, "second.admin", json=theirs).status_code == 201
    assert (door.get(history, name).status_code, door.get(entries, name).status_code) == (200, 200)


def test_a_closed_account_is_out_at_once(door: Deployment) -> None:
    name = _new_name()
    account = door.account(name, "officer")
    header = door.auth(name)
    path = f"/api/v1/accounts/{account}/deactivate"
    assert door.client.post(path, headers=header).status_code == 403
    assert door.client.post(path, headers=door.auth("first.admin")).status_code == 204
    assert door.client.get("/api/v1/me", headers=header).status_code == 401
    assert _login(door, name).status_code == 401


def test_one_s_own_password_takes_the_present_one(door: Deployment) -> None:
    name, new = _new_name(), "another long enough phrase"
    account = door.account(name, "officer")
    path, header = f"/api/v1/accounts/{account}/password", door.auth(name)
    for body, code in (
        ({"password": new}, "password-missing"),
        ({"password": new, "current_password": "no"}, "login-failed"),
    ):
        assert door.client.post(path, headers=header, json=body).json()["code"] == code
    right = {"password": new, "current_password": PASSWORD}
    assert door.client.post(path, headers=header, json=right).status_code == 204
    assert door.client.get("/api/v1/me", headers=header).status_code == 401
    assert _login(door, name).status_code == 401
    assert _login(door, name, new).status_code == 200
    assert door.post(path, "second.admin", json=right).status_code == 403
    assert door.post(path, "first.admin", json={"password": PASSWORD}).status_code == 204
    assert _login(door, name).status_code == 200


def _offer(door: Deployment, key: SigningKey, username: str, **fields: object) -> Any:
    statement = door.offer(key, **fields)
    return door.post(
        "/api/v1/keys",
        username,
        content=statement.presentation,
        headers={"Content-Type": "application/sd-jwt"},
    )


def test_a_key_is_offered_by_its_holder_confirmed_shrunk_and_revoked(door: Deployment) -> None:
    name, key = _new_name(), SigningKey.generate("EdDSA")
    account = door.account(name, "officer")
    assert _offer(door, key, name).status_code == 403  # not named as its holder
    offered = _offer(door, key, name, holder=account)
    assert offered.status_code == 201, offered.text
    assert (offered.json()["kid"], offered.json()["counts"]) == (key.kid, False)
    path = f"/api/v1/keys/{FIRST}/{key.kid}"
    assert door.submit(door.sign(key=key)).json()["code"] == "key-unconfirmed"
    assert door.post(f"{path}/confirm", "first.admin", json={"confirmer": SECOND}).status_code == 403
    own = door.post(f"{path}/confirm", "first.admin", json={"confirmer": FIRST})
    assert own.json()["code"] == "confirmer-own"
    confirmed = door.post(f"{path}/confirm", "second.admin", json={"confirmer": SECOND})
    assert (confirmed.json()["confirmed_by"], confirmed.json()["counts"]) == (SECOND, True)
    assert door.submit(door.sign(key=key)).status_code == 201
    door.anchor()  # a key's window shrinks only when nothing it signed is under way
    smaller = {
        "not_before": offered.json()["not_before"],
        "not_after": rfc3339(door.clock.now() + timedelta(days=30)),
    }
    assert door.post(f"{path}/shrink", "second.admin", json=smaller).status_code == 403
    assert (
        door.post(f"{path}/shrink", "first.admin", json=smaller).json()["not_after"] == smaller["not_after"]
    )
    larger = {**smaller, "not_after": rfc3339(door.clock.now() + timedelta(days=60))}
    assert door.post(f"{path}/shrink", "first.admin", json=larger).json()["code"] == "key-window"
    why = {"compromised_since": rfc3339(door.clock.now()), "reason": "设备遗失"}
    assert door.post(f"{path}/revoke", "first.admin", json={**why, "seconded_by": SECOND}).status_code == 403
    revoked = door.post(f"{path}/revoke", "first.admin", json=why)
    assert revoked.status_code == 200, revoked.text
    assert revoked.json()["compromised_since"] == why["compromised_since"]
    assert door.submit(door.sign(key=key)).json()["code"] == "key-revoked"
    listed = door.get(f"/api/v1/keys?agency={FIRST}", "first.party").json()["items"]
    assert key.kid in {item["kid"] for item in listed}


def test_an_officer_cannot_offer_a_key_of_the_agency(door: Deployment) -> None:
    name = _new_name()
    account = door.account(name, "officer")
    key = SigningKey.generate("EdDSA")
    assert _offer(door, key, name, holder=account, purpose="service").status_code == 403
    assert _offer(door, key, "second.admin", holder=account).status_code == 403


def test_what_is_no_offer_is_refused(door: Deployment) -> None:
    record = door.sign()
    answer = door.post(
        "/api/v1/keys", content=record.presentation, headers={"Content-Type": "application/sd-jwt"}
    )
    assert answer.json()["code"] == "kind-wrong"
    thief = SigningKey.generate("ES256")
    statement = door.offer(thief, jwk=door.officer_key.jwk)
    answer = door.post(
        "/api/v1/keys",
        "first.admin",
        content=statement.presentation,
        headers={"Content-Type": "application/sd-jwt"},
    )
    assert answer.json()["code"] == "key-possession"
    assert door.post("/api/v1/keys", "first.admin", json={}).status_code == 415


def test_agencies_are_listed_for_any_account(door: Deployment) -> None:
    listed = door.get("/api/v1/agencies", "first.party").json()["items"]
    assert [item["code"] for item in listed] == sorted([FIRST, SECOND])
    assert door.client.get("/api/v1/agencies").status_code == 401
    assert api_client.FIRST in {log["name"] for log in door.client.get("/api/v1/logs").json()["items"]}


def test_a_write_under_an_idempotency_key_happens_once(door: Deployment) -> None:
    body = {"agency": FIRST, "username": _new_name(), "password": PASSWORD, "roles": ["officer"]}
    key = {"Idempotency-Key": secrets.token_hex(8)}
    first = door.post("/api/v1/accounts", "first.admin", json=body, headers=key)
    again = door.post("/api/v1/accounts", "first.admin", json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    other = door.post("/api/v1/accounts", "first.admin", json={**body, "username": _new_name()}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-conflict")
    role = {"role": "handler", "agency": FIRST}
    path = f"/api/v1/accounts/{first.json()['id']}/roles"
    refused = door.post(path, "first.officer", json=role, headers={"Idempotency-Key": "a"})
    assert refused.status_code == 403
    for _ in range(2):
        assert door.post(path, "first.admin", json=role, headers={"Idempotency-Key": path}).status_code == 201
    for _ in range(2):
        gone = door.client.delete(
            f"{path}/handler?agency={FIRST}",
            headers={**door.auth("first.admin"), "Idempotency-Key": f"{path}/handler"},
        )
        assert gone.status_code == 204
    long = door.post(path, "first.admin", json=role, headers={"Idempotency-Key": "x" * 300})
    assert (long.status_code, long.json()["code"]) == (422, "idempotency-key")


def test_a_password_is_in_no_digest_of_a_request(door: Deployment) -> None:
    key = {"Idempotency-Key": secrets.token_hex(8)}
    body = {"agency": FIRST, "username": _new_name(), "password": PASSWORD}
    door.post("/api/v1/accounts", "first.admin", json=body, headers=key)
    other = {**body, "password": "quite another phrase"}
    again = door.post("/api/v1/accounts", "first.admin", json=other, headers=key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert _login(door, body["username"]).status_code == 200
