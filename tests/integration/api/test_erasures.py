"""Erasure through the door: asked for by one, approved by another, done once anchored."""

from __future__ import annotations

from support.api_client import Deployment, case_step


def test_two_persons_erase_a_field_and_the_rest_stays_proved(door: Deployment) -> None:
    record = door.sign(fields=case_step(place="某人住所"))
    door.submit(record)
    door.anchor()
    asked = {"sub": record.claims.sub, "field": "place", "reason": "保存期限届满"}
    early = door.post("/api/v1/erasures", "first.steward", json=asked)
    assert (early.status_code, early.json()["code"]) == (403, "retention-runs")
    door.clock.advance(2 * 24 * 3600)
    door.tokens.clear()  # the logins ended in the two days
    for stranger in ("first.officer", "second.admin"):
        assert door.post("/api/v1/erasures", stranger, json=asked).status_code == 403
    kept = door.post("/api/v1/erasures", "first.steward", json={**asked, "field": "officers"})
    assert kept.json()["code"] == "not-erasable"
    requested = door.post("/api/v1/erasures", "first.steward", json=asked)
    assert requested.status_code == 201, requested.text
    path = f"/api/v1/erasures/{requested.json()['id']}"
    assert requested.headers["Location"] == path
    assert door.post(f"{path}/approve", "first.steward").json()["code"] == "second-person"
    assert door.post(f"{path}/approve", "second.admin").status_code == 403
    approved = door.post(f"{path}/approve", "first.admin").json()
    assert approved["state"] == "approved"
    assert door.post(f"{path}/approve", "first.admin").status_code == 409
    door.anchor()
    with door.platform.transaction() as session:
        door.platform.erasures.complete(session)
    door.anchor()
    assert door.get(path, "first.steward").json()["state"] == "done"
    shown = door.get(f"/api/v1/records/{record.claims.jti}").json()
    assert shown["hidden"] == 1
    assert "place" not in shown["fields"]
    assert "某人住所" not in door.get(f"/api/v1/records/{record.claims.jti}/evidence").text
    listed = door.get("/api/v1/erasures", "first.steward").json()["items"]
    assert approved["id"] in {item["id"] for item in listed}
    assert door.get("/api/v1/erasures", "second.admin").json()["items"] == []
