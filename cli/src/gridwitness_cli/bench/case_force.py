"""Who takes part in the cases of the bench, and how they sign: with keys of their own, at the case's head."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gridwitness.platform import Platform
from gridwitness.records import add_file, current_log, heads_of, latest_seen, rfc3339
from gridwitness_evidence import Record, SigningKey, base64url, sign_record, uuid7

from gridwitness_cli.bench.officers import confirmed_key
from gridwitness_cli.bench.stage import AGENCY, SECOND, Stage

STEP, COSIGN = "case.step.v2", "case.cosign.v1"
_LOCAL = ZoneInfo("Asia/Shanghai")
_PHOTO = b"\xff\xd8\xff\xe0" + 2_000 * b"scene"


@dataclass(frozen=True, slots=True)
class CaseOfficer:
    """An account with a confirmed key, qualified to enforce."""

    account: str
    key: SigningKey


@dataclass(frozen=True, slots=True)
class CaseForce:
    """Two investigators, the head of the agency, and a file on the platform for their evidence."""

    stage: Stage
    first: CaseOfficer
    second: CaseOfficer
    head: CaseOfficer
    photo: Mapping[str, Any]
    rules: Mapping[str, str]
    """The version in force, by procedure."""

    def signing(self) -> Signing:
        """Signs at the present heads."""
        return Signing(self)


def raise_force(stage: Stage) -> CaseForce:
    """Accounts, roles, qualifications and keys, as an administrator and another agency give them."""
    platform = stage.platform
    today = platform.clock.now().astimezone(_LOCAL).date()
    with platform.transaction() as session:
        rules = {
            name: platform.rules.current(session, name, today).version for name in ("summary", "general")
        }
    return CaseForce(
        stage=stage,
        first=_officer(platform, "officer"),
        second=_officer(platform, "officer"),
        head=_officer(platform, "agency_head"),
        photo=_photo(platform),
        rules=rules,
    )


class Signing:
    """One wave: what the officers sign next in many cases, each at its own head, which is asked for once."""

    def __init__(self, force: CaseForce) -> None:
        self._force = force
        self._clock = force.stage.platform.clock

    def steps(self, procedure: str, subs: Sequence[str], step: str, form: Mapping[str, Any]) -> list[Record]:
        """The step in each of the cases. `form`: fields beside those every step has, and `signer`."""
        form = dict(form)
        signer = {"first": self._force.first, "head": self._force.head}[form.pop("signer", "first")]
        fields = {
            "procedure": procedure,
            "rules": self._force.rules[procedure],
            "step": step,
            "occurred_at": rfc3339(self._clock.now().replace(microsecond=0)),
            "officers": [self._force.first.account, self._force.second.account],
            "place": None,
            "facts": None,
            "basis": None,
            "outcome": None,
            "details": {},
            "party": None,
            "files": [],
            **form,
        }
        return self.sign(STEP, signer, subs, [fields] * len(subs))

    def cosign(self, statements: Sequence[Record]) -> list[Record]:
        """The second investigator's signature under each."""
        fields = [{"statement": one.claims.jti, "entry": base64url.encode(one.digest)} for one in statements]
        return self.sign(COSIGN, self._force.second, [one.claims.sub for one in statements], fields)

    def sign(
        self, kind: str, signer: CaseOfficer, subs: Sequence[str], fields: Sequence[Mapping[str, Any]]
    ) -> list[Record]:
        """Records of a kind by one signer at the heads of these cases."""
        with self._force.stage.platform.transaction() as session:
            log = current_log(session, AGENCY)
            heads = heads_of(session, [(log.name, sub) for sub in subs])
            seen = latest_seen(session, log.name)
        now = self._clock.now()
        records = []
        for sub, given in zip(subs, fields, strict=True):
            head = heads.get((log.name, sub))
            records.append(
                sign_record(
                    key=signer.key,
                    iss=AGENCY,
                    aud=log.origin,
                    jti=uuid7(now),
                    kind=kind,
                    src="self",
                    sub=sub,
                    seq=0 if head is None else head.seq + 1,
                    prev=None if head is None else head.digest,
                    iat=int(now.timestamp()),
                    seen=seen,
                    fields=given,
                )
            )
        return records


def _officer(platform: Platform, role: str) -> CaseOfficer:
    username = f"case-{secrets.token_hex(4)}"
    with platform.transaction() as session:
        account = platform.accounts.create(
            session,
            agency=AGENCY,
            username=username,
            display_name=None,
            password=secrets.token_urlsafe(15),
            roles=[role],
            by=None,
        ).id
    now = platform.clock.now()
    with platform.transaction() as session:
        platform.qualifications.grant(
            session, account, "enforcement", f"浙A-{username}", now - timedelta(days=1), None, by=None
        )
    return CaseOfficer(str(account), confirmed_key(platform, AGENCY, SECOND, str(account)))


def _photo(platform: Platform) -> dict[str, Any]:
    sha256 = hashlib.sha256(_PHOTO).hexdigest()
    with platform.transaction() as session:
        found = add_file(session, platform.files, sha256, [_PHOTO], platform.clock.now())
    return {
        "name": "现场.jpg",
        "sha256": sha256,
        "sm3": found.sm3,
        "size": found.size,
        "type": "image/jpeg",
    }
