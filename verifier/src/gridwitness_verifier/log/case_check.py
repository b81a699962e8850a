"""`cases`: what `CaseRegistry` accepted, from the chain alone, and then against the steps of the logs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.case_history import RegisteredCase, RegisteredMilestone
from gridwitness_verifier.log.contract_history import ContractHistory
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.procedure import MILESTONES, Procedure, edge_bits, milestone_edges
from gridwitness_verifier.registry_event import case_id
from gridwitness_verifier.report import Phrase
from gridwitness_verifier.trust import Trust

# Numbers of open cases that a report lists; how many there are is always said.
LONGEST_LIST = 500
_STEP = "SELECT log, leaf, jti, sub, seq, rules, step FROM step WHERE hash = ?"
_STEPS = "SELECT hash, log, leaf, jti, sub, seq, rules, step FROM step ORDER BY log, leaf"

Procedures = Mapping[str, Procedure]


@dataclass
class CaseCheck:
    """`logs` are those whose entries were read; `settled` is the last block that they can answer for."""

    tally: Tally
    trust: Trust
    history: ContractHistory
    scratch: Scratch
    logs: Mapping[str, AuditedLog]
    settled: int
    _heads: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.scratch.settle()
        self.scratch.execute("CREATE INDEX IF NOT EXISTS step_hash ON step (hash)")

    # From the chain alone

    def check_registry(self) -> None:
        """Numbers, order, edges, approvals: what the contract promises, made sure of again."""
        self._check_numbers()
        if not self.history.cases.cases:
            self.tally.notes.append(Phrase("no case is registered", "尚无登记的案件"))
        for case in self.history.cases.cases.values():
            self.tally.checked += 1
            self._check_case(case)

    def _check_numbers(self) -> None:
        expected: dict[tuple[str, int], int] = defaultdict(lambda: 1)
        for opened, edges in self.history.cases.openings:
            series = (opened.agency, opened.year)
            if opened.number != expected[series]:
                detail = f"number {opened.printed} where {expected[series]} has to be"
                self.tally.fail("case-number", detail, key=opened.printed)
            expected[series] = opened.number + 1
            if edges is None:
                detail = f"{opened.printed} was opened under {opened.procedure.hex()}"
                self.tally.fail("procedure-unapproved", detail, key=opened.printed)

    def _check_case(self, case: RegisteredCase) -> None:
        where = {"key": case.name}
        if case.opened is None:
            self.tally.fail("case-unopened", f"milestones of {case.case_id.hex()}", **where)
        for at, milestone in enumerate(case.milestones):
            if milestone.event.index != at:
                detail = f"index {milestone.event.index} where {at} has to be"
                self.tally.fail("milestone-index", detail, seq=milestone.event.seq, **where)
        if case.milestones and case.milestones[0].event.milestone != "start":
            detail = f"the first milestone is {case.milestones[0].event.milestone}"
            self.tally.fail("milestone-order", detail, **where)
        opened = case.opened
        edges = self.history.cases.procedures.get(opened.procedure) if opened else None
        for before, after in pairwise(milestone.event for milestone in case.milestones):
            if after.seq <= before.seq:
                detail = f"{after.milestone} (seq {after.seq}) follows {before.milestone} (seq {before.seq})"
                self.tally.fail("milestone-order", detail, seq=after.seq, **where)
            bit = edge_bits([(before.milestone, after.milestone)])
            if edges is not None and not edges & bit:
                detail = f"{after.milestone} after {before.milestone} was never approved"
                self.tally.fail("milestone-edge", detail, seq=after.seq, **where)

    # Against the steps of the logs

    def check_records(self, procedures: Procedures) -> None:
        """Every settled milestone is a step of its agency's log, at its place, of its kind where shown."""
        read = {log.pin.agency for log in self.logs.values()}
        unread = 0
        for case in self.history.cases.cases.values():
            for milestone in case.milestones:
                if milestone.at.block > self.settled:
                    continue
                if case.agency not in read:
                    unread += 1
                    continue
                self.tally.checked += 1
                self._check_record(case, milestone, procedures)
        if unread:
            text = f"{unread} milestones are of logs whose entries were not read"
            self.tally.not_evaluated.append(Phrase(text, f"{unread} 个节点所属日志的条目未读取"))

    def _check_record(
        self, case: RegisteredCase, milestone: RegisteredMilestone, procedures: Procedures
    ) -> None:
        event = milestone.event
        found = self.scratch.one(_STEP, (event.head,))
        where: dict[str, Any] = {"key": case.name, "seq": event.seq}
        if found is None:
            detail = f"milestone {event.index} ({event.milestone}) names a head that is no step of the log"
            self.tally.fail("milestone-without-record", detail, **where)
            return
        log, leaf, jti, sub, seq, rules, step = found
        where = {"log": log, "index": leaf, "jti": jti, "sub": sub, "seq": seq, "key": case.name}
        if event.head in self._heads:
            self.tally.fail("milestone-twice", f"milestone {event.index} names it again", **where)
        self._heads.add(event.head)
        if case_id(sub) != case.case_id or self.logs[log].pin.agency != case.agency:
            self.tally.fail("milestone-foreign", f"registered for {case.name}", **where)
        elif event.seq != seq + (self._place(log) << 32):
            self.tally.fail("milestone-seq", f"registered at seq {event.seq}", **where)
        if rules is not None and step is not None:
            self._check_step(case, milestone, procedures.get(rules), (rules, step), where)

    def _check_step(
        self,
        case: RegisteredCase,
        milestone: RegisteredMilestone,
        procedure: Procedure | None,
        shown: tuple[str, str],
        where: dict[str, Any],
    ) -> None:
        rules, step = shown
        if case.opened is not None and case.opened.procedure.hex() != rules:
            detail = f"registered under {case.opened.procedure.hex()}, the step names {rules}"
            self.tally.fail("milestone-procedure", detail, **where)
        if procedure is not None and procedure.milestone_of(step) != milestone.event.milestone:
            stated = procedure.milestone_of(step) or "no milestone"
            detail = f"registered as {milestone.event.milestone}; {step} is {stated}"
            self.tally.fail("milestone-differs", detail, **where)

    def check_steps(self, procedures: Procedures, now: int | None) -> None:
        """The other way: every step that is a milestone has its event, or is on its way to it."""
        self._check_edges(procedures)
        events = {
            milestone.event.head
            for case in self.history.cases.cases.values()
            for milestone in case.milestones
        }
        waiting = unjudged = 0
        for head, log, leaf, jti, sub, seq, rules, step in self.scratch.rows(_STEPS):
            procedure = procedures.get(rules or "")
            if procedure is None or step is None:
                unjudged += 1
                continue
            milestone = procedure.milestone_of(step)
            if milestone is None or head in events:
                continue
            if self._on_its_way(log, leaf, now):
                waiting += 1
                continue
            detail = f"{step} is the milestone {milestone}, and none was registered for it"
            self.tally.fail("milestone-missing", detail, log=log, index=leaf, jti=jti, sub=sub, seq=seq)
        if waiting:
            text = f"{waiting} milestones on their way to the chain"
            self.tally.notes.append(Phrase(text, f"{waiting} 个关键节点尚在上链途中"))
        if unjudged:
            text = f"{unjudged} steps name rules that no record publishes"
            self.tally.not_evaluated.append(Phrase(text, f"{unjudged} 个步骤所依据的规则未见发布记录"))

    def _check_edges(self, procedures: Procedures) -> None:
        for version, edges in self.history.cases.procedures.items():
            procedure = procedures.get(version.hex())
            if procedure is not None and edge_bits(milestone_edges(procedure)) != edges:
                detail = f"the edges approved for {procedure.procedure} are not those of its document"
                self.tally.fail("edges-differ", detail, key=version.hex())

    def on_its_way(self, since: int, delay: int, now: int | None) -> bool:
        """Whether what began at `since` may still be under way after `delay` seconds."""
        return now is None or now <= since + delay + self.trust.tolerance

    def _on_its_way(self, name: str, leaf: int | None, now: int | None) -> bool:
        log = self.logs[name]
        head = log.covering(leaf)
        return head is None or self.on_its_way(head.time, log.maximum_merge_delay, now)

    def _place(self, name: str) -> int:
        """Logs before this one in its line (section 17: what `seq` on the chain begins again from)."""
        return next((at for line in self.trust.lines for at, log in enumerate(line) if log.name == name), 0)

    def subject(self) -> dict[str, Any]:
        """What the report says it looked at: how many cases, and the numbers of those not closed."""
        cases = list(self.history.cases.cases.values())
        still_open = sorted(case.name for case in cases if not case.closed)
        return {
            "cases": len(cases),
            "cases_open": len(still_open),
            "open_cases": still_open[:LONGEST_LIST],
            "milestones": {
                name: count
                for name in MILESTONES
                if (count := sum(m.event.milestone == name for case in cases for m in case.milestones))
            },
        }
