"""Agencies, accounts, roles and signing keys."""

from gridwitness.members.accounts import Accounts, account_named, token_invalid
from gridwitness.members.directory import MemberDirectory
from gridwitness.members.holders import Person, key_holders, persons
from gridwitness.members.idempotency import Answers
from gridwitness.members.key_registry import KeyRegistry
from gridwitness.members.key_statements import KEY_HANDLERS
from gridwitness.members.keys import Keys, UnderWay, find_key
from gridwitness.members.models import AccountRow, AgencyRow, QualificationRow, SigningKeyRow
from gridwitness.members.qualifications import (
    QUALIFICATIONS,
    Qualifications,
    Qualified,
    qualifications_of,
    qualified,
)
from gridwitness.members.registrars import REGISTRARS, Signer, check_registrar, signers_of
from gridwitness.members.roles import ROLES, Actor, Grant

__all__ = [
    "KEY_HANDLERS",
    "QUALIFICATIONS",
    "REGISTRARS",
    "ROLES",
    "AccountRow",
    "Accounts",
    "Actor",
    "AgencyRow",
    "Answers",
    "Grant",
    "KeyRegistry",
    "Keys",
    "MemberDirectory",
    "Person",
    "QualificationRow",
    "Qualifications",
    "Qualified",
    "Signer",
    "SigningKeyRow",
    "UnderWay",
    "account_named",
    "check_registrar",
    "find_key",
    "key_holders",
    "persons",
    "qualifications_of",
    "qualified",
    "signers_of",
    "token_invalid",
]
