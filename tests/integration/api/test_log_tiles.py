"""The log as C2SP tlog-tiles, read by a client that recomputes what it is told."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from gridwitness_api import create_app
from gridwitness_evidence import (
    NoteVerifier,
    TreeHead,
    entry_bundle_decode,
    hash_leaf,
    open_tree_head,
    root_of,
)
from support.api_client import FIRST, SECOND, Deployment


def _head(door: Deployment, log: str = FIRST) -> TreeHead:
    verifier = NoteVerifier.from_vkey(door.client.get(f"/log/{log}/vkey").text.rstrip("\n"))
    answer = door.client.get(f"/log/{log}/checkpoint")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    return open_tree_head(answer.content, verifier)


def test_head_tile_and_entries_agree(door: Deployment) -> None:
    door.submit(door.sign())
    door.anchor()
    head = _head(door)
    assert 0 < head.size < 256  # the tests of this process stay below one full tile
    partial = f"000.p/{head.size}"
    tile = door.client.get(f"/log/{FIRST}/tile/0/{partial}")
    assert tile.headers["Content-Type"] == "application/octet-stream"
    assert tile.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    leaves = [tile.content[at : at + 32] for at in range(0, len(tile.content), 32)]
    assert root_of(leaves) == head.root
    bundle = door.get(f"/log/{FIRST}/tile/entries/{partial}", "first.auditor")
    entries = entry_bundle_decode(bundle.content, head.size)
    assert [hash_leaf(entry) for entry in entries] == leaves
    shown = door.client.get(f"/api/v1/logs/{FIRST}").json()
    assert (shown["size"], shown["seen"]["size"]) == (head.size, head.size)


def test_entries_are_gzipped_on_request_only(door: Deployment) -> None:
    path = f"/log/{FIRST}/tile/entries/000.p/{_head(door).size}"
    plain = door.get(path, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    refused = door.get(path, headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in refused.headers
    with door.client.stream(
        "GET", path, headers={**door.auth("first.officer"), "Accept-Encoding": "br, gzip"}
    ) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert plain.headers["Cache-Control"].startswith("private")


def test_entries_take_a_reader_of_the_agency_outside_demo_mode(door: Deployment) -> None:
    path = f"/log/{FIRST}/tile/entries/000.p/{_head(door).size}"
    assert door.client.get(path).status_code == 401
    assert door.get(path, "first.party").status_code == 403
    assert door.get(path, "second.officer").status_code == 403
    assert door.get(path, "first.auditor").status_code == 200
    other = f"/log/{SECOND}/tile/entries/000.p/{_head(door, SECOND).size}"
    assert door.get(other, "first.auditor").status_code == 200
    demonstration = replace(
        door.platform, settings=door.platform.settings.model_copy(update={"demo_mode": True})
    )
    answer = TestClient(create_app(demonstration)).get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize(
    "path",
    [
        f"/log/{FIRST}/tile/0/000",
        f"/log/{FIRST}/tile/0/999",
        f"/log/{FIRST}/tile/0/0",
        f"/log/{FIRST}/tile/0/x000/000.p/1",
        f"/log/{FIRST}/tile/0/000.p/0",
        f"/log/{FIRST}/tile/0/000.p/256",
        f"/log/{FIRST}/tile/0/000.p/01",
        f"/log/{FIRST}/tile/64/000",
        f"/log/{FIRST}/tile/00/000.p/1",
        f"/log/{FIRST}/tile/-1/000",
        f"/log/{FIRST}/tile/0/..%2f..%2fcheckpoint",
        f"/log/{FIRST}/tile/0/%2e%2e/%2e%2e/%2e%2e/keys/log/.password",
        f"/log/{FIRST}/tile/entries",
        f"/log/{FIRST}/tile/",
        "/log/NOLOG0001/checkpoint",
        "/log/NOLOG0001/vkey",
        "/log/NOLOG0001/tile/0/000.p/1",
    ],
)
def test_addresses_that_name_no_tile(door: Deployment, path: str) -> None:
    answer = door.client.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2f..", "a" * 300, "%00", "310000CG01-1"])
def test_names_that_are_no_log(door: Deployment, name: str) -> None:
    for address in (f"/log/{name}/checkpoint", f"/log/{name}/tile/0/000", f"/api/v1/logs/{name}"):
        assert door.client.get(address).status_code in (404, 422)
