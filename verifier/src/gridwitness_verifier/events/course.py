"""The course of an event: every step held to the loop, where it stands (docs/format.md section 24).

Roles and scopes are not looked at: who held which role the agency's lists say. What rests on a field that is
not shown is counted, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ..procedure.facts import Hidden
from ..report import Phrase
from .facts import StepFact
from .loop import Loop, Step

GRANTED = "_grant"
"""How the names of steps end that grant what was asked for."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A step that is not lawful where it stands."""

    code: str
    detail: Phrase
    fact: StepFact


@dataclass
class Ask:
    """What was asked for; `number` counts those of its kind from 1."""

    what: str
    number: int
    asked: StepFact
    decided: StepFact | None = None
    granted: bool = False
    lapsed: StepFact | None = None
    """The step by which the handling ended before anybody decided."""

    @property
    def open(self) -> bool:
        """Whether it waits for a decision."""
        return self.decided is None and self.lapsed is None


@dataclass(frozen=True, slots=True)
class Placed:
    """A step that is known by name, with the event's state and round after it."""

    fact: StepFact
    step: Step
    state: str
    round: int


@dataclass
class Course:
    """What judging the steps of an event came to."""

    loop: Loop
    placed: list[Placed] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    unknown: int = 0
    """Steps that rest on what is not shown."""

    @property
    def whole(self) -> bool:
        """Whether every step is known, and none out of place."""
        return not self.unknown and not self.breaches


def judge_steps(loop: Loop, facts: Sequence[StepFact], tolerance: int) -> Course:
    """Walk over the steps in order of `seq`; `tolerance` in seconds, for clocks of devices."""
    judge = _Judge(Course(loop), tolerance)
    for fact in facts:
        judge.take(fact)
    return judge.course


