"""Which rows a step puts: one case folded in memory, by the bundled procedures and calendars."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from gridwitness.calendars import Calendars, bundled_calendars, read_clocks
from gridwitness.cases.dossier import Dossier, Taken
from gridwitness.cases.rules import fold_step
from gridwitness.records import RowChange
from gridwitness.rules import Procedure, StepFact, bundled
from hypothesis import given
from hypothesis import strategies as st

PROCEDURES = {document["procedure"]: Procedure.parse(document) for document in bundled()}
CALENDARS = Calendars.of(bundled_calendars())
BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FIRST, SECOND, HEAD, REVIEWER = (UUID(int=i + 1, version=4) for i in range(4))


class Fold:
    """A case on its way; rows as a table would hold them."""

    def __init__(self, procedure: str) -> None:
        self.procedure = PROCEDURES[procedure]
        self.dossier = Dossier("a" * 32)
        self.tables: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
        self.now = BEGIN

    def step(
        self,
        step: str,
        signer: UUID = FIRST,
        officers: Sequence[UUID] = (FIRST, SECOND),
        *,
        outcome: str | None = None,
        days: int = 0,
        number: tuple[int, int] | None = None,
        party: dict[str, Any] | None = None,
        **details: Any,
    ) -> list[RowChange]:
        self.now += timedelta(days=days)
        fact = StepFact(
            step, self.now, outcome, details, tuple(map(str, officers)), str(signer),
            len(self.dossier.steps), str(uuid4()),
        )  # fmt: skip
        steps = (*self.dossier.steps, fact)
        taken = Taken(
            index=fact.seq,
            seq=2 * fact.seq,
            jti=UUID(fact.jti),
            kid="k",
            digest=b"",
            leaf_hash=hashlib.sha256(fact.jti.encode()).digest(),
            log="330100CG",
            agency="330100CG",
            step=self.procedure.steps[step],
            fact=fact,
            signer=signer,
            state=self.procedure.state(replace(self.dossier.facts(), steps=steps)),
            fields={
                "procedure": self.procedure.procedure,
                "rules": self.procedure.version,
                "basis": None,
                "party": party,
                "files": [],
            },
            number=number,
        )
        readings = read_clocks(
            self.procedure, replace(self.dossier.facts(), steps=steps), CALENDARS, fact.day
        )
        rows = fold_step(self.dossier, taken, self.procedure, readings)
        self._write(rows)
        return rows

    def _write(self, rows: Sequence[RowChange]) -> None:
        for row in rows:
            table = self.tables.setdefault(row.table.name, {})
            key = tuple(row.key.values())
            if row.columns is None:
                del table[key]
            elif row.new:
                assert key not in table
                table[key] = dict(row.columns)
            else:
                table[key] |= row.columns

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A table's rows in the order they came."""
        return list(self.tables.get(table, {}).values())

    @property
    def case(self) -> dict[str, Any]:
        """The file's row."""
        return self.rows("case_file")[0]


def filed() -> Fold:
    fold = Fold("general")
    fold.step("clue", officers=[FIRST], source="patrol", matter="muck-spill", article="SW-111")
    fold.step("verification", outcome="file", days=1)
    fold.step("filing", HEAD, number=(2026, 7), party={"name": "甲公司"}, party_kind="organisation")
    return fold


def test_the_file_follows_the_steps() -> None:
    fold = filed()
    assert (fold.case["state"], fold.case["year"], fold.case["number"]) == ("inquiry", 2026, 7)
    assert (fold.case["matter"], fold.case["article"], fold.case["source"]) == (
        "muck-spill",
        "SW-111",
        "patrol",
    )
    assert (fold.case["lead"], fold.case["filed_at"]) == (FIRST, fold.now)
    assert fold.rows("party")[0]["name"] == "甲公司"
    assert {key[1]: row["part"] for key, row in fold.tables["officer"].items()} == {
        FIRST: "investigator", SECOND: "investigator", HEAD: "head",
    }  # fmt: skip
    assert [row["milestone"] for row in fold.rows("milestone")] == ["start"]
    assert fold.rows("milestone")[0]["seq"] == 4


def test_the_earliest_duty_is_next() -> None:
    fold = filed()
    assert (fold.case["next_due_clock"], str(fold.case["next_due_on"])) == ("decision", "2026-06-01")
    fold.step("preservation", HEAD, items=["车辆"])
    assert (fold.case["next_due_clock"], str(fold.case["next_due_on"])) == ("preservation", "2026-03-12")
    fold.step("preservation-disposal", outcome="returned", days=2)
    assert fold.case["next_due_clock"] == "decision"
    assert {row["state"] for row in fold.rows("clock")} == {"running", "met"}


