"""Who may send: Digest against a second implementation, replays, other addresses, certificates."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from gridwitness_evidence import SigningKey, base64url
from gridwitness_ingest.gat1400.client import Client
from support.checkpoint_door import HOST, SECRET, OpenDoor, account, kept, open_door, passing
from support.client_certificates import Certificates, make_certificates
from support.devices import sign_for
from support.feeds import REGISTERED, feed_fields
from support.gat1400 import text, upload
from support.platform import Officer, RunningPlatform

REGISTER, MOTOR_VEHICLES = "/VIID/System/Register", "/VIID/MotorVehicles"
DEVICE = "33010000005030000001"


@pytest.fixture(scope="module", autouse=True)
def _vendor(running: RunningPlatform, officer: Officer) -> None:
    account(running, officer, "vendor")


def test_a_second_implementation_of_digest_registers(running: RunningPlatform, door: OpenDoor) -> None:
    base = f"http://{HOST}:{door.port}"
    body = text({"RegisterObject": {"DeviceID": DEVICE}})
    with httpx.Client(base_url=base, auth=httpx.DigestAuth("vendor", SECRET), trust_env=False) as client:
        for _ in range(3):  # the second time it answers the old nonce at once, and is challenged again
            answer = client.post(REGISTER, content=body)
            assert answer.status_code == 200
            assert answer.json()["ResponseStatusObject"]["Id"] == DEVICE
    with httpx.Client(base_url=base, headers={"User-Identify": DEVICE}, trust_env=False) as client:
        assert client.post("/VIID/System/Keepalive", content=b"{}").status_code == 200
        assert client.post(MOTOR_VEHICLES, content=upload(passing(running, 1))).status_code == 200
        told = client.get("/VIID/System/Time").json()["SystemTimeObject"]
        assert len(told["LocalTime"]) == 14 and told["TimeZone"] == "GMT+8"
        assert client.post("/VIID/System/UnRegister", content=b"{}").status_code == 200
        assert client.post("/VIID/System/Keepalive", content=b"{}").status_code == 401
    assert len(kept(running, "vendor").passages) == 1
    with httpx.Client(
        base_url=base, auth=httpx.DigestAuth("vendor", "wrong-password"), trust_env=False
    ) as client:
        assert client.post(REGISTER, content=body).status_code == 401


def test_answers_that_were_used_changed_or_are_for_another_request(door: OpenDoor) -> None:
    client = door.client("vendor", device=DEVICE)
    body = text({"RegisterObject": {"DeviceID": DEVICE}})

    def challenged() -> str:
        return client.request("POST", REGISTER, body).headers["www-authenticate"]

    def code(authorization: str) -> str:
        answer = client.request("POST", REGISTER, body, {"Authorization": authorization})
        assert answer.status in (200, 401)
        return str(answer.statuses[0]["StatusString"]).partition(":")[0]

    good = client.answer("POST", REGISTER, challenged())
    assert code(good) == "OK"
    assert code(good) == "digest-stale", "a nonce is good for one answer"
    assert code(good.replace("nc=00000001", "nc=00000002")) == "digest-wrong"
    assert code(client.answer("PUT", REGISTER, challenged())) == "digest-wrong"
    assert code(client.answer("POST", MOTOR_VEHICLES, challenged())) == "digest-wrong"
    made_up = challenged().replace('nonce="', 'nonce="0')
    assert code(client.answer("POST", REGISTER, made_up)) == "digest-stale"
    other = challenged().replace('realm="', 'realm="x')
    assert code(client.answer("POST", REGISTER, other)) == "digest-wrong"
    spoiled = client.answer("POST", REGISTER, challenged()).replace("qop=auth,", "qop=auth-int,")
    assert code(spoiled) == "digest-wrong"
    for nonsense in (
        "Digest",
        "Digest x",
        "Basic dmVuZG9yOng=",
        good.replace("cnonce", "dnonce"),
        "Digest " + "a=b," * 999,
    ):
        assert code(nonsense) == "digest-missing"
    unknown = door.client("nobody", device=DEVICE)
    assert unknown.register().statuses[0]["StatusString"].startswith("digest-wrong")


def test_who_is_not_registered_sends_nothing(running: RunningPlatform, door: OpenDoor) -> None:
    before = len(kept(running, "vendor").messages)
    client = door.client("vendor", device="33010000005030000002")
    for path in (
        MOTOR_VEHICLES,
        "/VIID/SubscribeNotifications",
        "/VIID/Subscribes",
        "/VIID/System/Keepalive",
    ):
        answer = client.request("POST", path, upload(passing(running, 2)))
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Digest ")
    assert client.register().status == 200
    # The same identifier from another address is somebody else.
    elsewhere = http.client.HTTPConnection(HOST, door.port, timeout=10, source_address=("127.0.0.2", 0))
    elsewhere.request("POST", MOTOR_VEHICLES, upload(passing(running, 2)), {"User-Identify": client.device})
    assert elsewhere.getresponse().status == 401
    elsewhere.close()
    assert len(kept(running, "vendor").messages) == before


def test_a_feed_can_not_take_anothers_identifier(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    account(running, officer, "other")
    door.registered("vendor", device="33010000005030000003")
    answer = door.client("other", device="33010000005030000003").register()
    assert (answer.status, answer.statuses[0]["StatusString"].partition(":")[0]) == (409, "device-taken")
    for device in ("3301", "x" * 20, "33010000005030000003; drop"):
        answer = door.client("other", device=device).register()
        assert (answer.status, answer.statuses[0]["StatusString"].partition(":")[0]) == (400, "device-id")


def test_a_closed_feed_sends_nothing(running: RunningPlatform, officer: Officer, door: OpenDoor) -> None:
    feed = account(running, officer, "closing")
    client = door.registered("closing")
    sign_for(running, officer, feed.sub, REGISTERED, feed_fields("closing", state="closed"))
    answer = client.upload([passing(running, 1)])
    assert (answer.status, answer.statuses[0]["StatusString"].partition(":")[0]) == (403, "feed-closed")
    assert client.register().status == 401
    account(running, officer, "terminals", door="jt808")
    assert door.client("terminals").register().statuses[0]["StatusString"].startswith("feed-door")


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side ends."""
    found = b""
    while part := connection.recv(65_536):
        found += part
    return found