@dataclass
class _Judge:
    course: Course
    tolerance: int
    state: str | None = None
    round: int = 1
    latest: datetime | None = None
    closed: datetime | None = None
    designated: bool = False
    blind: bool = False

    def take(self, fact: StepFact) -> None:
        self._check_times(fact)
        loop = self.course.loop
        if isinstance(fact.step, Hidden) or isinstance(fact.details, Hidden):
            # Where the event stands after it can not be known.
            self.blind = True
        if self.blind or isinstance(fact.step, Hidden):
            self.course.unknown += 1
            return
        step = loop.steps.get(fact.step)
        if step is None:
            self._breach(fact, "loop-unknown", f"the loop has no step {fact.step}", "闭环规则中没有此环节")
            return
        self._check_place(fact, step)
        self._check_form(fact, step)
        self._check_asks(fact, step)
        self._check_limits(fact, step)
        self._go_on(fact, step)

    def _breach(self, fact: StepFact, code: str, en: str, zh: str) -> None:
        self.course.breaches.append(Breach(code, Phrase(f"{fact.step}: {en}"[:300], zh), fact))

    def _check_times(self, fact: StepFact) -> None:
        if isinstance(fact.occurred_at, Hidden):
            self.course.unknown += 1
            return
        if self.latest is not None and fact.occurred_at < self.latest:
            detail = f"says {_time(fact.occurred_at)}, the step before it {_time(self.latest)}"
            self._breach(fact, "step-dated-back", detail, "自述时间早于前一环节")
        self.latest = max(self.latest or fact.occurred_at, fact.occurred_at)
        ahead = None if fact.iat is None else int(fact.occurred_at.timestamp()) - fact.iat
        if ahead is not None and ahead > self.tolerance:
            self._breach(
                fact,
                "step-dated-ahead",
                f"says it occurred {ahead} s after it was signed",
                "自述时间晚于签名",
            )

    def _check_place(self, fact: StepFact, step: Step) -> None:
        if self.state is None and step.sources:
            self._breach(fact, "loop-state", "the event is not reported yet", "事件尚未上报")
        elif self.state is not None and self.state not in step.sources:
            self._breach(fact, "loop-state", f"the event is {self.state}", f"事件处于 {self.state} 状态")
        if fact.round != self.round and not isinstance(fact.round, Hidden):
            detail = f"names round {fact.round}, the event is in round {self.round}"
            self._breach(fact, "loop-round", detail, f"轮次应为 {self.round}")

    def _check_form(self, fact: StepFact, step: Step) -> None:
        details: Mapping[str, Any] = {} if isinstance(fact.details, Hidden) else fact.details
        for name in details.keys() - step.details.keys():
            self._breach(fact, "loop-details", f"{name!r:.40} is no detail of it", "有未规定的事项")
        for name, rule in step.details.items():
            if rule.refuses(details.get(name)):
                self._breach(
                    fact, "loop-details", f"{name} is missing or not what it may be", f"{name} 缺或不符"
                )
        if fact.actor is None and not step.machine:
            self._breach(fact, "loop-machine", "no machine takes this step", "此环节不得由系统自动完成")
        if fact.posing:
            self._breach(fact, "step-actor", "says it is another account's", "自称账号与签名密钥持有人不符")
        if step.note and fact.has_note is False:
            self._breach(fact, "loop-note", "needs a note", "应写明说明")
        if not isinstance(fact.files, Hidden) and fact.files < step.files:
            self._breach(fact, "loop-files", f"needs {step.files} files", "应附文件")

    def _check_asks(self, fact: StepFact, step: Step) -> None:
        open_ask = self._open(step.asks or step.decides)
        if step.asks is not None:
            if open_ask is not None:
                self._breach(fact, "ask-open", f"a {step.asks} is asked for already", "已有未决的同类申请")
            if step.asks == "return" and self.designated:
                self._breach(fact, "return-limit", "its unit was designated", "指定派遣后不得再回退")
        if step.decides is not None:
            if open_ask is None:
                self._breach(fact, "ask-none", f"no {step.decides} is asked for", "没有待决的申请")
            elif step.decides == "extend" and step.name.endswith(GRANTED):
                before = sum(ask.what == "extend" and ask.granted for ask in self.course.asks)
                later = before >= self.course.loop.numbers["extensions_by_duty_chief"]
                if (later or open_ask.asked.said("engineering") is True) and fact.files == 0:
                    self._breach(fact, "loop-files", "needs a leader's paper", "应附领导批准文件")

    def _check_limits(self, fact: StepFact, step: Step) -> None:
        numbers = self.course.loop.numbers
        granted = sum(ask.what == "return" and ask.granted for ask in self.course.asks)
        free = fact.said("basis") != "designated"
        if step.name == "dispatch" and free and granted >= numbers["returns_before_designation"]:
            self._breach(fact, "return-designation", f"returned {granted} times", "回退过多，须指定派遣")
        if step.name == "reopen" and self.closed is not None and not isinstance(fact.occurred_at, Hidden):
            last = self.closed + timedelta(days=numbers["reopen_days"])
            if fact.occurred_at > last:
                self._breach(fact, "reopen-late", f"closed {_time(self.closed)}", "超过可重开期限")

    def _open(self, what: str | None) -> Ask | None:
        waiting = (ask for ask in self.course.asks if ask.what == what and ask.open)
        return next(waiting, None)

    def _go_on(self, fact: StepFact, step: Step) -> None:
        details: Mapping[str, Any] = {} if isinstance(fact.details, Hidden) else fact.details
        if step.asks is not None:
            number = 1 + sum(ask.what == step.asks for ask in self.course.asks)
            self.course.asks.append(Ask(step.asks, number, fact))
        decided = self._open(step.decides) if step.decides is not None else None
        if decided is not None:
            decided.decided, decided.granted = fact, step.name.endswith(GRANTED)
        if "handle" in step.clocks["end"] + step.clocks["drop"]:
            for ask in self.course.asks:
                if ask.open and ask.what != "appeal":
                    ask.lapsed = fact
        if step.name == "dispatch":
            self.designated = details.get("basis") == "designated"
        if step.name == "close" and not isinstance(fact.occurred_at, Hidden):
            self.closed = fact.occurred_at
        if self.state is None and step.sources:
            self.blind = True
            return
        self.state = step.leads_to(self.state or "", details)
        if step.begins_round(details):
            self.round += 1
        self.course.placed.append(Placed(fact, step, self.state, self.round))


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
