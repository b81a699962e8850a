"""The reference implementation of SD-JWT and we read each other's records."""

import json
from typing import Any

import pytest
from gridwitness_evidence import (
    PublicKey,
    Record,
    SigningKey,
    parse_presentation,
    redact,
    thumbprint,
    verify_signature,
)
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier
from support.evidence_records import FIELDS, signed_record

ALGORITHMS = {"ES256": {"kty": "EC", "crv": "P-256"}, "EdDSA": {"kty": "OKP", "crv": "Ed25519"}}


def read_by_reference(presentation: str, jwk: dict[str, str]) -> dict[str, Any]:
    verifier = SDJWTVerifier(presentation, lambda _issuer, _header: JWK(**jwk))
    return verifier.get_verified_payload()


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_reference_reads_our_records(alg: Any) -> None:
    key = SigningKey.generate(alg)
    record = signed_record(key)
    payload = read_by_reference(record.presentation, key.jwk)
    assert {name: payload[name] for name in FIELDS} == FIELDS
    assert payload["sub"] == record.claims.sub


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_reference_reads_our_redactions(alg: Any) -> None:
    key = SigningKey.generate(alg)
    record = signed_record(key)
    for hidden in (["place"], ["place", "source", "officers"], list(FIELDS)):
        payload = read_by_reference(redact(record, hidden), key.jwk)
        assert {name: payload[name] for name in payload if name in FIELDS} == {
            name: value for name, value in FIELDS.items() if name not in hidden
        }


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_reference_refuses_what_we_refuse(alg: Any) -> None:
    record = signed_record(SigningKey.generate(alg))
    with pytest.raises(Exception, match=r"[Vv]erif|[Ss]ignature"):
        read_by_reference(record.presentation, SigningKey.generate(alg).jwk)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_we_read_records_that_the_reference_signs(alg: str) -> None:
    private = JWK.generate(**ALGORITHMS[alg])
    jwk = json.loads(private.export_public())
    issued = issued_by_reference(private, jwk, alg)
    record = checked(issued, jwk, complete=True)
    assert record.fields == FIELDS
    holder = SDJWTHolder(issued)
    holder.create_presentation({"procedure": True, "source": True})
    shown = checked(holder.sd_jwt_presentation, jwk, complete=False)
    assert shown.fields == {name: FIELDS[name] for name in ("procedure", "source")}
    assert shown.leaf_hash == record.leaf_hash


def checked(presentation: str, jwk: dict[str, str], *, complete: bool) -> Record:
    record = parse_presentation(presentation, complete=complete)
    verify_signature(record, PublicKey.from_jwk(jwk))
    return record


def issued_by_reference(private: JWK, jwk: dict[str, str], alg: str) -> str:
    clear = {
        "iss": "330106",
        "aud": "gridwitness/0123456789abcdef0123456789abcdef/330106",
        "jti": "01960000-0000-7000-8000-00000000002a",
        "kind": "case.milestone.v1",
        "src": "self",
        "sub": "00112233445566778899aabbccddeeff",
        "seq": 0,
        "iat": 1772415000,
    }
    issuer = SDJWTIssuer(
        {**clear, **{SDObj(name): value for name, value in FIELDS.items()}},
        private,
        sign_alg=alg,
        extra_header_parameters={"typ": "gw-record+sd-jwt", "kid": thumbprint(jwk)},
    )
    return issuer.sd_jwt_issuance
