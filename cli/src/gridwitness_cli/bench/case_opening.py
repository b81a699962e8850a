"""A case of hundreds of records: its file made, shown and verified, beside the bare SQL that reads them."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from gridwitness.records.models import RecordRow
from gridwitness_evidence import SigningKey
from sqlalchemy import func, select

from gridwitness_cli.bench.case_force import CaseForce
from gridwitness_cli.bench.case_stories import INQUIRY_ENDS, evidence, general_opening
from gridwitness_cli.bench.handing_in import post_records
from gridwitness_cli.bench.http_reading import Reader
from gridwitness_cli.bench.measurement import Measurement
from gridwitness_cli.bench.stage import Stage
from gridwitness_cli.bench.verifier_run import verify

_TURNS = 5
"""Openings of each kind for every repeat: they take milliseconds."""
_BARE = """
    SELECT entry, disclosures, received_at, receipt, leaf_index
    FROM records.record WHERE sub = %s ORDER BY seq
"""


def opening_rows(stage: Stage, force: CaseForce, records: int, repeats: int) -> list[Measurement]:
    """Build one case of at least `records` records, then open it in turns; all anchored and registered."""
    sub = _build(stage, force, records)
    stage.anchor_all()
    count = _count(stage, sub)
    file = stage.home / f"{sub}.case.json"
    made, shown, bare, checked, signatures = [], [], [], [], []
    with psycopg.connect(stage.parts.urls.app) as plain:
        for _ in range(repeats):
            # A connection each time: while the verifier is at work, the server closes an idle one.
            with Reader(stage.ports[0], stage.token) as reader:
                for _ in range(_TURNS):
                    made.append(_timed(lambda: _make(stage, sub, file)))
                    shown.append(reader.get(f"/api/v1/cases/{sub}")[0])
                    bare.append(_timed(lambda: _read(plain, sub, count)))
            checked.append(verify("bundle", file, "--trust", stage.parts.settings.trust_file).seconds)
            signatures.append(_bare_checks(count))
    what = f"case of {count} records"
    beside = "bare SQL that reads these records"
    return [
        Measurement(f"{what}: its file made / 案卷导出", _ms(made), "ms", beside, _ms(bare)),
        Measurement(f"{what}: shown over HTTP / 案件查看", _ms(shown), "ms", beside, _ms(bare)),
        Measurement(
            f"{what}: file verified offline, start-up included / 案卷离线核实",
            _ms(checked),
            "ms",
            f"{count} bare ES256 signature checks",
            _ms(signatures),
        ),
    ]


def _build(stage: Stage, force: CaseForce, records: int) -> str:
    """From clue to the end of the inquiry, with as much evidence as it takes; cosigned where it is filed."""
    sub = secrets.token_hex(16)
    for step, form in general_opening():
        _take(stage, force, sub, step, form, cosigned=step == "filing")
    number = 0
    while _count(stage, sub) < records - _LAST:
        number += 1
        _take(stage, force, sub, *evidence(force.photo, number), cosigned=False)
    _take(stage, force, sub, *INQUIRY_ENDS, cosigned=True)
    return sub


_LAST = 4
"""Records that the end of the inquiry brings: the step and its cosignature, each with its effect."""


def _take(
    stage: Stage, force: CaseForce, sub: str, step: str, form: Mapping[str, Any], *, cosigned: bool
) -> None:
    statements = force.signing().steps("general", [sub], step, form)
    post_records(stage, statements)
    if cosigned:
        post_records(stage, force.signing().cosign(statements))


def _make(stage: Stage, sub: str, file: Path) -> None:
    """As `GET /api/v1/cases/{sub}/file` does, without the door and without noting who read it."""
    with stage.platform.transaction() as session:
        content = stage.platform.cases.case_file(session, sub, show_personal=True)
    file.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _read(plain: psycopg.Connection, sub: str, count: int) -> None:
    rows = plain.execute(_BARE, (sub,)).fetchall()
    plain.commit()
    assert len(rows) == count


def _count(stage: Stage, sub: str) -> int:
    with stage.platform.transaction() as session:
        return session.scalar(select(func.count()).where(RecordRow.sub == sub)) or 0


def _bare_checks(count: int) -> float:
    key = SigningKey.generate("ES256")
    data = b"x" * 1000
    signature = key.sign(data)
    return _timed(lambda: [key.public.verify(signature, data) for _ in range(count)])


def _timed(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def _ms(seconds: Sequence[float]) -> float:
    return median(seconds) * 1000
