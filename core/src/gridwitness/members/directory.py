"""The signer directory that `records` asks, answered from the registered keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from gridwitness_evidence import PublicKey, strict_json
from sqlalchemy import Row, select, tuple_
from sqlalchemy.orm import Session

from gridwitness.members.models import SigningKeyRow
from gridwitness.records import RegisteredKey

# Columns and not entities: every acceptance asks twice.
_COLUMNS = (
    SigningKeyRow.agency,
    SigningKeyRow.kid,
    SigningKeyRow.jwk,
    SigningKeyRow.purpose,
    SigningKeyRow.not_before,
    SigningKeyRow.not_after,
    SigningKeyRow.registered_alone,
    SigningKeyRow.confirmed_by,
    SigningKeyRow.compromised_since,
)


class MemberDirectory:
    """`SignerDirectory` over `members.signing_key`."""

    def find(
        self, session: Session, wanted: Iterable[tuple[str, str]], *, hold: bool = False
    ) -> Mapping[tuple[str, str], RegisteredKey]:
        """Keys by (agency code, thumbprint); one query. `hold` locks them against change, not against each
        other.
        """
        pairs = list(set(wanted))
        if not pairs:
            return {}
        query = select(*_COLUMNS).where(tuple_(SigningKeyRow.agency, SigningKeyRow.kid).in_(pairs))
        if hold:
            query = query.with_for_update(read=True)
        rows = session.execute(query.order_by(SigningKeyRow.agency, SigningKeyRow.kid))
        return {(row.agency, row.kid): registered_key(row) for row in rows}


def registered_key(row: SigningKeyRow | Row[Any]) -> RegisteredKey:
    """The key as `records` sees it."""
    return RegisteredKey(
        agency=row.agency,
        kid=row.kid,
        public_key=_public_key(strict_json.canonical(row.jwk), row.kid),
        purpose=row.purpose,
        counts=row.registered_alone or row.confirmed_by is not None,
        not_before=row.not_before,
        not_after=row.not_after,
        revoked=row.compromised_since is not None,
    )


@lru_cache(maxsize=4096)
def _public_key(jwk: bytes, _kid: str) -> PublicKey:
    return PublicKey.from_jwk(strict_json.loads(jwk))
