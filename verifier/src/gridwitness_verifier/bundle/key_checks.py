"""Checks of the signing key: valid for this purpose when the record was anchored, and who vouches for it."""

from __future__ import annotations

from .. import base64url
from ..errors import VerificationError
from ..jwk import parse_jwk
from ..key_state import KeyJudgement, KeyState, judge_key, verify_key_state, vouched_by
from ..kinds import OFFER, kind_of
from ..receipt_proof import AnchorEvent
from ..record import Entry
from ..report import Check, Phrase, Result, explain
from ..report.phrase import chinese
from .case import Case


def check_key(case: Case) -> Check:
    """`key`: `Members` held the key for agency `iss`, with a purpose the kind allows, valid at the anchor."""
    if case.entry is None:
        return case.waiting("key", "record")
    if case.entry.kind == OFFER:
        return _check_offer(case, case.entry)
    if case.bundle.key_state is None:
        return case.missing("key", "signer.key_state")
    if not case.signed or case.anchor is None:
        return case.waiting("key", "anchor" if case.signed else "signature")
    try:
        state = _state(case, case.entry, case.anchor)
        check_purpose(case.entry, state)
    except VerificationError as error:
        return case.failed("key", error)
    case.key = state
    return conclude(case, judge_key(state, case.anchor.time))


def conclude(case: Case, judgement: KeyJudgement) -> Check:
    """The check `key` as the key was judged."""
    if judgement.result is Result.PROVED:
        purpose = "" if case.key is None else case.key.purpose
        return case.proved("key", Phrase(judgement.reason, f"登记用途 {purpose}，锚定时有效"))
    if judgement.result is Result.FAILED:
        case.key = None
        return case.failed("key", VerificationError(judgement.code, judgement.reason))
    reason = Phrase(judgement.reason, chinese(explain(judgement.code) or judgement.reason))
    return case.unsettled("key", judgement.result, judgement.code, reason)


def check_vouching(case: Case) -> Check:
    """`vouching`: another agency than the signer's confirmed the key."""
    if case.entry is not None and case.entry.kind == OFFER:
        reason = Phrase("a key is offered before anybody vouches for it", "申请时密钥尚无任何机关背书")
        return case.unsettled("vouching", Result.NOT_EVALUATED, "key-offer", reason)
    if case.entry is None or case.key is None or case.anchor is None:
        return case.waiting("vouching", "key")
    agency, other = case.entry.iss, vouched_by(case.key, case.anchor.time)
    if other is None or other == agency:
        reason = Phrase(f"claimed by own agency only ({agency})", f"仅本机关（{agency}）自称")
        return case.unsettled("vouching", Result.CLAIMED, "key-own-agency", reason)
    return case.proved("vouching", Phrase(f"vouched by {agency}, {other}", f"由 {agency}、{other} 共同确认"))


def check_purpose(entry: Entry, state: KeyState) -> None:
    """Raises VerificationError `key-purpose` when the kind is not signed with keys of this purpose."""
    purposes = kind_of(entry.kind).purposes
    if state.purpose is not None and state.purpose not in purposes:
        raise VerificationError(
            "key-purpose",
            f"{entry.kind} wants a key of {' or '.join(purposes)}, this one is of {state.purpose}",
        )


def _state(case: Case, entry: Entry, anchor: AnchorEvent) -> KeyState:
    members = case.trust.members
    return verify_key_state(
        case.bundle.key_state,
        members_address=members.address,
        code_hash=members.code_hash,
        keys_slot=case.trust.keys_slot,
        agency=entry.iss,
        thumbprint=base64url.decode(entry.kid),
        block_hash=anchor.block_hash,
    )


def _check_offer(case: Case, entry: Entry) -> Check:
    """A `key.offered` record is signed by the key it offers, which needs no registration."""
    if not case.signed or case.disclosures is None:
        return case.waiting("key", "signature", "disclosures")
    offered = [disclosure.value for disclosure in case.disclosures if disclosure.name == "jwk"]
    if not offered:
        reason = Phrase("the field `jwk` is not shown", "未披露字段 jwk")
        return case.unsettled("key", Result.NOT_EVALUATED, "field-hidden", reason)
    if parse_jwk(offered[0]).thumbprint != entry.kid:
        return case.failed(
            "key", VerificationError("key-offer", "signed by another key than the one offered")
        )
    return case.proved("key", Phrase("signed by the key it offers", "由所申请的密钥自身签名"))
