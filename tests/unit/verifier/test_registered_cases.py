"""`cases` of log and audit: events of CaseRegistry, replayed, against the steps of a log."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from gridwitness_verifier.errors import VerificationError
from gridwitness_verifier.log.audited_log import AuditedLog
from gridwitness_verifier.log.case_check import CaseCheck
from gridwitness_verifier.log.contract_events import CaseEvent, Position, TreeHeadAnchored, decode_event
from gridwitness_verifier.log.contract_history import AcceptedHead, ContractHistory, KeyHistory, LogHistory
from gridwitness_verifier.log.scratch import Scratch
from gridwitness_verifier.log.tally import Tally
from gridwitness_verifier.procedure import edge_bits, milestone_edges, parse_procedure
from gridwitness_verifier.registry_event import (
    MILESTONE_NAMES,
    CaseOpened,
    MilestoneReached,
    ProcedureApproved,
    case_id,
)
from gridwitness_verifier.report import Result
from gridwitness_verifier.report.phrase import Phrase
from gridwitness_verifier.trust import parse_trust
from support.verifier_bundle import AGENCY, ORIGIN, hexed
from support.verifier_case import CASE_ID, MILESTONES, REACHED, trust, word
from support.verifier_procedure import procedure

PROCEDURE = parse_procedure(procedure())
VERSION = bytes.fromhex(PROCEDURE.version)
SUB, OTHER = "a" * 32, "b" * 32
STEPS = {0: "clue", 1: "filing", 2: "evidence", 3: "inquiry-report", 4: "legal-review", 5: "decision"}
NAME = ORIGIN.rpartition("/")[2]


def head(sub, seq):
    return sha256(f"{sub} {seq}".encode()).digest()


def opened(sub=SUB, number=1, year=2026, version=VERSION):
    return CaseOpened(case_id(sub), AGENCY, version, year, number)


def reached(index, milestone, seq, sub=SUB, **changes):
    fields = {"case_id": case_id(sub), "head": head(sub, seq), **changes}
    return MilestoneReached(agency=AGENCY, index=index, milestone=milestone, seq=seq, **fields)


HONEST = [
    ProcedureApproved(VERSION, edge_bits(milestone_edges(PROCEDURE))),
    opened(),
    reached(0, "start", 1),
    reached(1, "inquiry", 3),
    reached(2, "review", 4),
    reached(3, "decision", 5),
]


class Deployment:
    """A chain's events and a log's steps, checked as an audit does."""

    def __init__(self, events=HONEST, steps=STEPS, *, subject=SUB, settled=10_000, now=10_000, anchored=100):
        self.events, self.steps, self.subject = list(events), dict(steps), subject
        self.settled, self.now, self.anchored = settled, now, anchored

    def check(self, *, procedures=None, disclosed=True):
        parsed = parse_trust(json.dumps(trust()).encode(), confirmed=True, folder=Path())
        history = ContractHistory(20_000, self.now, KeyHistory(lambda *_: 0))
        for at, event in enumerate(self.events):
            history.cases.apply(CaseEvent(Position(at, b"", 0, b""), event), 5000 + at)
        anchor = TreeHeadAnchored(Position(1, b"", 0, b""), b"", 0, self.anchored, b"")
        log = AuditedLog(parsed.logs[0], LogHistory(heads=[AcceptedHead(anchor, 5000)]))
        tally = Tally("cases")
        with Scratch() as scratch:
            for seq, step in self.steps.items():
                shown = (PROCEDURE.version, step) if disclosed else (None, None)
                scratch.add("step", head(self.subject, seq), NAME, seq, f"j{seq}", self.subject, seq, *shown)
            check = CaseCheck(tally, parsed, history, scratch, {NAME: log}, self.settled)
            check.check_registry()
            known = {PROCEDURE.version: PROCEDURE} if procedures is None else procedures
            check.check_records(known if disclosed else {})
            if disclosed:
                check.check_steps(known, self.now)
        return tally, check.subject()


def codes(tally):
    return [place.code for place in tally.locations]


def result(tally):
    return tally.check(Phrase("", "")).result


@pytest.mark.parametrize("disclosed", [True, False])
def test_an_honest_registry(disclosed):
    tally, subject = Deployment().check(disclosed=disclosed)
    assert (result(tally), codes(tally)) == (Result.PROVED, [])
    assert subject["open_cases"] == [f"{AGENCY}-2026-000001"]
    assert (subject["cases"], subject["cases_open"]) == (1, 1)
    assert subject["milestones"] == {"start": 1, "inquiry": 1, "review": 1, "decision": 1}


def test_a_closed_case_is_not_listed():
    events = [*HONEST, reached(4, "closure", 6)]
    _, subject = Deployment(events, {**STEPS, 6: "closure"}).check()
    assert subject["open_cases"] == []


def changed(at, event):
    return [*HONEST[:at], event, *HONEST[at + 1 :]]


# Found from the chain and the log's entries alone, without any disclosure.
ALONE = [
    (changed(1, opened(number=2)), "case-number"),
    ([*HONEST, opened(OTHER, number=1)], "case-number"),
    ([*HONEST, opened(OTHER, number=3)], "case-number"),
    (HONEST[:1] + HONEST[2:], "case-unopened"),
    (HONEST[1:], "procedure-unapproved"),
    (changed(4, reached(3, "review", 4)), "milestone-index"),
    (changed(2, reached(0, "inquiry", 1)), "milestone-order"),
    ([*HONEST[:3], reached(1, "inquiry", 4), reached(2, "review", 3)], "milestone-order"),
    (changed(4, reached(2, "service", 4)), "milestone-edge"),
    (changed(3, reached(1, "inquiry", 3, head=b"\x07" * 32)), "milestone-without-record"),
    (changed(3, reached(1, "inquiry", 2, head=head(SUB, 3))), "milestone-seq"),
    ([*HONEST, reached(4, "service", 6, head=head(SUB, 5))], "milestone-twice"),
    (
        [*HONEST, opened(OTHER, number=2), reached(0, "start", 0, OTHER, head=head(SUB, 2))],
        "milestone-foreign",
    ),
]


@pytest.mark.parametrize(("events", "code"), ALONE)
def test_found_from_the_chain_alone(events, code):
    tally, _ = Deployment(events).check(disclosed=False)
    assert code in codes(tally)
    assert result(tally) is Result.FAILED


@pytest.mark.parametrize(
    ("events", "code"),
    [
        (HONEST[:-1], "milestone-missing"),
        (changed(5, reached(3, "service", 5)), "milestone-differs"),
        (changed(3, reached(1, "inquiry", 2)), "milestone-differs"),
        (changed(1, opened(version=b"\x01" * 32)), "milestone-procedure"),
        (changed(0, ProcedureApproved(VERSION, 0x7E7E7E7E7E7E7E)), "edges-differ"),
    ],
)
def test_found_with_what_is_disclosed_to_an_audit(events, code):
    tally, _ = Deployment(events).check()
    assert code in codes(tally)
    assert result(tally) is Result.FAILED


def test_a_milestone_on_its_way_is_none_that_is_missing():
    # Anchored at 5000; the merge delay is 600 s, the tolerance 120.
    tally, _ = Deployment(HONEST[:-1], now=5720).check()
    assert (result(tally), codes(tally)) == (Result.PROVED, [])
    assert "1 milestones on their way" in tally.check(Phrase("", "")).reason
    assert "milestone-missing" in codes(Deployment(HONEST[:-1], now=5721).check()[0])
    assert codes(Deployment(HONEST[:-1], anchored=5).check()[0]) == []


def test_events_that_the_read_log_can_not_answer_for_are_left():
    tally, _ = Deployment([*HONEST, reached(4, "service", 6)], settled=5).check()
    assert codes(tally) == []


def test_steps_under_rules_that_nobody_published_are_counted():
    tally, _ = Deployment().check(procedures={})
    assert result(tally) is Result.NOT_EVALUATED
    assert "6 steps name rules that no record publishes" in tally.not_evaluated


def raw(topics, data):
    return {
        "blockNumber": "0x1", "blockHash": hexed(bytes(32)), "logIndex": "0x0",
        "transactionHash": hexed(bytes(32)), "data": hexed(data),
        "topics": [hexed(topic) for topic in topics],
    }  # fmt: skip


def test_events_as_a_node_gives_them():
    agency = AGENCY.encode().ljust(32, b"\0")
    data = word(2) + word(3) + word(9) + b"\x05" * 32
    found = decode_event(raw([REACHED, CASE_ID, agency], data))
    assert found.event == MilestoneReached(CASE_ID, AGENCY, 2, "review", 9, b"\x05" * 32)
    for topics, wrong in (
        ([REACHED, CASE_ID], data),
        ([REACHED, CASE_ID, agency], data[:-32]),
        ([REACHED, CASE_ID, agency], word(2) + word(8) + word(9) + bytes(32)),
        ([REACHED, CASE_ID, agency], word(2) + word(0) + word(9) + bytes(32)),
        ([REACHED, CASE_ID, agency], word(2**32) + word(1) + word(9) + bytes(32)),
        ([REACHED, CASE_ID, b"\xff" * 32], data),
    ):
        with pytest.raises(VerificationError) as caught:
            decode_event(raw(topics, wrong))
        assert caught.value.code in ("registry-event", "event-form")


def test_the_names_of_milestones_are_those_of_the_format():
    assert MILESTONES == MILESTONE_NAMES
