"""Dispatch: published rules first, then the responsibility list, then the learned model, then people."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridwitness.clock import Clock
from gridwitness.dispatch.rule_publication import PublishedDispatchRules
from gridwitness.dispatch.rules_document import LIST, MANUAL, DispatchRule, Facts
from gridwitness.dispatch.shelf import ModelShelf
from gridwitness.dispatch.suggestion import Suggestion, by_list, by_people, by_rule
from gridwitness.dispatch.terms import Sample, plain
from gridwitness.errors import NotFound
from gridwitness.events import EventRow, Events
from gridwitness.grids import Duty, Matter, Matters, Territories, Territory, duty_for

_WAITING = "filed"
_RANKED = 3
"""Units shown with the model's confidence in each."""
_HOURS = "calendar-hours"
_AGAIN = 600
"""Seconds after which what was left to people is looked at again."""


class Dispatch:
    """Suggests and dispatches. One for the process; threads may share it."""

    def __init__(
        self,
        *,
        clock: Clock,
        zone: ZoneInfo,
        rules: PublishedDispatchRules,
        territories: Territories,
        matters: Matters,
        shelf: ModelShelf,
        events: Events,
    ) -> None:
        self._clock = clock
        self._zone = zone
        self._territories = territories
        self._matters = matters
        self._events = events
        self._left: dict[str, tuple[object, ...]] = {}
        self.rules = rules
        self.models = shelf

    def suggest(self, session: Session, event: EventRow) -> Suggestion:
        """Whose the event is, by what and why; reads only."""
        territory = self._territories.at(session)
        now = self._clock.now()
        matter = None if event.matter is None else self._matters.entry(session, event.matter, now)
        found = self._found(session, event, territory, matter)
        if found.unit is not None and found.unit not in territory.units:
            return by_people(
                f"{found.because['zh']}；但单位 {found.unit} 未登记或已失效",
                f"{found.because['en']}; but unit {found.unit} is not registered",
                ranking=found.ranking,
            )
        if found.automatic and event.returns:
            return _unseen_never(found, event.returns)
        return found

    def attend(self, session: Session, sub: str) -> EventRow | None:
        """Dispatch a `filed` event where rule, list or model allow; else it stays with people, and None.

        Raises NotFound `event-unknown`; what the step's judgement refuses.
        """
        event = session.get(EventRow, sub, populate_existing=True)
        if event is None:
            raise NotFound("event-unknown", f"There is no event {sub}.", None)
        if event.state != _WAITING:
            return None
        suggestion = self.suggest(session, event)
        if not suggestion.automatic:
            self._left[sub] = (event.steps, *self._standing(session, event.agency))
            return None
        self._left.pop(sub, None)
        return self._events.step(session, sub, "dispatch", None, details=suggestion.details())

    def waiting(self, session: Session, limit: int = 100) -> list[str]:
        """Filed events to decide of, oldest first: those left to people come again only after a change."""
        query = select(EventRow.sub, EventRow.agency, EventRow.steps).where(EventRow.state == _WAITING)
        rows = session.execute(query.order_by(EventRow.filed_at, EventRow.sub)).all()
        standing = {agency: self._standing(session, agency) for agency in {row.agency for row in rows}}
        marks = {sub: (steps, *standing[agency]) for sub, agency, steps in rows}
        self._left = {sub: mark for sub, mark in self._left.items() if marks.get(sub) == mark}
        return [sub for sub in marks if sub not in self._left][:limit]

    def _standing(self, session: Session, agency: str) -> tuple[object, ...]:
        """Changes when deciding again could end otherwise; registers and lists are looked at in time."""
        now = self._clock.now()
        version = self.rules.on(session, now.astimezone(self._zone).date()).version
        return self.models.name_at_work(session, agency), version, int(now.timestamp()) // _AGAIN

    def _found(
        self, session: Session, event: EventRow, territory: Territory, matter: Matter | None
    ) -> Suggestion:
        rules = self.rules.on(session, self._clock.now().astimezone(self._zone).date())
        first = rules.first(facts_of(event, territory))
        duty = self._duty(event, territory, matter, None if first is None else first[0])
        if first is not None:
            rule, why = first
            if rule.unit == MANUAL:
                named = f"（{'、'.join(why)}）" if why else ""
                return by_people(f"规则 {rule.id}：{rule.zh}{named}", f"rule {rule.id}: {rule.en}")
            if rule.unit != LIST:
                return by_rule(rule, why, duty if duty is not None and duty.unit == rule.unit else None)
        if duty is not None:
            return by_list(duty, None if first is None else first[0])
        return self._by_model(session, event, matter)

    @staticmethod
    def _duty(
        event: EventRow, territory: Territory, matter: Matter | None, rule: DispatchRule | None
    ) -> Duty | None:
        if matter is None:
            return None
        mode = event.mode if rule is None or rule.mode is None else rule.mode
        return duty_for(matter, territory, event.grid, event.lat_e6, event.lon_e6, mode)

    def _by_model(self, session: Session, event: EventRow, matter: Matter | None) -> Suggestion:
        outside = ("清单未定出责任单位", "the list finds nobody")
        found = self.models.at_work(session, event.agency)
        text = plain(_text(event))
        if found is None or not text:
            why = (
                ("无启用的分拨模型", "no model is at work")
                if found is None
                else ("无文字可判", "it has no text")
            )
            return by_people(f"{outside[0]}，{why[0]}，转人工", f"{outside[1]}, {why[1]}: for a person")
        name, model = found
        said = model.predict(Sample(text, fields_of(event, matter)))
        passed = said.confidence > model.gate
        percent = f"{said.confidence * 100:.1f}%"
        gate = f"{model.gate * 100:.1f}%"
        zh = f"{outside[0]}；模型 {name} 置信度 {percent}（门限 {gate}）"
        en = f"{outside[1]}; model {name} is {percent} sure (gate {gate})"
        return Suggestion(
            unit=said.label,
            basis="model" if passed else "manual",
            because={
                "zh": zh if passed else f"{zh}；低于门限，转人工",
                "en": en if passed else f"{en}: a person decides",
            },
            automatic=passed,
            confidence=said.confidence,
            model=name,
            amount=None if said.hours is None else max(1, round(said.hours)),
            measure=None if said.hours is None else _HOURS,
            words=said.because,
            ranking=said.ranking[:_RANKED],
        )


