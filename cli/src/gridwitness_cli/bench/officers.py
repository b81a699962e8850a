"""Officer keys and the statements they sign."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from gridwitness.platform import Platform
from gridwitness.records import current_log, latest_seen, rfc3339
from gridwitness_evidence import Record, Seen, SigningKey, sign_record, uuid7

KEYS = 10
STEP = "case.step.v1"
FIELDS = 9
"""Of a case step: no officer kind has eight, this is the smallest that has no fewer."""


@dataclass(frozen=True, slots=True)
class Signer:
    """What an officer's device knows when it signs."""

    key: SigningKey
    agency: str
    origin: str
    seen: Seen | None

    def sign_step(self, iat: int, jti: str) -> Record:
        """A first step in a new case, with text in every field."""
        return sign_record(
            key=self.key,
            iss=self.agency,
            aud=self.origin,
            jti=jti,
            kind=STEP,
            src="self",
            sub=secrets.token_hex(16),
            seq=0,
            prev=None,
            iat=iat,
            seen=self.seen,
            fields={
                "procedure": "summary",
                "step": "filing",
                "occurred_at": "2026-03-01T01:02:03Z",
                "officers": ["浙A-0123456", "浙A-0123457"],
                "place": "解放路与中河路交叉口东北角",
                "facts": "当事人在人行道上占道经营，现场摆放桌椅四套，影响行人通行。",
                "basis": "《城市市容和环境卫生管理条例》第十四条",
                "outcome": "责令改正",
                "files": [],
            },
        )


def register_officers(platform: Platform, agency: str, confirmer: str) -> tuple[list[SigningKey], str]:
    """Ten officer keys, confirmed by another agency; and a session token of their officer."""
    with platform.transaction() as session:
        account = platform.accounts.create(
            session,
            agency=agency,
            username="bench",
            display_name=None,
            password=secrets.token_urlsafe(15),
            roles=["officer"],
            by=None,
        )
        token, _ = platform.accounts.open_session(session, account.id)
    holder = str(account.id)
    return [confirmed_key(platform, agency, confirmer, holder) for _ in range(KEYS)], token


def confirmed_key(platform: Platform, agency: str, confirmer: str, holder: str) -> SigningKey:
    """A fresh officer key of an account (`holder`: its id), confirmed by another agency."""
    key = offered_key(platform, agency, holder)
    with platform.transaction() as session:
        platform.keys.confirm(session, agency, key.kid, confirmer, by=None)
    return key


def offered_key(platform: Platform, agency: str, holder: str) -> SigningKey:
    """A fresh officer key that counts at once only where there is no other agency yet."""
    key = SigningKey.generate("ES256")
    with platform.transaction() as session:
        platform.keys.offer(session, _offer(platform, agency, key, holder), by=holder)
    return key


def presentations(platform: Platform, agency: str, keys: list[SigningKey], count: int) -> list[str]:
    """`count` statements signed in turn by the keys, over the newest anchored head."""
    with platform.transaction() as session:
        log = current_log(session, agency)
        seen = latest_seen(session, log.name)
    signers = [Signer(key, agency, log.origin, seen) for key in keys]
    now = platform.clock.now()
    iat = int(now.timestamp())
    return [signers[number % len(signers)].sign_step(iat, uuid7(now)).presentation for number in range(count)]


def _offer(platform: Platform, agency: str, key: SigningKey, holder: str) -> str:
    now = platform.clock.now().replace(microsecond=0)
    with platform.transaction() as session:
        log = current_log(session, agency)
        seen = latest_seen(session, log.name)
    return sign_record(
        key=key,
        iss=agency,
        aud=log.origin,
        jti=uuid7(now),
        kind="key.offered.v1",
        src="self",
        sub=secrets.token_hex(16),
        seq=0,
        prev=None,
        iat=int(now.timestamp()),
        seen=seen,
        fields={
            "jwk": key.jwk,
            "purpose": "officer",
            "holder": holder,
            "not_before": rfc3339(now - timedelta(hours=1)),
            "not_after": rfc3339(now + timedelta(days=365)),
            "replaces": None,
        },
    ).presentation
