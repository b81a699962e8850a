"""Signing statements, beside the bare signature of the cryptography package."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from gridwitness_evidence import Seen, SigningKey, uuid7

from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.officers import FIELDS, Signer

_ROUNDS = 5


def signing_rows(count: int) -> list[Measurement]:
    """`count` signatures each, in rounds that take turns; medians of the rounds."""
    curve = ec.generate_private_key(ec.SECP256R1())
    edwards = ed25519.Ed25519PrivateKey.generate()
    algorithm = ec.ECDSA(hashes.SHA256())
    return [
        _row("ES256", count, lambda data: curve.sign(data, algorithm)),
        _row("EdDSA", count, edwards.sign),
    ]


def _row(algorithm: str, count: int, bare: Callable[[bytes], bytes]) -> Measurement:
    key = SigningKey.generate("ES256" if algorithm == "ES256" else "EdDSA")
    origin = "gridwitness/" + "0" * 32 + "/330100CG"
    signer = Signer(key, "330100CG", origin, Seen(1, os.urandom(32)))
    now = datetime.now(UTC)
    iat = int(now.timestamp())
    signing_input = signer.sign_step(iat, uuid7(now)).signing_input
    ours, beside = [], []
    for _ in range(_ROUNDS):
        share = max(1, count // _ROUNDS)
        ours.append(_rate(share, lambda: signer.sign_step(iat, uuid7(now))))
        beside.append(_rate(share, lambda: bare(signing_input)))
    return Measurement(
        f"signing: statements of {FIELDS} fields, {algorithm} / 签名",
        median(ours),
        "records/s",
        f"bare {algorithm} signature of the same bytes",
        median(beside),
    )


def _rate(count: int, step: Callable[[], object]) -> float:
    began = time.perf_counter()
    for _ in range(count):
        step()
    return count / (time.perf_counter() - began)
