"""Act 7: past the platform, straight to the contract: milestones out of order are refused there too."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from gridwitness.errors import Conflict
from gridwitness.platform import Platform
from gridwitness_chain import Account, Call, CaseState, Reverted, case_id

from gridwitness_cli.demo.acts.casework import PlayedCase
from gridwitness_cli.demo.cast import CITY, POLICE
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.general_decision import OPEN_CASE
from gridwitness_cli.demo.story import Refusal, expect


@dataclass(frozen=True)
class Push:
    """A transaction that the contract must refuse, and the name of its error."""

    what: str
    account: Account
    call: Call
    error: str


def push_milestones(company: Company) -> None:
    """A case is filed and left open; then somebody sends milestones of it that never happened."""
    played = PlayedCase(company, OPEN_CASE)
    played.play()
    company.stage.settle()
    platform, case = company.stage.platform, case_id(played.sub)
    before = _state(platform, case)
    for push in _pushes(platform, case, before):
        error = _refused(platform, push)
        company.story.refusals.append(Refusal(push.what, 0, error.error))
        shown = ", ".join(f"{name}={_short(value)}" for name, value in error.arguments.items())
        company.story.say(f"   [red]✗[/] {push.what} → {error.error}({shown})")
        expect(_state(platform, case) == before, "contract-moved", f"{push.what}: the case has moved on.")
    company.story.counts["contract_refusals"] = 4
    company.story.say("   合约中的案件未变  the case on the chain is as it was")


def _pushes(platform: Platform, case: bytes, state: CaseState) -> list[Push]:
    registry = platform.chain.contracts.case_registry
    recorder, stranger = platform.chain.recorder(CITY), platform.chain.recorder(POLICE)
    invented, following, later = secrets.token_bytes(32), state.index + 1, state.seq + 1
    return [
        Push(
            "合约：立案后直接报决定 decision straight after filing",
            recorder,
            registry.advance(CITY, case, following, "decision", later, invented),
            "CaseRegistryEdgeRefused",
        ),
        Push(
            "合约：跳过序号 an index left out",
            recorder,
            registry.advance(CITY, case, following + 1, "inquiry", later, invented),
            "CaseRegistryIndexMismatch",
        ),
        Push(
            "合约：同一记录用两次 an entry used twice",
            recorder,
            registry.advance(CITY, case, following, "inquiry", later, state.head),
            "CaseRegistryHeadSeen",
        ),
        Push(
            "合约：他机关账号代报 another agency's account",
            stranger,
            registry.advance(CITY, case, following, "inquiry", later, invented),
            "CaseRegistryNotTheRecorder",
        ),
    ]


def _refused(platform: Platform, push: Push) -> Reverted:
    """Mined in a block of its own, and failed there. Raises DemoFailed where the contract took it."""
    try:
        platform.chain.submit_in_new_block(push.account, platform.chain.contracts.case_registry, push.call)
    except Conflict as refused:
        error = refused.__cause__
        expect(
            isinstance(error, Reverted) and error.error == push.error,
            "refusal-differs",
            f"{push.what}: {refused}",
        )
        assert isinstance(error, Reverted)
        return error
    expect(False, "not-refused", f"{push.what}: the contract took it.")
    raise AssertionError


def _state(platform: Platform, case: bytes) -> CaseState:
    state = platform.chain.read(lambda contracts: contracts.case_registry.case_of(CITY, case))
    expect(state is not None, "case-unregistered", "The contract does not know the case.")
    assert state is not None
    return state


def _short(value: object) -> str:
    return f"0x{value.hex()[:8]}…" if isinstance(value, bytes) else str(value)
