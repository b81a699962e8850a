"""Act 8: somebody with the owner's password changes values, one at a time; the audit names each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from gridwitness_cli.demo.acts.evidence import AuditorDesk
from gridwitness_cli.demo.attacks import Attack, Target, attacks
from gridwitness_cli.demo.cast import CITY
from gridwitness_cli.demo.owner_access import changed
from gridwitness_cli.demo.story import Tampering, expect
from gridwitness_cli.demo.verification import Verdict, verify


def tamper(desk: AuditorDesk) -> None:
    """Change, audit, undo; at the end the database is proved whole again."""
    company = desk.company
    owner = company.stage.database.owner
    with psycopg.connect(owner, autocommit=True, row_factory=dict_row) as connection:
        planned = list(attacks(_target(desk, connection)))
    for attack in planned:
        with _made(owner, attack):
            verdict = verify(company.stage.environment, *desk.audit(), "--trust", desk.trust)
        change = judged(attack, verdict)
        company.story.tampering.append(change)
        mark = "[green]✓[/]" if change.named else "[red]✗[/]"
        company.story.say(f"   {mark} {change.what} → {', '.join(change.checks) or '–'}")
    company.story.counts["tampering"] = len(planned)
    desk.verify("audit: 全部复原之后 after everything was undone", 0, *desk.audit())
    missed = [change.what for change in company.story.tampering if not change.named]
    expect(not missed, "tampering-missed", f"The audit did not name: {missed}")


def _target(desk: AuditorDesk, connection: psycopg.Connection[dict[str, Any]]) -> Target:
    by_bundle = {told.bundle: told.jti for told in desk.company.story.records}
    decision = next(
        jti for name, jti in by_bundle.items() if name.startswith("general") and name.endswith("-decision")
    )
    step = next(jti for name, jti in by_bundle.items() if name.endswith("-inspection"))
    files = desk.company.stage.home / "files"
    return Target(connection, CITY, step, decision, files)


@contextmanager
def _made(owner: str, attack: Attack) -> Iterator[None]:
    if attack.change is not None:
        with changed(owner, attack.change):
            yield
        return
    assert attack.file is not None
    original = attack.file.read_bytes()
    attack.file.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
    try:
        yield
    finally:
        attack.file.write_bytes(original)


def judged(attack: Attack, verdict: Verdict) -> Tampering:
    """Named: exit code 1, by the check that has to, at the place that was changed."""
    found = [
        place
        for place in verdict.failed.get(attack.check, [])
        if all(place.get(name) == value for name, value in attack.place.items())
    ]
    named = verdict.exit_code == 1 and bool(found)
    checks = [attack.check, *(name for name in verdict.failed if name != attack.check)]
    return Tampering(
        what=attack.what,
        table=attack.table,
        key=attack.key,
        column=attack.column,
        exit_code=verdict.exit_code,
        checks=checks if named else list(verdict.failed),
        found=found[0] if found else {"verdict": verdict.sentence},
        named=named,
    )
