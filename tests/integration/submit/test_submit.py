"""The officer's device against a platform: key, login, offline signing, sending, receipts, evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from gridwitness.errors import InvalidInput, Unavailable
from gridwitness.records import LogRow
from gridwitness_cli.submit import app
from gridwitness_evidence import NoteVerifier, open_receipt, parse_bundle, parse_presentation
from support.ingest_platform import AGENCY, anchor_all
from support.submit_door import PASSWORD, OpenDoor
from typer.testing import CliRunner

STEP = [
    "procedure=summary",
    "step=现场检查",
    "occurred_at=2026-03-02T08:00:00+08:00",
    "officers=张三",
    "officers=李四",
]


@dataclass
class Device:
    folder: Path
    door: OpenDoor

    def run(self, *arguments: str | Path) -> Result:
        environment = {"GRIDWITNESS_PASSPHRASE": "an officer's passphrase", "GRIDWITNESS_HOME": None}
        return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)

    def ok(self, *arguments: str | Path) -> str:
        result = self.run(*arguments)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    @property
    def online(self) -> list[str | Path]:
        return ["--url", self.door.url, "--token-file", self.folder / "token"]

    @property
    def key(self) -> Path:
        return self.folder / "officer.key"

    def sign(self, name: str, *more: str | Path) -> Path:
        draft = self.folder / name
        fields = [part for field in STEP for part in ("--field", field)]
        self.ok(
            "sign",
            "--key",
            self.key,
            "--agency",
            AGENCY,
            "--kind",
            "case.step.v1",
            "--out",
            draft,
            *fields,
            *more,
        )
        return draft

    def send(self, draft: Path, *more: str | Path) -> Result:
        return self.run("send", draft, *self.online, "--receipts", self.folder / "receipts", *more)

    def kept(self) -> dict[str, dict[str, object]]:
        records = [json.loads(path.read_text()) for path in (self.folder / "receipts" / "records").iterdir()]
        return {record["jti"]: record for record in records}


@pytest.fixture(scope="module")
def device(door: OpenDoor, tmp_path_factory: pytest.TempPathFactory) -> Device:
    """Logged in, with a key that counts: the deployment has one agency."""
    device = Device(tmp_path_factory.mktemp("device"), door)
    password = device.folder / "password"
    password.write_text(PASSWORD + "\n")
    device.ok(
        "login", "--url", door.url, "--username", "zhang", "--password-file", password,
        "--token-file", device.folder / "token",
    )  # fmt: skip
    kid = device.ok("key", "new", "--out", device.key).strip()
    offered = device.ok("key", "offer", "--key", device.key, *device.online, "--agency", AGENCY)
    assert kid in offered and "in force" in offered
    anchor_all(door.platform)
    return device


def test_files_of_the_device_are_for_its_owner_only(device: Device) -> None:
    assert {(device.folder / name).stat().st_mode & 0o777 for name in ("token", "officer.key")} == {0o600}
    assert b"ENCRYPTED" in device.key.read_bytes()


def test_signed_offline_sent_later_receipt_kept_evidence_fetched(device: Device) -> None:
    head = device.folder / "log.json"
    device.ok("head", "--url", device.door.url, "--agency", AGENCY, "--out", head)
    photo = device.folder / "现场.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    draft = device.sign(
        "offline.json", "--head", head, "--subject", "new", "--file", photo, "--field", "facts=乱倒渣土",
        "--captured", "2026-03-02T00:00:00Z", "--device", "执法记录仪 07", "--clock-source", "gnss",
    )  # fmt: skip
    sent = device.send(draft)
    assert sent.exit_code == 0, sent.output
    record = parse_presentation(json.loads(draft.read_text())["record"])
    jti = record.claims.jti
    assert record.claims.seen is not None and record.fields["occurred_at"] == "2026-03-02T00:00:00Z"
    assert record.fields["files"][0]["type"] == "image/png" and record.fields["place"] is None
    note = (device.folder / "receipts" / f"{jti}.receipt").read_text()
    with device.door.platform.transaction() as session:
        vkey = session.get_one(LogRow, AGENCY).vkey
    assert open_receipt(note, NoteVerifier.from_vkey(vkey)).leaf_hash == record.leaf_hash
    assert device.send(draft).exit_code == 0
    assert (device.folder / "receipts" / f"{jti}.receipt").read_text() == note

    bundle = device.folder / "bundle.json"
    early = device.run("evidence", jti, *device.online, "--out", bundle)
    assert early.exit_code == 1 and "not-anchored-yet" in early.output and not bundle.exists()
    anchor_all(device.door.platform)
    device.ok("evidence", jti, *device.online, "--out", bundle, "--wait", "5")
    found = parse_bundle(bundle.read_bytes())
    assert found.record == record.presentation
    assert found.provenance.device == "执法记录仪 07" and found.provenance.clock_source == "gnss"


def test_a_subject_that_moved_is_signed_again_and_the_first_signing_kept(device: Device) -> None:
    opening = device.sign("opening.json", "--url", device.door.url)
    assert device.send(opening).exit_code == 0
    sub = parse_presentation(json.loads(opening.read_text())["record"]).claims.sub
    head = device.folder / "subject.json"
    device.ok("head", *device.online, "--sub", sub, "--out", head)
    quick = device.sign("quick.json", "--head", head, "--subject", sub)
    slow = device.sign("slow.json", "--head", head, "--subject", sub, "--device", "平板 3")
    first = json.loads(slow.read_text())["record"]
    assert device.send(quick).exit_code == 0

    refused = device.send(slow)
    assert refused.exit_code == 1 and "subject-moved" in refused.output
    again = device.send(slow, "--key", device.key)
    assert again.exit_code == 0, again.output
    draft = json.loads(slow.read_text())
    record = parse_presentation(draft["record"])
    assert record.claims.seq == 2 and record.fields == parse_presentation(first).fields
    assert draft["provenance"]["capture"] == first and draft["provenance"]["device"] == "平板 3"
    assert device.kept()[record.claims.jti]["provenance"] == draft["provenance"]


def test_a_file_changed_after_signing_is_not_sent(device: Device) -> None:
    note = device.folder / "note.txt"
    note.write_text("as signed")
    draft = device.sign("note.json", "--url", device.door.url, "--file", note)
    note.write_text("changed")
    result = device.send(draft)
    assert isinstance(result.exception, InvalidInput) and result.exception.code == "file-changed"


def test_refused_login_and_token(device: Device, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not the password")
    login = ["login", "--url", device.door.url, "--username", "zhang", "--password-file", wrong]
    refused = device.run(*login, "--token-file", tmp_path / "token")
    assert refused.exit_code == 1 and not (tmp_path / "token").exists()
    (tmp_path / "token").write_text("no-such-token")
    answer = device.run(
        "head", "--url", device.door.url, "--sub", "0" * 32, "--token-file", tmp_path / "token"
    )
    assert answer.exit_code == 1 and "refused" in answer.output


def test_without_a_network_the_draft_stays(device: Device) -> None:
    draft = device.sign("later.json", "--url", device.door.url)
    before = draft.read_bytes()
    token = device.folder / "token"
    result = device.run(
        "send",
        draft,
        "--url",
        "http://127.0.0.1:1",
        "--token-file",
        token,
        "--receipts",
        device.folder / "none",
    )
    assert isinstance(result.exception, Unavailable)
    assert draft.read_bytes() == before and not (device.folder / "none").exists()
