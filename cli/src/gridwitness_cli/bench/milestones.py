"""Milestones: officers' steps on their way into `CaseRegistry`, beside raw transactions of the same calls."""

from __future__ import annotations

import secrets
import threading
import time
from statistics import median

from gridwitness.cases.models import RegistrationRow
from gridwitness.errors import Unavailable
from sqlalchemy import func, select

from gridwitness_cli.bench.case_force import CaseForce
from gridwitness_cli.bench.case_stories import SUMMARY_MILESTONES, summary_story
from gridwitness_cli.bench.handing_in import post_records
from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.raw_milestones import RawMilestones, raw_milestones
from gridwitness_cli.bench.stage import AGENCY, Stage
from gridwitness_cli.bench.verifier_run import verify

_IDLE = 0.1
"""Seconds the worker rests where a round found nothing to do."""


def milestone_rows(stage: Stage, force: CaseForce, cases: int, rounds: int) -> list[Measurement]:
    """Rounds that take turns with raw transactions; each of `cases` summary cases brings six milestones.

    What the contract was told is verified afterwards from the log and the chain, untimed.
    """
    whole, outbox, awaited, piled = [], [], [], []
    with raw_milestones(stage.parts.rpc_url, stage.home / "raw-milestones") as raw:
        for _ in range(rounds):
            whole.append(_whole_way(force, cases))
            awaited.append(_raw(raw, cases, awaited=True))
            outbox.append(_from_outbox(force, cases))
            piled.append(_raw(raw, cases, awaited=False))
    verify("log", f"{stage.url}/log/{AGENCY}", "--trust", stage.parts.settings.trust_file)
    plain = "raw web3.py, same calls, same Ganache"
    measured = (("from signed step to stored proof / 端到端", whole), ("through the outbox / 发件箱", outbox))
    return [
        Measurement(
            f"milestones, {cases * SUMMARY_MILESTONES:,} {name}{ending}",
            median(ours),
            "milestones/s",
            f"{plain}, {how}",
            median(beside),
        )
        for name, ours in measured
        for ending, how, beside in (
            ("", "receipt by receipt", awaited),
            (", and a pile of calls", "all sent first", piled),
        )
    ]


def _whole_way(force: CaseForce, cases: int) -> float:
    """Milestones a second, from the first signature to the last proof stored; the worker never pauses."""
    stage = force.stage
    before = _registered(stage)
    began = time.perf_counter()
    sending = _Sending(force, cases)
    sending.start()
    while sending.is_alive():
        if not stage.worker.round():
            sending.join(_IDLE)
    sending.check()
    stage.anchor_all()
    return _rate(stage, before, cases, began)


def _from_outbox(force: CaseForce, cases: int) -> float:
    """Milestones a second while nobody hands anything in: sequenced, anchored, told, proved."""
    stage = force.stage
    before = _registered(stage)
    _hand_in(force, cases)
    began = time.perf_counter()
    stage.anchor_all()
    return _rate(stage, before, cases, began)


def _raw(raw: RawMilestones, cases: int, *, awaited: bool) -> float:
    return raw.send(cases, SUMMARY_MILESTONES, awaited=awaited).rate


def _rate(stage: Stage, before: int, cases: int, began: float) -> float:
    seconds = time.perf_counter() - began
    wanted, found = cases * SUMMARY_MILESTONES, _registered(stage) - before
    if found != wanted:
        raise Unavailable("bench-refused", f"{found} of {wanted} milestones were registered.", None)
    return wanted / seconds


def _registered(stage: Stage) -> int:
    with stage.platform.transaction() as session:
        return session.scalar(select(func.count()).select_from(RegistrationRow)) or 0


class _Sending(threading.Thread):
    """Hands whole cases in; what goes wrong is raised by `check`."""

    def __init__(self, force: CaseForce, cases: int) -> None:
        super().__init__(daemon=True)
        self._force = force
        self._cases = cases
        self._failure: Exception | None = None

    def run(self) -> None:
        try:
            _hand_in(self._force, self._cases)
        except Exception as failure:
            self._failure = failure

    def check(self) -> None:
        """Wait for the end; raise what went wrong."""
        self.join()
        if self._failure is not None:
            raise self._failure


def _hand_in(force: CaseForce, cases: int) -> None:
    """Step after step in all cases at once: the next one is signed over the last one's effect."""
    subs = [secrets.token_hex(16) for _ in range(cases)]
    for step, form in summary_story(force.photo):
        post_records(force.stage, force.signing().steps("summary", subs, step, form))