def test_too_much_and_too_slow(running: RunningPlatform, officer: Officer, door: OpenDoor) -> None:
    account(running, officer, "bounds")
    client = door.registered("bounds")
    head = f"POST {MOTOR_VEHICLES} HTTP/1.1\r\nHost: x\r\nUser-Identify: {client.device}\r\n"
    with socket.create_connection((HOST, door.port), timeout=10) as announced:
        announced.sendall(f"{head}Content-Length: 200001\r\n\r\n".encode())
        answered = everything(announced)
        assert b" 413 " in answered and b"body-too-large" in answered
    with socket.create_connection((HOST, door.port), timeout=10) as slow:
        slow.sendall(f"{head}Content-Length: 100\r\n\r\n".encode() + b'{"Motor')
        begun = time.monotonic()
        answered = everything(slow)
        assert b" 503 " in answered and b"body-slow" in answered
        assert time.monotonic() - begun < 5
    with socket.create_connection((HOST, door.port), timeout=10) as chunked:
        chunked.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(2):
            chunked.sendall(b"186a1\r\n" + b"x" * 100_001 + b"\r\n")
        assert b" 413 " in everything(chunked)
    with socket.create_connection((HOST, door.port), timeout=10) as cut:
        cut.sendall(f"{head}Content-Length: 100\r\n\r\n".encode() + b'{"Motor')
    assert client.upload([passing(running, 2)]).status == 200
    assert len(kept(running, "bounds").messages) == 1


def test_signed_feeds_take_only_what_their_device_signed(
    running: RunningPlatform, officer: Officer, door: OpenDoor
) -> None:
    feed = account(running, officer, "signed", assurance="device-signed")
    key, other = SigningKey.generate("EdDSA"), SigningKey.generate("EdDSA")
    device = running.officer("camera", confirmed=False, algorithm="EdDSA")
    device.key = key
    device.offer(purpose="feed", holder=None)
    device.confirm()
    with running.platform.transaction() as session:
        running.platform.credentials.set_key(session, feed, key.kid, None)

    def sending(signer: SigningKey) -> Client:
        def sign(body: bytes) -> dict[str, str]:
            return {"GridWitness-Signature": base64url.encode(signer.sign(body))}

        return door.registered("signed", sign=sign)

    for client in (door.registered("signed"), sending(other)):
        answer = client.upload([passing(running, 1)])
        assert (answer.status, answer.statuses[0]["StatusString"].partition(":")[0]) == (
            403,
            "signature-invalid",
        )
    assert kept(running, "signed").messages == []
    assert sending(key).upload([passing(running, 1)]).status == 200
    assert len(kept(running, "signed").passages) == 1


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def tls_door(running: RunningPlatform, certificates: Certificates) -> Iterator[OpenDoor]:
    settings = running.settings.model_copy(
        update={
            "ingest_certificate": certificates.server,
            "ingest_key": certificates.server_key,
            "ingest_client_ca": certificates.authority,
        }
    )
    with open_door(replace(running.platform, settings=settings)) as opened:
        yield opened


def test_mutual_tls_feeds_need_their_certificate(
    running: RunningPlatform, officer: Officer, door: OpenDoor, tls_door: OpenDoor, certificates: Certificates
) -> None:
    feed = account(running, officer, "mutual", assurance="mutual-tls")
    with running.platform.transaction() as session:
        running.platform.credentials.set_certificate(session, feed, certificates.fingerprint("camera"), None)

    def code(client: Client) -> str:
        return str(client.register().statuses[0]["StatusString"]).partition(":")[0]

    assert code(door.client("mutual")) == "certificate-missing"
    with pytest.raises(OSError):  # TLS itself refuses
        tls_door.client("mutual", context=certificates.context(None)).register()
    assert code(tls_door.client("mutual", context=certificates.context("stranger"))) == "certificate-unknown"
    camera = tls_door.client("mutual", context=certificates.context("camera"))
    assert code(camera) == "OK"
    assert camera.upload([passing(running, 1)]).status == 200
    stranger = tls_door.client("mutual", context=certificates.context("stranger"))
    assert stranger.upload([passing(running, 2)]).status == 401, "its session is bound to its certificate"
    assert len(kept(running, "mutual").passages) == 1


def test_paths_that_are_none(door: OpenDoor) -> None:
    client = door.client("vendor")
    answer = client.request("GET", "/VIID/Nothing")
    assert answer.status == 404
    assert answer.statuses[0]["StatusString"].startswith("path-unknown")
    assert client.request("GET", MOTOR_VEHICLES).status == 405