def test_only_what_changed_is_written() -> None:
    fold = filed()
    rows = fold.step("evidence", kind="physical", title="照片")
    assert sorted(row.table.name for row in rows) == ["evidence", "step"]
    again = fold.step("correction", officers=[FIRST], corrects=str(uuid4()), reason="笔误")
    assert [row.table.name for row in again] == ["step"]


def test_a_decision_its_publication_and_its_revocation() -> None:
    fold = filed()
    for step, outcome in (("inquiry-report", None), ("head-review", "penalise")):
        fold.step(step, HEAD, outcome=outcome)
    fold.step("notice-service", penalty_kinds=["warning"], method="direct", receipt_signed=True)
    fold.step("defence-review", outcome="none", heavier=False)
    fold.step("decision", HEAD, outcome="penalty", penalty_kinds=["warning"])
    publication = fold.rows("publication")[0]
    assert (str(publication["due_on"]), publication["published_at"]) == ("2026-03-12", None)
    fold.step("decision-service", method="direct", receipt_signed=True)
    fold.step("publication", officers=[FIRST], days=1)
    assert str(fold.rows("publication")[0]["remove_on"]) == "2031-03-04"  # an organisation: five years
    fold.step("decision-revocation", HEAD, outcome="changed")
    assert fold.rows("decision")[0]["standing"] == "changed"
    assert fold.case["next_due_clock"] == "publication-withdrawal"
    fold.step("publication-withdrawal", officers=[FIRST], outcome="changed")
    assert fold.rows("publication")[0]["reason"] == "changed"


def test_one_reply_answers_every_letter_that_waits() -> None:
    fold = filed()
    fold.step("supervision-opinion", REVIEWER, [REVIEWER], title="一")
    fold.step("supervision-decision", REVIEWER, [REVIEWER], title="二", days=3)
    due = [str(row["reply_due_on"]) for row in fold.rows("letter")]
    assert due == ["2026-04-02", "2026-04-02"]
    fold.step("supervision-reply", days=5)
    assert [row["replied_index"] for row in fold.rows("letter")] == [5, 5]
    fold.step("supervision-opinion", REVIEWER, [REVIEWER], title="三")
    assert fold.rows("letter")[2]["replied_index"] is None
    assert fold.tables["officer"][fold.dossier.sub, REVIEWER]["part"] == "auditor"


def test_a_year_without_calendar_is_a_problem_and_no_guess() -> None:
    fold = Fold("general")
    fold.now = datetime(2040, 5, 7, 2, 0, tzinfo=UTC)
    fold.step("clue", officers=[FIRST], source="patrol", matter="muck-spill")
    fold.step("verification", outcome="file")
    fold.step("filing", HEAD, number=(2040, 1), party_kind="organisation")
    fold.step("preservation", HEAD, items=["车辆"])
    clock = next(row for key, row in fold.tables["clock"].items() if key[1] == "preservation")
    assert (clock["due_on"], clock["problem"]) == (None, "calendar-unpublished:2040")
    assert fold.case["next_due_clock"] == "decision"  # whose days are calendar days


STEPS = st.sampled_from(["evidence", "interview", "inspection", "preservation", "preservation-disposal"])


@given(st.lists(st.tuples(STEPS, st.integers(0, 12)), max_size=8))
def test_rows_of_clocks_are_the_readings(taken: list[tuple[str, int]]) -> None:
    fold = filed()
    for step, days in taken:
        details: dict[str, Any] = {"items": ["车辆"]} if step == "preservation" else {}
        fold.step(step, days=days, **details)
    readings = read_clocks(fold.procedure, fold.dossier.facts(), CALENDARS, fold.now.date())
    expected = [(r.clock, r.started_on, r.due_on, r.state, r.ended_on) for r in readings]
    rows = sorted(fold.tables["clock"].items(), key=lambda item: item[0])
    stored = [(key[1], row["started_on"], row["due_on"], row["state"], row["ended_on"]) for key, row in rows]
    assert sorted(stored, key=str) == sorted(expected, key=str)
    assert [row["index"] if "index" in row else key[1] for key, row in fold.tables["step"].items()] == list(
        range(len(fold.dossier.steps))
    )
