"""Records: handed in, read, proved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from gridwitness.members import Actor, token_invalid
from gridwitness.members.roles import SIGNERS
from gridwitness.platform import Platform
from gridwitness.records import Outcome, stored_record

from gridwitness_api.batch_acceptance import accept_batch
from gridwitness_api.parameters import Cursor, Jti, KindQuery, Limit, LogQuery, Personal, SubjectQuery
from gridwitness_api.personal_fields import note_personal_reading, personal_fields, without_fields
from gridwitness_api.presented_records import NDJSON, SD_JWT, read_lines, read_one
from gridwitness_api.problems import instance_of, problem, status_of
from gridwitness_api.record_list import (
    RecordFilter,
    anchored_sizes,
    list_records,
    readable_record,
    record_view,
    state_of,
)
from gridwitness_api.refused_steps import note_refusals
from gridwitness_api.request_platform import CallerHere, PlatformHere
from gridwitness_api.schemas.records import (
    AcceptedRecord,
    BatchResult,
    RecordPage,
    RecordView,
    State,
)
from gridwitness_api.strict_body import JSON, StrictRoute, require_content_type

router = APIRouter(prefix="/api/v1/records", tags=["records"], route_class=StrictRoute)

_PRESENTATION = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln~WyJzYWx0Il0~"
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            SD_JWT: {"schema": {"type": "string", "examples": [_PRESENTATION]}},
            JSON: {"schema": {"$ref": "#/components/schemas/RecordEnvelope"}},
            NDJSON: {"schema": {"type": "string", "examples": [f'"{_PRESENTATION}"\n']}},
        },
    }
}


@dataclass(frozen=True, slots=True)
class Presented:
    """What somebody with the right to hand it in sent."""

    by: str
    """Account id."""
    content_type: str
    body: bytes


async def presented(request: Request, caller: CallerHere) -> Presented:
    """The body, read only after the caller has shown the right to hand in records."""
    content_type = require_content_type(request, SD_JWT, JSON, NDJSON)
    actor: Actor | None = await request.app.state.actors.ask(caller.token)
    if actor is None:
        raise token_invalid()
    actor.require(SIGNERS)
    return Presented(str(actor.account), content_type, await request.body())


@router.post(
    "",
    summary="提交记录 Hand in records",
    status_code=201,
    response_model=AcceptedRecord,
    responses={
        200: {
            "model": BatchResult,
            "description": "批量结果；或同一记录再次提交 A batch, or the same record again",
        }
    },
    openapi_extra=_BODY,
)
async def submit(
    request: Request, platform: PlatformHere, sent: Annotated[Presented, Depends(presented)]
) -> Response:
    """一条 SD-JWT（或带来源说明的 JSON）得到回执；NDJSON 批量逐行返回结果。

    One SD-JWT (or a JSON envelope with provenance) gives a receipt: 201, or 200 with the same receipt when
    these very bytes were accepted before. An NDJSON batch (each line a JSON string or envelope; at most
    10,000 lines and 64 MiB) gives 200 with a result for every line.
    """
    if sent.content_type == NDJSON:
        return await run_in_threadpool(_submit_batch, request, platform, sent)
    return await _submit_one(request, sent)


@router.get("", summary="查询记录 List records")
def list_(
    caller: CallerHere,
    log: LogQuery = None,
    kind: KindQuery = None,
    sub: SubjectQuery = None,
    state: Annotated[State | None, Query(description="受理状态 How far")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> RecordPage:
    """可读的记录，新的在前。 The records this account may read, newest first."""
    with caller.transaction() as (session, actor):
        return list_records(session, actor, RecordFilter(log, kind, sub, state), cursor, limit)


@router.get("/{jti}", summary="查看记录 Show a record")
def show(jti: Jti, caller: CallerHere, personal: Personal = False) -> RecordView:
    """状态、明文声明和仍然存在的字段；案件的个人信息另行申请并留痕。

    State, clear claims, and the fields that are still there; personal fields of a case only with
    `personal=true`.
    """
    with caller.transaction() as (session, actor):
        row = readable_record(session, actor, jti)
        if personal:
            note_personal_reading(caller.platform, session, actor, row)
        return record_view(session, row, personal=personal)


@router.get("/{jti}/receipt", summary="取回执 Get the receipt again")
def receipt(jti: Jti, caller: CallerHere) -> AcceptedRecord:
    """与受理时相同的回执。 The same receipt as on acceptance."""
    with caller.transaction() as (session, actor):
        row = readable_record(session, actor, jti)
        return AcceptedRecord(
            jti=jti,
            state=state_of(row, anchored_sizes(session)),
            log=row.log,
            receipt=row.receipt,
        )


@router.get(
    "/{jti}/evidence",
    summary="下载证据包 Download the evidence bundle",
    response_class=Response,
    responses={
        200: {
            "content": {JSON: {"schema": {"type": "object"}}},
            "description": "证据包 Evidence bundle, docs/format.md section 9",
        }
    },
)
def evidence(jti: Jti, caller: CallerHere, personal: Personal = False) -> Response:
    """一个可离线核实的文件；尚未上链时为 409 `not-anchored-yet`；案件的个人信息另行申请并留痕。

    One file that can be verified offline; personal fields of a case only with `personal=true`.
    """
    with caller.transaction() as (session, actor):
        row = readable_record(session, actor, jti)
        bundle = caller.platform.bundles.make(session, row)
        if personal:
            note_personal_reading(caller.platform, session, actor, row)
        else:
            record = stored_record(row)
            bundle = replace(bundle, record=without_fields(record, personal_fields(record)).presentation)
    headers = {"Content-Disposition": f'attachment; filename="{jti}.bundle.json"'}
    return Response(bundle.to_json(), media_type=JSON, headers=headers)


async def _submit_one(request: Request, sent: Presented) -> Response:
    """Together with what others hand in meanwhile."""
    outcome: Outcome = await request.app.state.intake.ask(read_one(sent.body, sent.content_type, sent.by))
    request.app.state.metrics.outcomes([outcome])
    if outcome.error is not None:
        await run_in_threadpool(note_refusals, request.app.state.platform, [outcome], sent.by)
        raise outcome.error
    assert outcome.record is not None and outcome.receipt is not None
    claims = outcome.record.claims
    answer = AcceptedRecord(
        jti=claims.jti, state="accepted", log=claims.aud.rpartition("/")[2], receipt=outcome.receipt
    )
    return JSONResponse(
        answer.model_dump(mode="json"),
        status_code=200 if outcome.replayed else 201,
        headers={"Location": f"/api/v1/records/{claims.jti}"},
    )


def _submit_batch(request: Request, platform: Platform, sent: Presented) -> Response:
    lines = list(read_lines(sent.body, sent.by))
    submissions = [read for _, read in lines if not isinstance(read, Exception)]
    taken = accept_batch(platform, submissions) if submissions else []
    waiting = iter(taken)
    outcomes = [Outcome(error=read) if isinstance(read, Exception) else next(waiting) for _, read in lines]
    request.app.state.metrics.outcomes(outcomes)
    note_refusals(platform, outcomes, sent.by)
    instance = instance_of(request)
    # Plain values: making models of ten thousand lines takes longer than reading them.
    return JSONResponse(
        {
            "accepted": sum(o.error is None and not o.replayed for o in outcomes),
            "replayed": sum(o.replayed for o in outcomes),
            "refused": sum(o.error is not None for o in outcomes),
            "results": [
                _line_result(number, outcome, instance)
                for (number, _), outcome in zip(lines, outcomes, strict=True)
            ],
        }
    )


def _line_result(number: int, outcome: Outcome, instance: str) -> dict[str, Any]:
    """As `LineResult`."""
    refused: dict[str, Any] | None = None
    if outcome.error is not None:
        refused = problem(outcome.error, instance)
        status = status_of(outcome.error)
    else:
        status = 200 if outcome.replayed else 201
    return {
        "line": number,
        "status": status,
        "jti": None if outcome.record is None else outcome.record.claims.jti,
        "receipt": outcome.receipt,
        "problem": refused,
    }
