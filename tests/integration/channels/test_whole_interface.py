"""Whatever the OpenAPI document allows, and what it does not: no 5xx, and no answer it does not describe.

Last in this folder: it closes and changes what it finds.
"""

from __future__ import annotations

from collections import Counter

import pytest
from support.channel_door import ChannelDoor
from support.described_interface import MODES, DescribedInterface
from support.event_desk import MATTER
from support.grid_registers import TOWNSHIP, UNIT_GRIDS
from support.platform import CITY


@pytest.fixture(scope="module", name="interface")
def interface_fixture(door: ChannelDoor) -> DescribedInterface:
    platform = door.desk.running.platform
    everything = door.desk.add("everything", "administrator").account
    with platform.transaction() as session:
        for role in ("acceptor", "duty_chief", "dispatcher", "handler", "officer", "auditor", "data_steward"):
            platform.accounts.grant(session, everything, role, CITY, None, by=None)
    door.channel("described", "web", public=True)
    event = door.desk.report()
    code = platform.doors.reporting.code(event)
    known = {
        "channel": "described",
        "sub": event.sub,
        "event": event.sub,
        "code": code,
        "agency": CITY,
        "log": CITY,
        "grid": UNIT_GRIDS[0],
        "unit": TOWNSHIP,
        "matter": MATTER,
    }
    headers = {
        "token": door.auth("everything"),
        "channel": {"Authorization": f"Bearer {door.token('described')}"},
        "": {},
    }
    return DescribedInterface(door.client, headers, known)


def _try_all(interface: DescribedInterface, examples: int, thorough: bool) -> None:
    """Every day an operation gets a request in one mode, its neighbour one in the other."""
    failed: list[str] = []
    for place, operation in enumerate(interface.operations()):
        modes = MODES if thorough else (MODES[place % len(MODES)],)
        try:
            interface.try_out(operation, examples, modes, seeded=not thorough)
        except Exception as error:
            failed.append(f"{operation.method.upper()} {operation.path}: {_brief(error)}")
    assert not failed, f"{len(failed)} operations:\n" + "\n".join(failed)


def _brief(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return " | ".join(_brief(inner) for inner in error.exceptions)
    return f"{type(error).__name__}: {str(error)[:600]}"


def test_every_answer_is_one_that_the_document_describes(interface: DescribedInterface) -> None:
    _try_all(interface, examples=1, thorough=False)
    codes: Counter[int] = Counter()
    for counted in interface.answered.values():
        codes.update(counted)
    assert codes[200] > 20 and codes[404] > 20 and codes[422] > 20, codes  # it does get in


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_so_it_is_for_many_more(interface: DescribedInterface) -> None:
    _try_all(interface, examples=40, thorough=True)
