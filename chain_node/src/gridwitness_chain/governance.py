"""Calls that several agencies approve: each admin makes the same call, the last one needed executes it."""

from __future__ import annotations

from collections.abc import Sequence

from .accounts import Account
from .contract import Call, Contract
from .errors import NotApproved
from .members import Members
from .transactions import Receipt


def approve(members: Members, contract: Contract, admins: Sequence[Account], call: Call) -> Receipt:
    """Make the call as each admin until it is executed; returns the executing receipt.

    `contract` is the one that is called. Raises `Reverted`, and `NotApproved` when the admins given are too
    few.
    """
    given = threshold = 0
    for admin in admins:
        receipt = contract.submit(admin, call)
        for event in members.events_in(receipt):
            if event.name == "ApprovalGiven":
                given, threshold = event.values["approvals"], event.values["threshold"]
        if given >= threshold:
            return receipt
    raise NotApproved(
        f"{call.name}: {given} of {threshold} approvals", "more agencies have to make the same call"
    )
