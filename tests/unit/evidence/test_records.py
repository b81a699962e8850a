import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from gridwitness_evidence import (
    EvidenceError,
    PublicKey,
    RecordError,
    SigningKey,
    hash_leaf,
    parse_entry,
    parse_presentation,
    redact,
    uuid7,
    verify_signature,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from support.evidence_records import FIELDS, signed_record

KEYS = {alg: SigningKey.generate(alg) for alg in ("ES256", "EdDSA")}
_WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
_VALUES = st.none() | _WORDS | st.integers(-(2**53) + 1, 2**53 - 1) | st.lists(_WORDS, max_size=3)
_NAMES = st.from_regex(r"x[a-z0-9_]{0,20}(\.[a-z0-9_]{1,5}){0,2}", fullmatch=True)


@pytest.mark.parametrize("alg", KEYS)
def test_what_is_signed_is_what_is_read(alg: str) -> None:
    record = signed_record(KEYS[alg])
    read = parse_presentation(record.presentation, complete=True)
    verify_signature(read, PublicKey.from_jwk(KEYS[alg].jwk))
    assert read == record
    assert read.fields == FIELDS
    assert [one.digest for one in read.disclosures if one] == list(read.claims.sd_digests)


@settings(max_examples=50)
@given(fields=st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=8), alg=st.sampled_from(list(KEYS)))
def test_any_fields_survive(fields: dict[str, Any], alg: str) -> None:
    record = signed_record(KEYS[alg], fields=fields)
    read = parse_presentation(record.presentation, complete=True)
    verify_signature(read, KEYS[alg].public)
    assert read == record
    assert read.fields == fields


def test_hashes_are_those_of_the_format() -> None:
    record = signed_record(KEYS["ES256"])
    entry = record.presentation.split("~")[0]
    assert record.entry == entry
    assert record.identity == hashlib.sha256(entry.rpartition(".")[0].encode()).digest()
    assert record.digest == hashlib.sha256(entry.encode()).digest()
    assert record.leaf_hash == hash_leaf(entry.encode())


def test_redaction_hides_fields_and_keeps_the_proof() -> None:
    record = signed_record(KEYS["EdDSA"])
    text = redact(record, ["place", "source"])
    read = parse_presentation(text)
    verify_signature(read, KEYS["EdDSA"].public)
    assert read.fields == {name: FIELDS[name] for name in FIELDS if name not in ("place", "source")}
    assert (read.identity, read.digest, read.leaf_hash) == (record.identity, record.digest, record.leaf_hash)
    assert read.presentation == text
    hidden = [one.encoded for one in record.disclosures if one and one.name in ("place", "source")]
    assert not any(one in text for one in hidden)
    with pytest.raises(RecordError, match="disclosure-missing"):
        parse_presentation(text, complete=True)
    with pytest.raises(RecordError, match="field-unknown"):
        redact(read, ["place"])


def test_an_entry_alone_shows_nothing() -> None:
    record = signed_record(KEYS["EdDSA"])
    read = parse_entry(record.entry)
    assert read.fields == {}
    assert read.claims == record.claims
    assert parse_presentation(record.entry + "~") == read
    for text in (record.entry + "~", record.entry + "\n", "", "a.b"):
        with pytest.raises(EvidenceError):
            parse_entry(text)


def test_salts_are_fresh_and_can_be_given() -> None:
    first, second = (signed_record(KEYS["EdDSA"]) for _ in range(2))
    assert not set(first.claims.sd_digests) & set(second.claims.sd_digests)
    salts = [one.salt for one in first.disclosures if one]
    assert len(set(salts)) == len(salts)
    fixed = [signed_record(KEYS["EdDSA"], salt=lambda size: bytes(range(size))) for _ in range(2)]
    assert fixed[0] == fixed[1]
    with pytest.raises(RecordError, match="disclosure-form"):
        signed_record(KEYS["EdDSA"], salt=lambda size: bytes(16))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "abc"}, "claims"),
        ({"seq": 0}, "claims"),
        ({"prev": None}, "claims"),
        ({"prev": b"short"}, "claims"),
        ({"iat": 1.5}, "claims"),
        ({"fields": {}}, "claims"),
        ({"fields": {"Name": 1}}, "disclosure-form"),
        ({"fields": {"iss": 1}}, "disclosure-form"),
        ({"fields": {"a": 1.5}}, "json-number"),
        ({"fields": {"a": "\ud800"}}, "json-surrogate"),
        ({"fields": {"a": [{"_sd": []}]}}, "disclosure-nested"),
        ({"fields": {"a": "x" * 50_000}}, "too-large"),
        ({"fields": {f"a{number}": None for number in range(129)}}, "too-large"),
    ],
)
def test_our_signer_signs_nothing_that_would_be_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(EvidenceError) as refusal:
        signed_record(KEYS["ES256"], **changes)
    assert refusal.value.code == code


@settings(max_examples=400)
@given(data=st.data())
def test_mutated_records_raise_only_evidence_errors(data: st.DataObject) -> None:
    text = MUTABLE[data.draw(st.sampled_from(sorted(MUTABLE)))]
    at = data.draw(st.integers(0, len(text) - 1))
    width = data.draw(st.integers(0, 3))
    mutated = (
        text[:at] + data.draw(st.text(st.sampled_from("A._-~=+é\n😀z9"), max_size=3)) + text[at + width :]
    )
    try:
        record = parse_presentation(mutated)
        verify_signature(record, KEYS[record.alg].public)
    except EvidenceError as error:
        assert error.code
    else:
        # Whole disclosures may go or change places; whatever is still accepted shows nothing new.
        assert record.entry == text.split("~")[0]
        assert record.fields.items() <= FIELDS.items() or mutated == text


MUTABLE = {alg: signed_record(key).presentation for alg, key in KEYS.items()}


@given(st.text(max_size=200) | st.text(st.sampled_from("eyJ.~=A-_"), max_size=80))
def test_any_text_raises_only_evidence_errors(text: str) -> None:
    with pytest.raises(EvidenceError):
        parse_presentation(text)


def test_uuid7_holds_the_time_and_is_a_jti() -> None:
    # The example of RFC 9562 appendix A.6.
    now = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    noise = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    value = uuid7(now, lambda size: noise.to_bytes(size, "big"))
    assert value == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    assert signed_record(KEYS["EdDSA"], jti=uuid7(now)).claims.jti[:13] == value[:13]
