from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from gridwitness_evidence import KeyMaterialError, PublicKey, SigningKey, thumbprint
from hypothesis import given
from hypothesis import strategies as st

ALGORITHMS = ["ES256", "EdDSA"]
_HALF_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 // 2


def test_thumbprint_of_the_rfc_8037_key() -> None:
    # RFC 8037 appendix A.3.
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(jwk) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_signs_verifies_and_survives_its_encrypted_file(alg: Any) -> None:
    key = SigningKey.generate(alg)
    pem = key.to_pem(b"secret")
    again = SigningKey.from_pem(pem, b"secret")
    public = PublicKey.from_jwk(again.jwk)
    assert pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert (again.alg, again.kid, public.kid, thumbprint(key.jwk)) == (alg, key.kid, key.kid, key.kid)
    signature = again.sign(b"data")
    assert len(signature) == 64
    assert public.verify(signature, b"data")
    assert not public.verify(signature, b"date")
    assert not public.verify(signature[:63], b"data")
    assert not SigningKey.generate(alg).public.verify(signature, b"data")


def test_es256_signatures_have_low_s() -> None:
    key = SigningKey.generate("ES256")
    for number in range(40):
        assert int.from_bytes(key.sign(b"%d" % number)[32:], "big") <= _HALF_ORDER


@pytest.mark.parametrize("alg", ALGORITHMS)
@given(signature=st.binary(min_size=60, max_size=70))
def test_any_bytes_are_just_not_a_signature(alg: Any, signature: bytes) -> None:
    assert not KEYS[alg].public.verify(signature, b"data")


KEYS = {alg: SigningKey.generate(alg) for alg in ALGORITHMS}


@pytest.mark.parametrize("password", [b"wrong", b""])
def test_a_wrong_password_is_said(password: bytes) -> None:
    with pytest.raises(KeyMaterialError, match="key-password"):
        SigningKey.from_pem(KEYS["EdDSA"].to_pem(b"secret"), password)


def test_no_key_is_written_or_read_in_clear() -> None:
    with pytest.raises(KeyMaterialError, match="key-password"):
        KEYS["ES256"].to_pem(b"")
    clear = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(KeyMaterialError, match="key-password"):
        SigningKey.from_pem(clear, b"secret")


def test_other_curves_are_refused() -> None:
    pem = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    with pytest.raises(KeyMaterialError, match="key-form"):
        SigningKey.from_pem(pem, b"secret")


def test_repr_shows_no_secret() -> None:
    assert repr(KEYS["EdDSA"]) == f"SigningKey(EdDSA, {KEYS['EdDSA'].kid})"


EC, OKP = KEYS["ES256"].jwk, KEYS["EdDSA"].jwk


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        [],
        None,
        {**EC, "alg": "ES256"},
        {**OKP, "y": OKP["x"]},
        {**OKP, "d": OKP["x"]},
        {**EC, "crv": "P-384"},
        {**EC, "kty": "OKP"},
        {**OKP, "crv": "X25519"},
        {**OKP, "kty": ["OKP"]},
        {**EC, "x": EC["y"]},
        {**EC, "x": EC["x"][:-1]},
        {**EC, "x": EC["x"] + "="},
        {**EC, "y": "A" * 42 + "B"},
        {**OKP, "x": 1},
        {name: value for name, value in EC.items() if name != "y"},
    ],
)
def test_a_jwk_has_exactly_its_members(jwk: Any) -> None:
    with pytest.raises(KeyMaterialError, match="key-form"):
        PublicKey.from_jwk(jwk)
