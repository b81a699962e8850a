"""Checks of the record itself: its form, its signature, the fields it shows."""

from __future__ import annotations

from ..errors import VerificationError
from ..kinds import check_fields, check_source, kind_of
from ..record import match_disclosures, parse_entry, split_presentation, verify_signature
from ..report import Check, Phrase
from .case import Case


def check_record(case: Case) -> Check:
    """`record`: the entry has its exact form, a known kind, and is of a log in the trust file."""
    try:
        # 1. the presentation comes apart
        text, encoded = split_presentation(case.bundle.record)
        # 2. header and claims
        entry = parse_entry(text)
        case.entry, case.encoded_disclosures = entry, tuple(encoded)
        # 3. the kind exists and may have this source
        check_source(entry.kind, entry.src)
        # 4. the log is one the relying party knows
        case.log = case.trust.log(entry.aud)
    except VerificationError as error:
        failure = case.failed("record", error)
        case.entry = case.log = None
        return failure
    label = kind_of(entry.kind).label
    return case.proved(
        "record", Phrase(f"{entry.kind}, of agency {entry.iss}", f"{label}（{entry.kind}），机关 {entry.iss}")
    )


def check_signature(case: Case) -> Check:
    """`signature`: the key whose thumbprint is `kid` signed the entry."""
    if case.entry is None:
        return case.waiting("signature", "record")
    if case.bundle.jwk is None:
        return case.missing("signature", "signer.jwk")
    try:
        verify_signature(case.entry, case.bundle.jwk)
    except VerificationError as error:
        return case.failed("signature", error)
    case.signed = True
    return case.proved(
        "signature",
        Phrase(f"{case.entry.alg} by key {case.entry.kid}", f"{case.entry.alg} 签名，密钥 {case.entry.kid}"),
    )


def check_disclosures(case: Case) -> Check:
    """`disclosures`: every field shown has its digest in the record, and the type its kind gives it."""
    if case.entry is None:
        return case.waiting("disclosures", "record")
    committed = len(case.entry.sd_digests)
    try:
        disclosures = match_disclosures(case.entry, case.encoded_disclosures)
        fields = {disclosure.name: disclosure.value for disclosure in disclosures}
        check_fields(case.entry.kind, fields, complete=len(disclosures) == committed)
    except VerificationError as error:
        return case.failed("disclosures", error)
    case.disclosures = tuple(disclosures)
    shown, hidden = len(disclosures), committed - len(disclosures)
    return case.proved(
        "disclosures",
        Phrase(
            f"{shown} of {committed} fields shown, {hidden} withheld from this bundle",
            f"共 {committed} 个字段，披露 {shown} 个，本证据包未披露 {hidden} 个",
        ),
    )
