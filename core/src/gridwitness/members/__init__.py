"""Agencies, accounts, roles and signing keys."""

from gridwitness.members.accounts import Accounts, account_named, token_invalid
from gridwitness.members.contract import ContractKeyRegistry
from gridwitness.members.directory import MemberDirectory
from gridwitness.members.idempotency import Answers
from gridwitness.members.key_registry import KeyRegistry
from gridwitness.members.key_statements import KEY_HANDLERS
from gridwitness.members.keys import Keys, UnderWay, find_key
from gridwitness.members.models import AccountRow, AgencyRow, SigningKeyRow
from gridwitness.members.roles import ROLES, Actor, Grant

__all__ = [
    "KEY_HANDLERS",
    "ROLES",
    "AccountRow",
    "Accounts",
    "Actor",
    "AgencyRow",
    "Answers",
    "ContractKeyRegistry",
    "Grant",
    "KeyRegistry",
    "Keys",
    "MemberDirectory",
    "SigningKeyRow",
    "UnderWay",
    "account_named",
    "find_key",
    "token_invalid",
]
