"""Files through the door: streamed in under their digest, named in records, got by readers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from httpx import Response
from support.api_client import Deployment, case_step

PHOTO = b"\x89PNG\r\n\x1a\n" + b"photo of a truck" * 100


def _put(
    door: Deployment, content: bytes, username: str = "first.officer", sha256: str | None = None
) -> Response:
    sha256 = sha256 or hashlib.sha256(content).hexdigest()
    return door.client.put(f"/api/v1/files/{sha256}", content=content, headers=door.auth(username))


def test_put_get_and_look(door: Deployment) -> None:
    first, again = _put(door, PHOTO), _put(door, PHOTO)
    assert (first.status_code, again.status_code) == (201, 200)
    told = first.json()
    assert told["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    assert (told["size"], told["type"]) == (len(PHOTO), "image/png")
    assert told["sm3"] == hashlib.new("sm3", PHOTO).hexdigest()
    got = door.get(f"/api/v1/files/{told['sha256']}")
    assert got.content == PHOTO
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    looked = door.client.head(f"/api/v1/files/{told['sha256']}", headers=door.auth("first.auditor"))
    assert (looked.content, looked.headers["Content-Length"]) == (b"", str(len(PHOTO)))


def test_a_record_names_a_file_that_is_here(door: Deployment) -> None:
    content = b"statement of a witness"
    sha256 = hashlib.sha256(content).hexdigest()
    named = {
        "name": "a.txt",
        "sha256": sha256,
        "sm3": hashlib.new("sm3", content).hexdigest(),
        "size": len(content),
        "type": "text/plain",
    }
    record = door.sign(fields=case_step(files=[named]))
    early = door.submit(record)
    assert (early.status_code, early.json()["code"]) == (422, "file-missing")
    _put(door, content)
    assert door.submit(record).status_code == 201


def test_other_bytes_than_the_digest_says_are_refused_and_leave_nothing(door: Deployment) -> None:
    sha256 = hashlib.sha256(b"what was announced").hexdigest()
    answer = _put(door, b"what came", sha256=sha256)
    assert (answer.status_code, answer.json()["code"]) == (422, "file-digest")
    assert door.get(f"/api/v1/files/{sha256}").status_code == 404
    assert list(door.platform.settings.files_dir.glob(".incoming-*")) == []


def test_what_a_file_is_its_bytes_tell(door: Deployment) -> None:
    def put(content: bytes, declared: str) -> Response:
        headers = {**door.auth("first.officer"), "Content-Type": declared}
        return door.client.put(
            f"/api/v1/files/{hashlib.sha256(content).hexdigest()}", content=content, headers=headers
        )

    page = put(b"<!DOCTYPE html><script>steal()</script>", "image/png")
    assert (page.status_code, page.json()["code"], page.json()["found"]) == (
        415, "file-type-refused", "text/html",
    )  # fmt: skip
    disguised = put(PHOTO + b"2", "application/pdf")
    assert (disguised.status_code, disguised.json()["code"]) == (422, "file-type-mismatch")
    assert put(PHOTO + b"2", "image/png").status_code == 201
    assert put("序号,车牌\n1,浙A\n".encode("gb18030"), "text/csv").status_code == 201


@pytest.mark.parametrize("announced", [True, False])
def test_too_large_with_and_without_a_length(door: Deployment, announced: bool) -> None:
    limit = door.platform.settings.file_size_limit_bytes

    def chunks() -> Iterator[bytes]:
        for _ in range(limit // 4096 + 1):
            yield bytes(4096)

    content = b"".join(chunks()) if announced else chunks()
    answer = door.client.put(f"/api/v1/files/{'0' * 64}", content=content, headers=door.auth("first.officer"))
    assert answer.status_code == 413
    assert answer.json()["code"] in {"body-too-large", "file-too-large"}
    assert list(door.platform.settings.files_dir.glob(".incoming-*")) == []


def test_who_may_put_and_get(door: Deployment) -> None:
    told = _put(door, b"seen by readers only").json()
    path = f"/api/v1/files/{told['sha256']}"
    assert door.client.get(path).status_code == 401
    assert door.get(path, "first.party").status_code == 403
    assert _put(door, b"x", "first.party").status_code == 403
    assert _put(door, b"x", "first.auditor").status_code == 403
    assert door.client.put(path, content=b"x").status_code == 401


@pytest.mark.parametrize("name", ["AB" * 32, "0" * 63, "g" * 64, "..%2f..%2fkeys", "%00" * 64])
def test_addresses_that_are_no_digest(door: Deployment, name: str) -> None:
    for method in ("GET", "PUT", "HEAD"):
        answer = door.client.request(method, f"/api/v1/files/{name}", headers=door.auth("first.officer"))
        assert answer.status_code in (404, 422)
