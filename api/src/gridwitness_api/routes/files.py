"""Files: put before the record that names them, got by readers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial

from anyio import CapacityLimiter, from_thread, to_thread
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from gridwitness.errors import NotFound
from gridwitness.members.roles import READERS, SUBMITTERS
from gridwitness.platform import Platform
from gridwitness.records import add_file
from gridwitness.records.models import FileRow

from gridwitness_api.parameters import Sha256
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.files import StoredFile
from gridwitness_api.strict_body import content_type_of

router = APIRouter(prefix="/api/v1/files", tags=["files"])

_BYTES = {
    "application/octet-stream": {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
}
_UPLOADS_AT_ONCE = 8


def upload_limiter() -> CapacityLimiter:
    """Threads for uploads, apart from all others: slow senders hold up one another only."""
    return CapacityLimiter(_UPLOADS_AT_ONCE)


@router.put(
    "/{sha256}",
    summary="上传文件 Put a file",
    status_code=201,
    response_model=StoredFile,
    responses={200: {"model": StoredFile, "description": "文件已存在 The file was here already"}},
    openapi_extra={"requestBody": {"required": True, "content": _BYTES}},
)
async def put(sha256: Sha256, request: Request, caller: CallerHere) -> Response:
    """先上传文件，再提交引用它的记录；内容须与摘要一致，类型由内容判断。

    Put it before the record; the bytes must have this digest. What they are is told by the bytes: 415
    `file-type-refused` for programs, scripts, markup and whatever else an operator does not allow, 422
    `file-type-mismatch` where Content-Type says otherwise (`application/octet-stream` says nothing).
    """
    await run_in_threadpool(caller.require, SUBMITTERS)
    chunks = request.stream()

    def received() -> Iterator[bytes]:
        while chunk := from_thread.run(_next, chunks):
            yield chunk

    stored, new = await to_thread.run_sync(
        partial(_store, caller.platform, sha256, received(), content_type_of(request) or None),
        limiter=request.app.state.uploads,
    )
    return JSONResponse(stored.model_dump(), status_code=201 if new else 200)


@router.get(
    "/{sha256}",
    summary="下载文件 Get a file",
    response_class=Response,
    responses={200: {"content": _BYTES, "description": "文件内容 The bytes"}},
)
def get(sha256: Sha256, caller: CallerHere) -> Response:
    """供有读取角色者下载，从不在浏览器中打开。 For readers; always a download."""
    row = _readable(caller, sha256)
    chunks = caller.platform.files.open(sha256)
    first = next(chunks, b"")  # a missing file shows before the answer begins

    def content() -> Iterator[bytes]:
        yield first
        yield from chunks

    return StreamingResponse(content(), media_type=row.media_type, headers=_headers(row))


@router.head("/{sha256}", summary="文件信息 Look at a file", response_class=Response)
def look(sha256: Sha256, caller: CallerHere) -> Response:
    """大小和类型。 Its size and type."""
    row = _readable(caller, sha256)
    return Response(media_type=row.media_type, headers=_headers(row))


def _store(
    platform: Platform, sha256: str, chunks: Iterator[bytes], declared: str | None
) -> tuple[StoredFile, bool]:
    with platform.transaction() as session:
        new = session.get(FileRow, bytes.fromhex(sha256)) is None
    with platform.transaction() as session:
        digests = add_file(session, platform.files, sha256, chunks, platform.clock.now(), declared)
        row = session.get_one(FileRow, bytes.fromhex(sha256))
        stored = StoredFile(sha256=digests.sha256, sm3=digests.sm3, size=digests.size, type=row.media_type)
    return stored, new


def _readable(caller: CallerHere, sha256: str) -> FileRow:
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        row = session.get(FileRow, bytes.fromhex(sha256))
    if row is None or not caller.platform.files.path(sha256).is_file():
        raise NotFound("file-unknown", f"There is no file with SHA-256 {sha256}.", "PUT it first")
    return row


def _headers(row: FileRow) -> dict[str, str]:
    name = row.sha256.hex()
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(row.size),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }


async def _next(chunks: AsyncIterator[bytes]) -> bytes:
    return await anext(chunks, b"")
