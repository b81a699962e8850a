"""Health, readiness, metrics, headers, the access log, and parts that are away."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from gridwitness.chain import Chain
from gridwitness.database import create_engine_for, session_factory
from gridwitness_api import create_app
from gridwitness_api.metrics import Metrics
from prometheus_client.parser import text_string_to_metric_families
from support.api_client import FIRST, PASSWORD, Deployment


def _metric(client: TestClient, name: str, **labels: str) -> float:
    text = client.get("/metrics").text
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return float(sample.value)
    raise AssertionError(f"no {name} {labels} in {text}")


def test_alive_and_ready(door: Deployment) -> None:
    assert door.client.get("/healthz").json() == {"status": "alive"}
    door.anchor()
    ready = door.client.get("/readyz")
    assert ready.status_code == 200, ready.text
    assert {part["name"] for part in ready.json()["parts"]} >= {"database", "chain"}


def test_a_broken_promise_of_anchoring_is_told(door: Deployment) -> None:
    door.submit(door.sign())
    door.clock.advance(2 * 3600)
    late = door.client.get("/readyz")
    assert (late.status_code, late.json()["code"]) == (503, "not-ready")
    assert "Retry-After" in late.headers
    told = {part["name"]: part for part in late.json()["parts"]}
    assert told["database"]["ready"] and told["chain"]["ready"]
    assert re.search(r"\b72\d\d s\b", told[f"anchoring of {FIRST}"]["reason"])
    assert _metric(door.client, "gridwitness_receipts_overdue", log=FIRST) == 1
    assert _metric(door.client, "gridwitness_anchor_lag_seconds", log=FIRST) >= 7200
    door.anchor()
    assert door.client.get("/readyz").status_code == 200
    assert _metric(door.client, "gridwitness_receipts_overdue", log=FIRST) == 0


def test_parts_that_are_away_are_named_and_nothing_more(door: Deployment) -> None:
    platform = door.platform
    gone = Chain("http://127.0.0.1:9/secret", platform.settings.chain_dir, platform.keystore, platform.clock)
    answer = TestClient(create_app(replace(platform, chain=gone))).get("/readyz")
    assert answer.status_code == 503
    chain = next(part for part in answer.json()["parts"] if part["name"] == "chain")
    assert chain == {"name": "chain", "ready": False, "reason": "chain-unreachable"}
    assert "secret" not in answer.text
    engine = create_engine_for("postgresql://nobody:hunter2@127.0.0.1:9/none")
    client = TestClient(create_app(replace(platform, engine=engine, sessions=session_factory(engine))))
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert not next(part for part in ready.json()["parts"] if part["name"] == "database")["ready"]
    assert _metric(client, "gridwitness_database_up") == 0
    listed = client.get("/api/v1/logs")
    assert (listed.status_code, listed.json()["code"]) == (503, "database-unavailable")
    assert "hunter2" not in ready.text + listed.text
    assert client.get("/healthz").status_code == 200


def test_requests_and_records_are_counted_by_closed_labels(door: Deployment) -> None:
    record = door.sign()
    door.submit(record)
    door.submit(record)
    door.submit("junk")
    kind = "case.step.v1"
    assert _metric(door.client, "gridwitness_records_total", kind=kind, outcome="accepted") >= 1
    assert _metric(door.client, "gridwitness_records_total", kind=kind, outcome="replayed") >= 1
    assert _metric(door.client, "gridwitness_records_total", kind="unknown", outcome="not-compact") >= 1
    door.get(f"/api/v1/records/{record.claims.jti}")
    shown = {"route": "/api/v1/records/{jti}", "method": "GET", "status": "200"}
    assert _metric(door.client, "gridwitness_http_requests_total", **shown) >= 1
    door.client.get("/no/such/address")
    assert _metric(door.client, "gridwitness_http_requests_total", route="unmatched", status="404") >= 1
    door.anchor()
    size = door.client.get(f"/api/v1/logs/{FIRST}").json()["size"]
    assert _metric(door.client, "gridwitness_log_anchored_size", log=FIRST) == size


def test_two_applications_in_one_process_count_apart(door: Deployment) -> None:
    assert Metrics(door.platform).exposition() != b""
    assert TestClient(create_app(door.platform)).get("/metrics").status_code == 200


def test_headers_of_every_answer(door: Deployment) -> None:
    for path in ("/healthz", "/no/such", "/api/v1/me", f"/log/{FIRST}/vkey"):
        headers = door.client.get(path, headers={"Origin": "https://elsewhere.example"}).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in headers
        assert "Cache-Control" in headers
        assert headers["X-Request-Id"]
    assert door.client.get("/healthz").headers["Cache-Control"] == "no-store"


def test_problems_from_the_framework(door: Deployment) -> None:
    for method, path, status, code in (
        ("GET", "/no/such", 404, "route-unknown"),
        ("DELETE", "/api/v1/login", 405, "method-not-allowed"),
        ("POST", "/api/v1/login/", 404, "route-unknown"),
    ):
        answer = door.client.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert "POST" in door.client.get("/api/v1/login").headers["Allow"]


def test_the_access_log_holds_no_secret(door: Deployment, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        door.client.post("/api/v1/login", json={"username": "first.officer", "password": PASSWORD})
        door.client.post("/api/v1/login", json={"username": "first.officer", "password": f"{PASSWORD}!"})
        door.client.post("/api/v1/login", json={"username": 1, "password": PASSWORD})
        door.get("/api/v1/me?token=in-the-query")
        door.client.get("/a%0d%0aforged line")
    lines = [r.getMessage() for r in caplog.records if r.name.startswith("gridwitness")]
    assert any("/api/v1/login 200" in line or "/api/v1/login" in line for line in lines)
    for secret in (PASSWORD, door.token("first.officer"), "in-the-query"):
        assert not any(secret in line for line in lines)
    assert not any("\n" in line or "\r" in line for line in lines)


def test_the_description_is_served(door: Deployment) -> None:
    assert door.client.get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"