def facts_of(event: EventRow, territory: Territory) -> Facts:
    """What the rules ask of an event."""
    here = () if event.grid is None or event.grid not in territory.grids else territory.path(event.grid)
    return Facts(
        matter=event.matter,
        grids=frozenset(grid.number for grid in here),
        channel=event.channel,
        urgency=event.urgency,
        text=_text(event),
    )


def fields_of(event: EventRow, matter: Matter | None) -> dict[str, str]:
    """Beside the text, by the names `dispatch history` gives them."""
    found = {
        "matter": event.matter,
        "class": None if matter is None else matter.class_code,
        "grid": event.grid,
        "category": event.category,
        "channel": event.channel,
        "urgency": event.urgency,
    }
    return {name: value for name, value in found.items() if value is not None}


def _text(event: EventRow) -> str:
    return f"{event.title or ''}\n{event.description or ''}"


def _unseen_never(found: Suggestion, returns: int) -> Suggestion:
    """Once a unit gave it back, a person looks: the same answer again would only be returned again."""
    return Suggestion(
        unit=found.unit,
        basis="manual",
        because={
            "zh": f"已回退 {returns} 次，须人工派遣；{found.because['zh']}",
            "en": f"returned {returns} times, so a person decides; {found.because['en']}",
        },
        helpers=found.helpers,
        mode=found.mode,
        confidence=found.confidence,
        model=found.model,
        rule=found.rule,
        amount=found.amount,
        measure=found.measure,
        closing=found.closing,
        law=found.law,
        words=found.words,
        ranking=found.ranking,
    )
