"""Random and mutated bytes at every parser and at the command line: a coded refusal, never a leak."""

import json
from functools import cache
from pathlib import Path

import pytest
from gridwitness_verifier.bundle import verify_bundle
from gridwitness_verifier.bundle.file import parse_bundle
from gridwitness_verifier.errors import Unusable, VerificationError, VerifierError
from gridwitness_verifier.header import parse_header
from gridwitness_verifier.jwk import parse_jwk
from gridwitness_verifier.key_state import verify_key_state
from gridwitness_verifier.log_proof import parse_log_proof
from gridwitness_verifier.main import main
from gridwitness_verifier.notes import open_note, parse_vkey
from gridwitness_verifier.qbft import verify_seals
from gridwitness_verifier.receipt import open_receipt
from gridwitness_verifier.receipt_proof import verify_receipt_proof
from gridwitness_verifier.record import parse_disclosure, parse_presentation
from gridwitness_verifier.report import Report
from gridwitness_verifier.report.json_text import render_json
from gridwitness_verifier.report.page import render_page
from gridwitness_verifier.report.text import render_text
from gridwitness_verifier.rlp_strict import decode
from gridwitness_verifier.strict_json import loads
from gridwitness_verifier.tree_head import open_tree_head
from gridwitness_verifier.trust import parse_trust
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.sealing import validator_keys
from support.verifier_bundle import LOG_KEY, RECORD_LOG, Scenario, sign_note, tree_head, vkey_of

VKEY = parse_vkey(vkey_of(LOG_KEY))
SEALED = Scenario(validators=validator_keys(4))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
TEXT_PARSERS = [
    parse_presentation,
    parse_disclosure,
    loads,
    parse_log_proof,
    parse_vkey,
    lambda text: open_note(text, VKEY),
    lambda text: open_tree_head(text, VKEY),
    lambda text: open_receipt(text, VKEY),
]
BYTE_PARSERS = [decode, parse_header, loads, lambda data: verify_seals(data, [b"\x01" * 20])]


@cache
def valid_bundle():
    return json.dumps(SEALED.bundle(), ensure_ascii=False)


@cache
def trust():
    return parse_trust(json.dumps(SEALED.trust()).encode(), confirmed=False, folder=Path())


@pytest.mark.parametrize("parser", range(len(TEXT_PARSERS)))
@given(text=st.text() | st.text(alphabet="~.AQ-_=\n—+ 0123456789"))
def test_text_that_is_anything(parser, text):
    try:
        TEXT_PARSERS[parser](text)
    except VerificationError as error:
        assert error.code


@pytest.mark.parametrize("parser", range(len(BYTE_PARSERS)))
@given(data=st.binary(max_size=300))
def test_bytes_that_are_anything(parser, data):
    try:
        BYTE_PARSERS[parser](data)
    except VerificationError as error:
        assert error.code


@given(value=JSON)
def test_json_that_is_anything(value):
    with pytest.raises(VerificationError):
        verify_receipt_proof(value, record_log_address=RECORD_LOG, log_id=b"\x00" * 32)
    with pytest.raises(VerificationError):
        verify_key_state(
            value,
            members_address=RECORD_LOG,
            keys_slot=1,
            agency="330106",
            thumbprint=b"\x00" * 32,
            block_hash=b"\x00" * 32,
        )
    with pytest.raises(VerificationError):
        parse_jwk(value)


def paths(value, path=()):
    """Every place in a JSON value."""
    yield path
    if isinstance(value, dict):
        for name, item in value.items():
            yield from paths(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


def replaced(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@given(data=st.data(), new=JSON)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_bundle_with_one_place_replaced(data, new):
    bundle = json.loads(valid_bundle())
    path = data.draw(st.sampled_from(list(paths(bundle))))
    changed = json.dumps(replaced(bundle, path, new)).encode()
    try:
        _, checks = verify_bundle(parse_bundle(changed, "x"), trust())
    except Unusable as error:
        assert error.code
        return
    report = Report("bundle", trust(), {}, checks)
    for text in (render_json(report), render_text(report, "both"), render_page(report, "zh")):
        assert text.isprintable() or all(character == "\n" or character.isprintable() for character in text)
    ignored = path[:1] == ("provenance",) or path in (("signer", "agency"), ("signer", "purpose"))
    changed_value = loads(changed) != loads(valid_bundle())
    assert report.exit_code == 0 or not ignored
    assert report.exit_code != 0 or ignored or not changed_value


@given(position=st.integers(0, 10**6), bit=st.integers(0, 6))
@settings(max_examples=200, deadline=None)
def test_a_bundle_with_one_bit_changed(position, bit):
    data = bytearray(valid_bundle().encode())
    data[position % len(data)] ^= 1 << bit
    try:
        verify_bundle(parse_bundle(bytes(data), "x"), trust())
    except VerifierError as error:
        assert error.code


@given(data=st.data(), new=JSON)
@settings(max_examples=200, deadline=None)
def test_a_trust_file_with_one_place_replaced(data, new):
    value = SEALED.trust()
    path = data.draw(st.sampled_from(list(paths(value))))
    content = json.dumps(replaced(value, path, new)).encode()
    try:
        parse_trust(content, confirmed=False, folder=Path())
    except Unusable as error:
        assert error.code == "trust-form"


@given(size=st.text(max_size=25), root=st.text(max_size=50))
def test_tree_heads_signed_over_anything(size, root):
    note = sign_note(f"{VKEY.name}\n{size}\n{root}\n".replace("\ud800", ""))
    try:
        head = open_tree_head(note, VKEY)
        assert f"{VKEY.name}\n{size}\n{root}\n" == tree_head(head.size, head.root)
    except VerificationError as error:
        assert error.code


BUNDLE_OF_NOTHING = b'{"format":"gridwitness-bundle/v1"}'
GARBAGE = st.binary(max_size=200) | st.sampled_from(
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\x00",
        b"[" * 10_000,
        b'{"format":"gridwitness-bundle/v1"}',
        b"\x1b[2J\n\n",
    ]
)


@given(garbage=GARBAGE)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_garbage_files_are_unusable_and_said_in_one_line(garbage, tmp_path, capsys):
    good, bad = tmp_path / "trust.json", tmp_path / "garbage\n\x1b[31m"
    good.write_text(json.dumps(SEALED.trust()))
    bad.write_bytes(garbage)
    for evidence, trust_file, memory in (
        (bad, good, []),
        (bad, bad, []),
        (good, good, ["--memory", str(bad)]),
    ):
        arguments = ["bundle", str(evidence), "--trust", str(trust_file), *memory]
        assert main(arguments) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
        assert said.err[:-1].isprintable()
        assert "internal" not in said.err
