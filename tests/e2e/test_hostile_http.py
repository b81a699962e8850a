"""The public door under hostile input, over real sockets: a 4xx with a stable code, and nothing kept."""

from __future__ import annotations

import json
import random
import re
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from gridwitness.postgres import EmbeddedPostgres
from gridwitness_evidence import base64url
from support.demo_home import CITY, SD_JWT, DemoHome

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to see processes"),
    pytest.mark.timeout(600),
]

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NDJSON = "application/x-ndjson"
RECORDS = "/api/v1/records"


@pytest.fixture(scope="module")
def home() -> Iterator[DemoHome]:
    with DemoHome.new() as new:
        new.start()
        yield new
        assert new.stop() == 0


@pytest.fixture(scope="module")
def officer(home: DemoHome) -> Iterator[httpx.Client]:
    with home.client("zhang.wei") as client:
        yield client


@pytest.fixture(scope="module")
def good(home: DemoHome) -> str:
    record = home.step()
    assert home.submit(record).status_code == 201
    return record.presentation


@pytest.fixture(autouse=True)
def nothing_kept(home: DemoHome, good: str) -> Iterator[None]:
    """Whatever a test sends, exactly the records that were there are there afterwards, and the API serves."""
    before = _accepted(home)
    yield
    assert _accepted(home) == before
    with home.client() as client:
        assert client.get("/readyz").status_code == 200


def _accepted(home: DemoHome) -> tuple[int, ...]:
    counted = "SELECT (SELECT count(*) FROM records.record), (SELECT count(*) FROM records.file)"
    with psycopg.connect(EmbeddedPostgres(home.home).urls.auditor) as connection:
        row = connection.execute(counted).fetchone()
    assert row is not None
    return row


