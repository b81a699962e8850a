"""Act 1: a second agency is admitted, accounts are made, keys are offered and confirmed across agencies;
certificates are noted, and a checkpoint is reviewed before its records may be evidence.
"""

from __future__ import annotations

import re
from datetime import timedelta

from gridwitness.records import rfc3339

from gridwitness_cli.demo.acts.checkpoints import announce_checkpoint
from gridwitness_cli.demo.cast import AUDITOR, CITY, PEOPLE, POLICE, POLICE_ADMIN, POLICE_NAME, SIGNERS
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.door import SD_JWT
from gridwitness_cli.demo.statement import sign_statement
from gridwitness_cli.demo.story import expect

_FIRST_ADMIN = re.compile(r"首个管理员: (\S+) 密码 password: (\S+)")


def open_story(company: Company) -> None:
    """Admit the police, open accounts, note certificates, register keys and a checkpoint."""
    _admit_police(company)
    _open_accounts(company)
    _note_certificates(company)
    for role in SIGNERS:
        device = company.device(role)
        kid = device.new_key()
        device.offer_key()
        confirm_key(company, CITY, kid)
    _register_feed_key(company)
    announce_checkpoint(company)
    company.story.say(
        f"   {len(SIGNERS)} 把执法人员密钥和 1 把数据源密钥，均由另一机关复核  "
        "every key is confirmed by the other agency"
    )


def confirm_key(company: Company, agency: str, kid: str) -> None:
    """The other agency's administrator vouches for a key."""
    confirmer = POLICE if agency == CITY else CITY
    door = company.door(POLICE_ADMIN.username if confirmer == POLICE else company.stage.admin[0])
    view = door.post(f"/keys/{agency}/{kid}/confirm", {"confirmer": confirmer})
    expect(view["counts"], "key-not-counting", f"Key {kid} does not count after its confirmation.")


def _admit_police(company: Company) -> None:
    arguments = ("agency", "add", POLICE, "--name", POLICE_NAME, "--admin", POLICE_ADMIN.username)
    told = _FIRST_ADMIN.search(company.stage.run(*arguments).stdout)
    expect(told is not None, "password-untold", "`gridwitness agency add` told no administrator's password.")
    assert told is not None
    company.passwords[told[1]] = told[2]
    company.passwords[company.stage.admin[0]] = company.stage.admin[1]


def _open_accounts(company: Company) -> None:
    for role in PEOPLE:
        if role is POLICE_ADMIN:
            continue
        admin = POLICE_ADMIN.username if role.agency == POLICE else company.stage.admin[0]
        account = {
            "agency": role.agency,
            "username": role.username,
            "display_name": role.name,
            "password": company.password(role.username),
            "roles": [*role.roles],
        }
        opened = company.door(admin).post("/accounts", account)
        company.accounts[role.username] = opened["id"]
        if role is AUDITOR:  # each agency lets an auditor read its own log
            grant = {"role": "auditor", "agency": POLICE}
            company.door(POLICE_ADMIN.username).post(f"/accounts/{opened['id']}/roles", grant)


def _note_certificates(company: Company) -> None:
    """Who may enforce, and who reviews with the legal qualification (行政处罚法 Art. 42, 58)."""
    admin = company.door(company.stage.admin[0])
    since = rfc3339(company.stage.now() - timedelta(days=365))
    for role in PEOPLE:
        for kind, certificate in (("enforcement", role.card), ("legal", role.legal)):
            if certificate is not None:
                held = {"kind": kind, "certificate": certificate, "valid_from": since, "valid_to": None}
                admin.post(f"/accounts/{company.accounts[role.username]}/qualifications", held)


def _register_feed_key(company: Company) -> None:
    """The checkpoints' key belongs to the police; their administrator offers it."""
    door, now = company.door(POLICE_ADMIN.username), company.stage.now()
    fields = {
        "jwk": company.feed.jwk,
        "purpose": "feed",
        "holder": None,
        "not_before": rfc3339(now - timedelta(minutes=5)),
        "not_after": rfc3339(now + timedelta(days=365)),
        "replaces": None,
    }
    offered = sign_statement(company, company.feed, POLICE, "key.offered.v1", fields)
    answer = door.http.post("/keys", content=offered.presentation.encode(), headers={"Content-Type": SD_JWT})
    expect(answer.is_success, "feed-key-refused", answer.text)
    confirm_key(company, POLICE, company.feed.kid)
