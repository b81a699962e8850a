"""Accounts and signing keys with known passwords, for `gridwitness up --demo` only.

| account      | 身份 who                                    | key | agency   |
|--------------|---------------------------------------------|-----|----------|
| admin        | 系统管理员 administrator                    |     | founding |
| zhang.wei    | 执法人员 officer                            | yes | founding |
| li.na        | 执法人员 officer                            | yes | founding |
| zhou.jian    | 行政机关负责人 agency head                  | yes | founding |
| zhao.min     | 法制审核人员 legal reviewer                 | yes | founding |
| he.ping      | 听证主持人 hearing chair                    | yes | founding |
| sun.lei      | 执法人员，无执法资格 officer, not qualified | yes | founding |
| auditor      | 执法监督人员 auditor, of both               | yes | founding |
| admin.ga     | 系统管理员 administrator                    |     | 330100GA |
| police.node  | 公安节点 police node                        |     | 330100GA |

With them those who work in the example district (`district_cast.SEATS`), in the founding agency.

All have the password `PASSWORD`; the keys in `<home>/demo-device/` open with `PASSPHRASE`. Officers, head,
reviewer and chair hold the enforcement certificate (执法资格), the reviewer the legal one too.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from gridwitness.durable_file import replace_file
from gridwitness.errors import Misconfigured
from gridwitness.members import AgencyRow, SigningKeyRow, qualifications_of
from gridwitness.members.models import AccountRow
from gridwitness.platform import Platform
from gridwitness.provision import admit
from gridwitness.records import current_log, rfc3339
from gridwitness.settings import Settings
from gridwitness_evidence import SigningKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness_cli.demo.district import open_district, take_seat
from gridwitness_cli.demo.district_cast import SEATS

PASSWORD = "gridwitness-demo"  # noqa: S105 - published on purpose, for demo mode only
PASSPHRASE = "gridwitness-demo"  # noqa: S105 - as above
SECOND_AGENCY = "330100GA"
SECOND_AGENCY_NAME = "示范市公安局"
DEVICE_FOLDER = "demo-device"
KEY_YEARS = 2

_ADMIN = "admin"
_APPROVER = "zhou.jian"
"""Approves the example responsibility list."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account; `second`: of the second agency; `signs`: their key lies on the demo device; `card`,
    `legal`: numbers of the enforcement and the legal certificate.
    """

    username: str
    display_name: str
    role: str
    second: bool = False
    signs: bool = False
    card: str | None = None
    legal: str | None = None


ACCOUNTS = (
    DemoAccount("zhang.wei", "张伟", "officer", signs=True, card="33010010023"),
    DemoAccount("li.na", "李娜", "officer", signs=True, card="33010010047"),
    DemoAccount("zhou.jian", "周建", "agency_head", signs=True, card="33010010001"),
    DemoAccount(
        "zhao.min", "赵敏", "legal_reviewer", signs=True, card="33010010009", legal="A20143301000917"
    ),
    DemoAccount("he.ping", "何平", "hearing_chair", signs=True, card="33010010011"),
    DemoAccount("sun.lei", "孙磊", "officer", signs=True),
    DemoAccount("auditor", "陈静", "auditor", signs=True),
    DemoAccount("admin.ga", "周涛", "administrator", second=True),
    DemoAccount("police.node", "公安卡口节点", "police_node", second=True),
)
FEED_KEY = "checkpoint-feed"


def make_demo_accounts(platform: Platform) -> None:
    """Second agency, accounts, certificates, confirmed keys, the example district and who works in it.

    Idempotent; what is there stays as it is.

    Raises Misconfigured `demo-on-real-home` where other people's accounts are here already.
    """
    founding = platform.settings.agency_code
    with platform.transaction() as session:
        _take_over_admin(platform, session)
        known = session.get(AgencyRow, SECOND_AGENCY) is not None
    (platform.settings.home / DEVICE_FOLDER).mkdir(mode=0o700, exist_ok=True)
    if not known:
        admit(platform, SECOND_AGENCY, SECOND_AGENCY_NAME)
    with platform.transaction() as session:
        for account in ACCOUNTS:
            _make_account(platform, session, account, founding)
    with platform.transaction() as session:
        _grant_certificates(platform, session)
    for account in ACCOUNTS:
        if account.signs:
            _make_key(platform, account.username, founding, "officer", confirmer=SECOND_AGENCY)
    approver = _device_key(platform.settings.home / DEVICE_FOLDER, _APPROVER)
    open_district(platform, founding, approver)
    for seat in SEATS:
        with platform.transaction() as session:
            take_seat(platform, session, seat, founding, PASSWORD)
        if seat.signs:
            _make_key(platform, seat.username, founding, "officer", confirmer=SECOND_AGENCY)
    _make_key(platform, FEED_KEY, SECOND_AGENCY, "feed", confirmer=founding)


def is_demo_home(settings: Settings) -> bool:
    """Whether accounts with published passwords were made here."""
    return (settings.home / DEVICE_FOLDER).exists()


def refuse_demo_home(settings: Settings) -> None:
    """Raise Misconfigured `demo-home`: published passwords must not open a platform that is not a demo."""
    if not settings.demo_mode and is_demo_home(settings):
        raise Misconfigured(
            "demo-home",
            f"{settings.home} holds demo accounts with published passwords.",
            "run `gridwitness up --demo`, or set GRIDWITNESS_HOME to another folder for real use",
        )


def _take_over_admin(platform: Platform, session: Session) -> None:
    """Give the first administrator the published password, once, where nobody else has an account yet."""
    if is_demo_home(platform.settings):
        return
    accounts = session.scalars(select(AccountRow)).all()
    if [account.username for account in accounts] != [_ADMIN]:
        raise Misconfigured(
            "demo-on-real-home",
            f"{platform.settings.home} holds accounts of a deployment that is not a demo.",
            "set GRIDWITNESS_HOME to another folder for a demo",
        )
    platform.accounts.set_password(session, accounts[0].id, PASSWORD, by=None)


def _make_account(platform: Platform, session: Session, account: DemoAccount, founding: str) -> None:
    if session.scalar(select(AccountRow.id).where(AccountRow.username == account.username)) is not None:
        return
    made = platform.accounts.create(
        session,
        agency=SECOND_AGENCY if account.second else founding,
        username=account.username,
        display_name=account.display_name,
        password=PASSWORD,
        roles=[account.role],
        by=None,
    )
    if account.role == "auditor":  # reads what each agency lets them read
        platform.accounts.grant(session, made.id, account.role, SECOND_AGENCY, None, by=None)


def _grant_certificates(platform: Platform, session: Session) -> None:
    """Each account's certificates, where it holds none yet."""
    ids = {row.username: row.id for row in session.scalars(select(AccountRow))}
    held = {row.account for row in qualifications_of(session, ids.values())}
    since = platform.clock.now().replace(microsecond=0) - timedelta(days=1)
    for account in ACCOUNTS:
        who = ids[account.username]
        for kind, certificate in (("enforcement", account.card), ("legal", account.legal)):
            if certificate is not None and who not in held:
                platform.qualifications.grant(session, who, kind, certificate, since, None, by=None)


