"""Two transactions at the same moment: one record, one receipt, never a failure of the batch."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from uuid import uuid4

import pytest
from gridwitness.errors import GridWitnessError
from gridwitness.members.models import RoleRow
from gridwitness.records import Outcome, heads_of, put_new
from gridwitness_evidence import Record, sign_record, uuid7
from sqlalchemy import text
from support.platform import CITY, POLICE, Officer, RunningPlatform, running_platform


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform
        platform.drain()
        platform.audit().require_proved()


@pytest.fixture(scope="module")
def officer(running: RunningPlatform) -> Officer:
    return running.officer("zhang")


def at_once(*work: Callable[[], list[Outcome]]) -> list[list[Outcome]]:
    """Run in threads that begin together."""
    barrier = threading.Barrier(len(work))
    answers: list[list[Outcome]] = [[] for _ in work]
    failures: list[BaseException] = []

    def run(place: int) -> None:
        barrier.wait()
        try:
            answers[place] = work[place]()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    return answers


def code(outcome: Outcome) -> str | None:
    error: GridWitnessError | None = outcome.error
    return None if error is None else error.code


def accepting(running: RunningPlatform, records: Sequence[Record]) -> Callable[[], list[Outcome]]:
    return lambda: running.accept(*records)


def test_the_same_batch_twice_at_once(running: RunningPlatform, officer: Officer) -> None:
    records = [officer.step() for _ in range(20)]
    for answers in zip(*at_once(*[accepting(running, records)] * 4), strict=True):
        assert len({outcome.receipt for outcome in answers}) == 1
        assert [outcome.replayed for outcome in answers].count(False) == 1


def test_one_statement_under_two_subjects(running: RunningPlatform, officer: Officer) -> None:
    """The same `jti` from two sides, invisible to each other until one commits: one wins, neighbours stay."""
    for _ in range(5):
        first = officer.step()
        second = officer.step(jti=first.claims.jti)
        left, right = at_once(
            accepting(running, [officer.step(), first]), accepting(running, [officer.step(), second])
        )
        assert (code(left[0]), code(right[0])) == (None, None)
        assert sorted([str(code(left[1])), str(code(right[1]))]) == ["None", "identity-conflict"]


def test_two_next_records_of_one_subject(running: RunningPlatform, officer: Officer) -> None:
    first = officer.step()
    running.accept(first)
    rivals = [officer.step(after=first) for _ in range(4)]
    answers = at_once(*(accepting(running, [rival]) for rival in rivals))
    assert sorted(str(code(outcome)) for [outcome] in answers) == ["None", *["subject-moved"] * 3]


def test_one_subject_opened_in_two_logs(running: RunningPlatform, officer: Officer) -> None:
    for _ in range(5):
        here = officer.step()
        there = officer.step(sub=here.claims.sub, aud=running.log(POLICE).origin, seen=running.seen(POLICE))
        answers = at_once(accepting(running, [here]), accepting(running, [there]))
        assert sorted(str(code(outcome)) for [outcome] in answers) == ["None", "subject-elsewhere"]


def test_crossing_batches_do_not_deadlock(running: RunningPlatform, officer: Officer) -> None:
    one, two = officer.step(), officer.step()
    other_one, other_two = officer.step(jti=one.claims.jti), officer.step(jti=two.claims.jti)
    left, right = at_once(accepting(running, [one, two]), accepting(running, [other_two, other_one]))
    accepted = [outcome for outcome in left + right if outcome.receipt is not None]
    assert len(accepted) == 2


def imported(running: RunningPlatform, key: str, row: dict[str, str], **claims: object) -> Record:
    """A row of an outside system, signed by the agency's service key."""
    now = running.clock.now()
    empty = "title category description status reported_at closed_at latitude longitude address channel unit"
    given: dict[str, object] = {
        "key": running.platform.keystore.service_key(CITY),
        "iss": CITY,
        "aud": running.log().origin,
        "jti": uuid7(now),
        "kind": "event.reported.v1",
        "src": "import",
        "sub": secrets.token_hex(16),
        "seq": 0,
        "prev": None,
        "iat": int(now.timestamp()),
        "seen": running.seen(),
        "fields": dict.fromkeys(empty.split()) | {"source": {"system": "311", "key": key, "row": row}},
    }
    return sign_record(**(given | claims))  # type: ignore[arg-type]


def test_one_row_imported_from_two_sides(running: RunningPlatform) -> None:
    key = secrets.token_hex(4)
    answers = at_once(*(accepting(running, [imported(running, key, {"a": "1"})]) for _ in range(3)))
    assert sorted(str(code(outcome)) for [outcome] in answers) == ["None", *["source-subject"] * 2]


def test_imported_again_and_changed(running: RunningPlatform) -> None:
    first = imported(running, "SR-1", {"状态": "open"})
    assert code(running.accept(first)[0]) is None
    sub = first.claims.sub
    with running.platform.transaction() as session:
        head = heads_of(session, [(running.log().name, sub)])[running.log().name, sub]
    after = {"sub": sub, "seq": head.seq + 1, "prev": head.digest}
    same, changed = (imported(running, "SR-1", {"状态": state}, **after) for state in ("open", "closed"))
    foreign = imported(running, "SR-1", {"状态": "stolen"})
    taken = imported(running, "SR-2", {"状态": "open"}, **after)
    malformed = imported(running, "SR-3", {"状态": 3})  # type: ignore[dict-item]
    codes = [code(outcome) for outcome in running.accept(same, foreign, taken, malformed, changed)]
    assert codes == ["source-unchanged", "source-subject", "source-subject", "fields", None]


def test_a_key_too_long_for_its_index_is_refused_alone(running: RunningPlatform) -> None:
    keys = ["字" * 512, "字" * 513, "x" * 30_000, "SR-7"]
    outcomes = running.accept(*(imported(running, key, {"a": "1"}) for key in keys))
    assert [code(outcome) for outcome in outcomes] == [None, *["source-key-too-long"] * 2, None]


def test_what_an_officer_reports_takes_no_outside_key(running: RunningPlatform, officer: Officer) -> None:
    source = {"system": "pad", "key": "SR-9", "row": {"a": "b"}}
    fields = dict(imported(running, "SR-9", {}).fields) | {"source": source}
    reported = officer.sign("event.reported.v1", fields)
    outcomes = running.accept(reported, imported(running, "SR-9", {"a": "b"}))
    assert [code(outcome) for outcome in outcomes] == [None, None]


def test_a_step_of_many_rows_takes_several_effects(running: RunningPlatform) -> None:
    with running.platform.transaction() as session:
        rows = [
            put_new(RoleRow, id=uuid4(), account=uuid4(), role="checker", agency=CITY, scope=None)
            for _ in range(60)
        ]
        sub = secrets.token_hex(16)
        running.platform.acceptance.machine_step(session, running.log(), sub, rows, by=None)
    with running.platform.transaction() as session:
        sizes = session.scalars(
            text("SELECT cardinality(disclosures) FROM records.record WHERE sub = :sub ORDER BY seq"),
            {"sub": sub},
        ).all()
    assert len(sizes) == 3
    assert max(sizes) <= 128
    assert sum(sizes) == 60 * 5 + 2 * 3
