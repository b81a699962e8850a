"""What the device does without any platform."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from gridwitness.clock import SimulatedClock
from gridwitness.errors import GridWitnessError
from gridwitness_cli.device.draft import Draft
from gridwitness_cli.device.officer_key import open_key
from gridwitness_cli.device.subject_place import SubjectPlace
from gridwitness_cli.submit import app
from gridwitness_evidence import parse_presentation, verify_signature
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

ORIGIN = f"gridwitness/{'0' * 32}/330100CG"
DIGEST = "A" * 43
PASSPHRASE = "a long passphrase"
FIELDS = [
    "--field", "procedure=general", "--field", "step=检查", "--field", "occurred_at=2026-03-02T00:00:00Z",
    "--field", 'officers:=["张三","李四"]',
]  # fmt: skip


def run(*arguments: str | Path, passphrase: str | None = PASSPHRASE, home: Path | None = None) -> Result:
    environment = {
        "GRIDWITNESS_PASSPHRASE": passphrase,
        "GRIDWITNESS_HOME": None if home is None else str(home),
    }
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)


def code_of(result: Result) -> str:
    assert isinstance(result.exception, GridWitnessError), (result.output, result.exception)
    return result.exception.code


def made_key(folder: Path, alg: str = "ES256") -> Path:
    path = folder / f"{alg}.key"
    assert run("key", "new", "--out", path, "--alg", alg).exit_code == 0
    return path


def sign(folder: Path, *more: str | Path, fields: list[str] = FIELDS, home: Path | None = None) -> Result:
    key = folder / "ES256.key"
    if not key.exists():
        made_key(folder)
    return run(
        "sign", "--key", key, "--agency", "330100CG", "--kind", "case.step.v1", "--log-origin", ORIGIN,
        "--out", folder / "draft.json", *fields, *more, home=home,
    )  # fmt: skip


@pytest.mark.parametrize("alg", ["ES256", "EdDSA"])
def test_a_key_opens_with_its_passphrase_only(tmp_path: Path, alg: str) -> None:
    path = tmp_path / "officer.key"
    made = run("key", "new", "--out", path, "--alg", alg)
    secret, wrong = tmp_path / "secret", tmp_path / "wrong"
    secret.write_text("a long passphrase\n")
    wrong.write_text("another one here\n")
    key = open_key(path, secret)
    assert key.alg == alg and made.output.strip() == key.kid
    with pytest.raises(GridWitnessError) as refused:
        open_key(path, wrong)
    assert refused.value.code == "key-password"
    assert code_of(run("key", "new", "--out", path)) == "key-exists"


def test_keys_that_are_not_made(tmp_path: Path) -> None:
    assert code_of(run("key", "new", "--out", tmp_path / "a", passphrase="short")) == "passphrase-short"
    assert code_of(run("key", "new", "--out", tmp_path / "a", "--alg", "RS256")) == "key-form"
    assert not (tmp_path / "a").exists()


def test_a_statement_signed_offline_is_whole_and_verifies(tmp_path: Path) -> None:
    photo = tmp_path / "photo.bin"
    photo.write_bytes(b"%PDF-1.7")
    result = sign(
        tmp_path,
        "--file",
        photo,
        "--seq",
        "4",
        "--prev",
        DIGEST,
        "--seen",
        f"9:{DIGEST}",
        "--subject",
        "a" * 32,
    )
    assert result.exit_code == 0, result.exception
    draft = Draft.load(tmp_path / "draft.json")
    record = draft.parsed()
    secret = tmp_path / "secret"
    secret.write_text("a long passphrase")
    verify_signature(record, open_key(tmp_path / "ES256.key", secret).public)
    claims = record.claims
    assert (claims.sub, claims.seq, claims.prev, claims.aud) == ("a" * 32, 4, bytes(32), ORIGIN)
    assert claims.seen is not None and claims.seen.size == 9
    assert record.fields["officers"] == ["张三", "李四"] and record.fields["facts"] is None
    [file] = record.fields["files"]
    assert (file["name"], file["type"], file["size"]) == ("photo.bin", "application/pdf", 8)
    assert draft.files == {file["sha256"]: str(photo)}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--field", "nofield=1"], "field-option"),
        (["--field", "step"], "field-option"),
        (["--field", "step=twice"], "field-option"),
        (["--field", "facts:={"], "field-option"),
        (["--field", "facts:=1"], "fields"),
        (["--field", 'files:=[{"name":"x"}]'], "fields"),
        (["--subject", "XYZ"], "subject-form"),
        (["--seq", "1"], "claims"),
        (["--seq", "1", "--prev", "short"], "prev-form"),
        (["--seen", "0:" + DIGEST], "seen-form"),
        (["--captured", "noon"], "captured-form"),
        (["--file", "no-such-file"], "file-unreadable"),
        (["--head", "no-such-file"], "options"),
    ],
)
def test_options_that_cannot_be_signed(tmp_path: Path, more: list[str], code: str) -> None:
    assert code_of(sign(tmp_path, *more)) == code
    assert not (tmp_path / "draft.json").exists()


def test_fields_of_the_kind_are_checked_before_the_key_is_asked_for(tmp_path: Path) -> None:
    assert code_of(sign(tmp_path, fields=["--field", "procedure=none"])) == "fields"
    unknown = run(
        "sign",
        "--key",
        "x",
        "--agency",
        "330100CG",
        "--kind",
        "case.unheard",
        "--log-origin",
        ORIGIN,
        "--out",
        "x",
    )
    assert code_of(unknown) == "kind-unknown"


def test_a_demo_signs_under_the_simulated_clock_of_its_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    clock = SimulatedClock(home / "clock.json")
    clock.advance(365 * 86_400)
    assert sign(tmp_path, home=home).exit_code == 0
    ahead = Draft.load(tmp_path / "draft.json").parsed().claims.iat
    assert sign(tmp_path).exit_code == 0
    now = Draft.load(tmp_path / "draft.json").parsed().claims.iat
    assert 364 * 86_400 < ahead - now < 366 * 86_400


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": "gridwitness-draft/v1", "record": 1, "provenance": {}, "files": {}}',
        "\ud7ff",
    ],
)
def test_a_file_that_is_no_draft_is_refused_before_anything_is_sent(tmp_path: Path, content: str) -> None:
    draft = tmp_path / "draft.json"
    draft.write_text(content)
    token = tmp_path / "token"
    token.write_text("token")
    result = run(
        "send", draft, "--url", "http://127.0.0.1:1", "--token-file", token, "--receipts", tmp_path / "r"
    )
    assert code_of(result) in ("draft-invalid", "json-malformed")


@pytest.mark.parametrize("url", ["", "platform", "ftp://host", "http://", "http://[::1", "https:// x"])
def test_addresses_that_are_none(url: str) -> None:
    assert run("head", "--url", url, "--agency", "330100CG").exit_code != 0


PLACE_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(DIGEST) | st.just("a" * 32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["size", "root"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["origin", "seen", "sub", "seq", "next_seq", "prev"]), PLACE_VALUES))
def test_any_head_is_read_or_refused(value: dict[str, object]) -> None:
    try:
        place = SubjectPlace.from_json(value)
    except GridWitnessError as error:
        assert error.code in ("head-invalid", "subject-form")
    else:
        assert SubjectPlace.from_json(json.loads(json.dumps(place.to_json()))) == place


def test_presentations_in_drafts_survive_writing(tmp_path: Path) -> None:
    assert sign(tmp_path).exit_code == 0
    text = Draft.load(tmp_path / "draft.json").record
    assert parse_presentation(text, complete=True).presentation == text