def _make_key(platform: Platform, name: str, agency: str, purpose: str, *, confirmer: str) -> None:
    """The key on the demo device, offered by its holder and confirmed by the other agency."""
    key = _device_key(platform.settings.home / DEVICE_FOLDER, name)
    with platform.transaction() as session:
        row = session.get(SigningKeyRow, (agency, key.kid))
        confirmed = row is not None and row.confirmed_by is not None
        if row is None:
            _offer(platform, session, key, name, agency, purpose)
    if not confirmed:
        with platform.transaction() as session:
            platform.keys.confirm(session, agency, key.kid, confirmer, by=None)


def _offer(
    platform: Platform, session: Session, key: SigningKey, name: str, agency: str, purpose: str
) -> None:
    now: datetime = platform.clock.now().replace(microsecond=0)
    account = session.scalar(select(AccountRow.id).where(AccountRow.username == name))
    holder = None if account is None else str(account)
    fields = {
        "jwk": key.jwk,
        "purpose": purpose,
        "holder": holder,
        "not_before": rfc3339(now - timedelta(hours=1)),
        "not_after": rfc3339(now + timedelta(days=365 * KEY_YEARS)),
        "replaces": None,
    }
    log = current_log(session, agency)
    statement = platform.acceptance.sign_own(
        session, log, "key.offered.v1", secrets.token_hex(16), fields, key=key, iss=agency
    )
    platform.keys.offer(session, statement.presentation, by=holder)


def _device_key(folder: Path, name: str) -> SigningKey:
    path = folder / f"{name}.key"
    if not path.exists():
        replace_file(path, SigningKey.generate("ES256").to_pem(PASSPHRASE.encode()))
    return SigningKey.from_pem(path.read_bytes(), PASSPHRASE.encode())
