"""Agencies, accounts, roles and signing keys."""

from gridwitness.members.accounts import Accounts, account_named
from gridwitness.members.directory import MemberDirectory
from gridwitness.members.keys import KEY_HANDLERS, KeyRegistry, Keys, find_key
from gridwitness.members.roles import ROLES, Actor, Grant

__all__ = [
    "KEY_HANDLERS",
    "ROLES",
    "Accounts",
    "Actor",
    "Grant",
    "KeyRegistry",
    "Keys",
    "MemberDirectory",
    "account_named",
    "find_key",
]
