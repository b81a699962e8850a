"""Accounts: created, given roles, logged in. Stated columns change by effects only; passwords are
argon2id.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import LargeBinary, any_, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from gridwitness.members.models import AccountRow, AgencyRow, RoleRow, SessionRow
from gridwitness.members.roles import Actor, Grant, check_role
from gridwitness.records import (
    Acceptance,
    Log,
    change,
    current_log,
    lock_subjects,
    log_named,
    put_new,
    remove,
    subject_log,
)

MINIMUM_PASSWORD = 12
FAILURES_BEFORE_LOCK = 5
LOCK = timedelta(minutes=15)

_hasher = PasswordHasher()
_NOBODY = "$argon2id$v=19$m={},t={},p={}${}${}".format(
    _hasher.memory_cost,
    _hasher.time_cost,
    _hasher.parallelism,
    *(
        base64.b64encode(bytes(length)).decode().rstrip("=")
        for length in (_hasher.salt_len, _hasher.hash_len)
    ),
)
"""No password has this hash, and checking one against it takes as long as any. Written down, not computed:
every process would pay for that at its start.
"""

_ACTING = (
    select(
        SessionRow.token_digest,
        AccountRow.id,
        AccountRow.agency,
        AccountRow.username,
        RoleRow.role,
        RoleRow.agency,
        RoleRow.scope,
    )
    .join(SessionRow, SessionRow.account == AccountRow.id)
    .outerjoin(RoleRow, RoleRow.account == AccountRow.id)
    .where(SessionRow.token_digest == any_(bindparam("tokens", type_=ARRAY(LargeBinary))))
    .where(SessionRow.expires_at > bindparam("now"))
    .where(AccountRow.active)
)
"""Whom tokens stand for: the account, a row for each of its grants."""


class Accounts:
    """Use cases of accounts; `by` is the acting account's id, None for the platform itself."""

    def __init__(self, acceptance: Acceptance, clock: Clock, token_lifetime: timedelta) -> None:
        self._acceptance = acceptance
        self._clock = clock
        self._token_lifetime = token_lifetime

    def create(
        self,
        session: Session,
        *,
        agency: str,
        username: str,
        display_name: str | None,
        password: str,
        roles: Sequence[str],
        by: str | None,
    ) -> AccountRow:
        """A new account with roles in its own agency. Raises Conflict `username-taken`, InvalidInput,
        NotFound.
        """
        if session.get(AgencyRow, agency) is None:
            raise NotFound("agency-unknown", f"There is no agency {agency!r}.", None)
        if not username or len(username) > 64 or not username.isprintable():
            raise InvalidInput("username", "A user name has 1 to 64 printable characters.", None)
        if session.scalar(select(AccountRow.id).where(AccountRow.username == username)) is not None:
            raise _taken(username)
        hashed = _hash_new(password)
        account, sub = uuid4(), secrets.token_hex(16)
        changes = [
            put_new(
                AccountRow,
                id=account,
                agency=agency,
                username=username,
                display_name=display_name,
                active=True,
                sub=sub,
                password_set_at=self._clock.now(),
            )
        ]
        for role in dict.fromkeys(roles):
            check_role(role)
            changes.append(
                put_new(RoleRow, id=uuid4(), account=account, role=role, agency=agency, scope=None)
            )
        try:
            with session.begin_nested():
                self._acceptance.machine_step(session, current_log(session, agency), sub, changes, by=by)
        except IntegrityError as error:  # somebody took it since we looked
            raise _taken(username) from error
        session.execute(update(AccountRow).where(AccountRow.id == account).values(password_hash=hashed))
        return session.get_one(AccountRow, account)

    def grant(
        self, session: Session, account: UUID, role: str, agency: str, scope: str | None, *, by: str | None
    ) -> None:
        """Give a role in an agency, also to an account of another one; who asks must be that agency's
        administrator. Raises Conflict `role-granted`, InvalidInput `role-unknown`, NotFound."""
        check_role(role)
        if session.get(AgencyRow, agency) is None:
            raise NotFound("agency-unknown", f"There is no agency {agency!r}.", None)
        row, log = self._held(session, account)
        if self._role(session, account, role, agency, scope) is not None:
            raise Conflict("role-granted", f"Account {row.username} has the role {role} already.", None)
        step = put_new(RoleRow, id=uuid4(), account=account, role=role, agency=agency, scope=scope)
        self._acceptance.machine_step(session, log, row.sub, [step], by=by)

    def withdraw(
        self, session: Session, account: UUID, role: str, agency: str, scope: str | None, *, by: str | None
    ) -> None:
        """Take a role away. Raises NotFound `role-missing`."""
        row, log = self._held(session, account)
        held = self._role(session, account, role, agency, scope)
        if held is None:
            raise NotFound("role-missing", f"Account {row.username} does not have the role {role}.", None)
        step = remove(RoleRow, {"id": held.id})
        self._acceptance.machine_step(session, log, row.sub, [step], by=by)

    def deactivate(self, session: Session, account: UUID, *, by: str | None) -> None:
        """Close an account: its logins end, its records stay. Idempotent."""
        row, log = self._held(session, account)
        if row.active:
            step = change(AccountRow, {"id": account}, active=False)
            self._acceptance.machine_step(session, log, row.sub, [step], by=by)
            session.refresh(row)
        session.execute(delete(SessionRow).where(SessionRow.account == account))

    def set_password(self, session: Session, account: UUID, password: str, *, by: str | None) -> None:
        """A new password ends every login of the account. An effect says when and by whom it was set."""
        hashed = _hash_new(password)
        row, log = self._held(session, account)
        step = change(AccountRow, {"id": account}, password_set_at=self._clock.now())
        self._acceptance.machine_step(session, log, row.sub, [step], by=by)
        session.execute(
            update(AccountRow)
            .where(AccountRow.id == account)
            .values(password_hash=hashed, failed_logins=0, locked_until=None)
        )
        session.execute(delete(SessionRow).where(SessionRow.account == account))

    def check_password(self, session: Session, username: str, password: str) -> AccountRow:
        """The account behind a user name and password; counts failures, so commit also when it raises.

        Raises Unauthenticated `login-failed` (never says which was wrong) or `account-locked`.
        """
        row = None
        if username.isprintable():  # others no account has, and the database may not even take them
            named = select(AccountRow).where(AccountRow.username == username)
            row = session.scalar(named.with_for_update().execution_options(populate_existing=True))
        now = self._clock.now()
        if row is not None and row.locked_until is not None and row.locked_until > now:
            raise Unauthenticated(
                "account-locked", "Too many failed logins.", "try again in a quarter of an hour"
            )
        right = _matches(_NOBODY if row is None or row.password_hash is None else row.password_hash, password)
        if row is not None and right and row.active and row.password_hash is not None:
            row.failed_logins, row.locked_until, row.last_login = 0, None, now
            return row
        if row is not None:
            row.failed_logins += 1
            if row.failed_logins >= FAILURES_BEFORE_LOCK:
                row.failed_logins, row.locked_until = 0, now + LOCK
        raise Unauthenticated("login-failed", "User name or password is wrong.", None)

    def open_session(self, session: Session, account: UUID) -> tuple[str, datetime]:
        """A bearer token and when it ends; only the token's digest is kept."""
        token = secrets.token_urlsafe(32)
        expires = self._clock.now() + self._token_lifetime
        session.execute(delete(SessionRow).where(SessionRow.expires_at < self._clock.now()))
        session.add(SessionRow(token_digest=_digest(token), account=account, expires_at=expires))
        return token, expires

    def close_session(self, session: Session, token: str) -> None:
        """Log out. Idempotent."""
        session.execute(delete(SessionRow).where(SessionRow.token_digest == _digest(token)))

    def actor(self, session: Session, token: str) -> Actor:
        """Who a token stands for. Raises Unauthenticated `token-invalid`."""
        actor = self.actors(session, [token])[0]
        if actor is None:
            raise token_invalid()
        return actor

    def actors(self, session: Session, tokens: Sequence[str]) -> list[Actor | None]:
        """Whom each token stands for, in order; None where it is unknown or has expired. One query."""
        digests = [_digest(token) for token in tokens]
        found: dict[bytes, Actor] = {}
        rows = session.execute(_ACTING, {"tokens": digests, "now": self._clock.now()})
        for digest, account, agency, username, role, granting, scope in rows:
            before = found.get(bytes(digest))
            grants = () if before is None else before.grants
            if role is not None:
                grants += (Grant(role, granting, scope),)
            found[bytes(digest)] = Actor(account, agency, username, grants)
        return [found.get(digest) for digest in digests]

    @staticmethod
    def _held(session: Session, account: UUID) -> tuple[AccountRow, Log]:
        """The account with the log its history lives in; nobody else changes it until the transaction
        ends.
        """
        row = account_named(session, account)
        name = subject_log(session, row.sub)
        assert name is not None
        log = log_named(session, name)
        lock_subjects(session, [(log.name, row.sub)])
        session.refresh(row)
        return row, log

    @staticmethod
    def _role(session: Session, account: UUID, role: str, agency: str, scope: str | None) -> RoleRow | None:
        return session.scalar(
            select(RoleRow).where(
                RoleRow.account == account,
                RoleRow.role == role,
                RoleRow.agency == agency,
                RoleRow.scope.is_not_distinct_from(scope),
            )
        )


def token_invalid() -> Unauthenticated:
    """The refusal of a token that stands for nobody (any more)."""
    return Unauthenticated("token-invalid", "The token is unknown or has expired.", "log in again")


def _taken(username: str) -> Conflict:
    return Conflict("username-taken", f"The user name {username!r} is taken.", "choose another")


def account_named(session: Session, account: UUID) -> AccountRow:
    """One account. Raises NotFound `account-unknown`."""
    row = session.get(AccountRow, account)
    if row is None:
        raise NotFound("account-unknown", f"There is no account {account}.", None)
    return row


def _hash_new(password: str) -> str:
    if len(password) < MINIMUM_PASSWORD or len(password) > 1024:
        raise InvalidInput(
            "password-weak", f"A password has at least {MINIMUM_PASSWORD} characters.", "choose a longer one"
        )
    try:
        return _hasher.hash(password)
    except UnicodeEncodeError as error:
        raise InvalidInput("password-weak", "A password has no lone surrogates.", None) from error


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, UnicodeEncodeError):
        return False


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