def assert_refused(answer: httpx.Response, *statuses: int, code: str | None = None) -> None:
    """A problem document with a stable code and one of the statuses (any 4xx where none is named)."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text[:300])
    assert not statuses or answer.status_code in statuses, (answer.status_code, answer.text[:300])
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.headers
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert CODE.fullmatch(problem["code"]) and problem["type"].endswith(problem["code"])
    assert code is None or problem["code"] == code, problem
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("record", [
    b"", b"~", b"~~", b"a.b.c", b"a.b.c~", b"..~", b"\x00\x01\x02~", b"\xff\xfe\xfd~", "记录~".encode(),
    b"e30.e30.e30~", b"%s~" % (b"." * 16_000), b"~" * 200, b"{}", b"null", b"A" * 20_000 + b".e30.e30~",
])  # fmt: skip
def test_garbage_records(officer: httpx.Client, record: bytes) -> None:
    assert_refused(officer.post(RECORDS, content=record, headers={"Content-Type": SD_JWT}))


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data", "", "a/b; c=/"]
)
def test_wrong_content_types(officer: httpx.Client, good: str, content_type: str) -> None:
    answer = officer.post(RECORDS, content=good.encode(), headers={"Content-Type": content_type})
    assert_refused(answer, 415)


@pytest.mark.parametrize("body", [
    b"[" * 100_000, b'{"record": "a", "record": "b"}', b'{"record": 1e5}', b'{"record": "\\ud800"}',
    b'{"record": NaN}', b'{"record": "a"} x', b"\xef\xbb\xbf{}", b'{"record": "a", "more": 1}',
    b'{"record": null}', b"9" * 10_000, b"",
])  # fmt: skip
def test_hostile_json(officer: httpx.Client, body: bytes) -> None:
    assert_refused(
        officer.post(RECORDS, content=body, headers={"Content-Type": "application/json"}), 400, 422
    )


def test_an_oversized_body_is_cut_off(officer: httpx.Client) -> None:
    answer = officer.post(RECORDS, content=b"A" * (80 << 20), headers={"Content-Type": SD_JWT})
    assert_refused(answer, 413)


def test_random_mutations_of_a_good_record(officer: httpx.Client, good: str) -> None:
    """Bytes flipped, cut out or doubled. Only the same bytes again are good, and get the same receipt."""
    chance = random.Random(20260302)
    for _ in range(150):
        text = bytearray(good.encode())
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            match chance.randrange(3):
                case 0:
                    text[at] = chance.randrange(256)
                case 1:
                    del text[at : at + chance.randint(1, 20)]
                case _:
                    text[at:at] = text[max(0, at - 20) : at]
        answer = officer.post(RECORDS, content=bytes(text), headers={"Content-Type": SD_JWT})
        if bytes(text) == good.encode():
            assert answer.status_code == 200
        else:
            assert_refused(answer)


def test_a_bad_line_of_a_batch_harms_no_other(officer: httpx.Client, good: str) -> None:
    lines = [json.dumps(good), "{", json.dumps({"record": good, "x": 1}), '"a.b.c~"', "", json.dumps(good)]
    answer = officer.post(RECORDS, content="\n".join(lines).encode(), headers={"Content-Type": NDJSON})
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert result["accepted"] == 0 and result["replayed"] >= 2
    for line in result["results"]:
        assert (line["receipt"] is None) != (line["problem"] is None)
        assert line["problem"] is None or 400 <= line["status"] < 500


@pytest.mark.parametrize("path", [
    "/api/v1/records/not-a-uuid", "/api/v1/records/00000000-0000-0000-0000-000000000000",
    "/api/v1/subjects/zz/head", "/api/v1/subjects/%00/head", "/api/v1/records?cursor=%ff",
    "/api/v1/records?limit=-1", "/api/v1/records?limit=99999999999999999999",
    "/api/v1/files/..%2f..%2fetc%2fpasswd", "/api/v1/files/" + "0" * 63, "/api/v1/keys?agency=';DROP TABLE",
    "/api/v1/logs/%2e%2e", "/nowhere",
    f"/log/{CITY}/tile/0/../../../keys", f"/log/{CITY}/tile/0/x999999999999999999999",
    f"/log/{CITY}/tile/99/000", "/log/..%2f..%2fkeys/checkpoint",
    f"/log/{CITY}/tile/entries/000.p/0", "/api/v1/records/" + "a" * 5_000,
])  # fmt: skip
def test_hostile_addresses(officer: httpx.Client, path: str) -> None:
    assert_refused(officer.get(path))


@pytest.mark.parametrize("token", ["x", "Bearer", "é", "a" * 5_000, "' OR 1=1 --", "A" * 43])
def test_bad_tokens(home: DemoHome, token: str) -> None:
    with home.client() as client:
        answer = client.get(RECORDS, headers={"Authorization": f"Bearer {token}".encode()})
    assert_refused(answer, 401)


def test_methods_and_logins(home: DemoHome, officer: httpx.Client) -> None:
    assert_refused(officer.delete(RECORDS), 405)
    assert_refused(officer.put("/api/v1/login", json={}), 405)
    for body in (
        {},
        {"username": "a"},
        {"username": 1, "password": []},
        {"username": "a\x00", "password": "b"},
        [],
    ):
        assert_refused(officer.post("/api/v1/login", json=body), 400, 422)
    assert_refused(officer.post("/api/v1/login", json={"username": "nobody", "password": "x" * 1000}), 401)


def test_files_must_be_what_they_are_called(officer: httpx.Client) -> None:
    digest = secrets.token_hex(32)
    binary = {"Content-Type": "application/octet-stream"}
    answer = officer.put(f"/api/v1/files/{digest}", content=b"other bytes", headers=binary)
    assert_refused(answer, 422, code="file-digest")
    assert_refused(officer.get(f"/api/v1/files/{digest}"), 404, code="file-unknown")
    for name in (digest.upper(), digest[:-1], f"{digest}0", "..%2f" + digest):
        assert_refused(officer.put(f"/api/v1/files/{name}", content=b"x", headers=binary), 404, 422, 400)


def test_what_only_the_platform_writes_is_refused(home: DemoHome, officer: httpx.Client) -> None:
    key = home.key()
    fields: dict[str, Any] = {"agency": CITY, "thumbprint": base64url.encode(bytes(32))}
    record = home.step(kind="key.confirmed.v1", fields=fields, key=key)
    answer = officer.post(RECORDS, content=record.presentation.encode(), headers={"Content-Type": SD_JWT})
    assert_refused(answer, 403, code="kind-internal")


@pytest.mark.parametrize("request_bytes", [
    b"GARBAGE\r\n\r\n",
    b"POST /api/v1/records HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
    b"POST /api/v1/records HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
    b"POST /api/v1/records HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
])  # fmt: skip
def test_broken_http(home: DemoHome, request_bytes: bytes) -> None:
    """Answered with 4xx or cut off; never a 5xx, never a hanging server."""
    with socket.create_connection(("127.0.0.1", home.port), timeout=10) as connection:
        try:
            connection.sendall(request_bytes)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65_536)
        except (ConnectionResetError, BrokenPipeError):
            answer = b""
    assert answer == b"" or re.match(rb"HTTP/1\.1 4\d\d ", answer), answer[:200]


def test_slow_senders_hold_up_nobody(home: DemoHome, officer: httpx.Client) -> None:
    """Many connections that never finish their request: others are still served at once."""
    head = f"POST {RECORDS} HTTP/1.1\r\nHost: a\r\nContent-Type: {SD_JWT}\r\nContent-Length: 9\r\n".encode()
    slow = [socket.create_connection(("127.0.0.1", home.port), timeout=10) for _ in range(100)]
    try:
        for connection in slow:
            connection.sendall(head)
        began = time.monotonic()
        assert officer.get("/healthz").status_code == 200
        assert officer.get(RECORDS).status_code == 200
        assert time.monotonic() - began < 10
    finally:
        for connection in slow:
            connection.close()
