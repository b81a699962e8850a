"""The log as C2SP tlog-tiles: tree heads and hash tiles are public, entries take a reader."""

from __future__ import annotations

import gzip
import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from gridwitness.errors import Forbidden, NotFound, Unauthenticated
from gridwitness.platform import Platform
from gridwitness.records import LogRow, log_named
from gridwitness_evidence import ENTRIES

from gridwitness_api.parameters import LogName
from gridwitness_api.request_platform import Caller, PlatformHere, PossibleCaller

router = APIRouter(prefix="/log", tags=["log"])

_INDEX = r"(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
_TILE = re.compile(rf"(?P<level>0|[1-9][0-9]?)/{_INDEX}")
_BUNDLE = re.compile(_INDEX)
_TEXT = "text/plain; charset=utf-8"
_BYTES = "application/octet-stream"
_YEAR = 365 * 24 * 3600
_PLAIN: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
_BINARY: dict[int | str, dict[str, Any]] = {
    200: {"content": {_BYTES: {"schema": {"type": "string", "contentMediaType": _BYTES}}}}
}

TilePath = Annotated[
    str, Path(max_length=64, description="<N>[.p/<W>]，见 C2SP tlog-tiles", examples=["x001/x234/067.p/8"])
]


@router.get(
    "/{name}/checkpoint", summary="最新树头 Newest tree head", response_class=Response, responses=_PLAIN
)
def checkpoint(name: LogName, platform: PlatformHere) -> Response:
    """C2SP 签名的树头，无需登录。 The signed tree head, public."""
    note = platform.tiles(name).published()
    if note is None:
        raise NotFound(
            "checkpoint-missing", f"Log {name} has no tree head.", "nothing is sequenced yet, or no such log"
        )
    return Response(note, media_type=_TEXT, headers={"Cache-Control": "public, max-age=1"})


@router.get("/{name}/vkey", summary="日志公钥 Key of the log", response_class=Response, responses=_PLAIN)
def vkey(name: LogName, platform: PlatformHere) -> Response:
    """C2SP 验证密钥，一行；信任它之前请另行核对。

    The verifier key; compare it with one obtained elsewhere.
    """
    with platform.transaction() as session:
        log_named(session, name)
        line = session.get_one(LogRow, name).vkey
    return Response(f"{line}\n", media_type=_TEXT, headers={"Cache-Control": "public, max-age=60"})


@router.get(
    "/{name}/tile/entries/{path:path}", summary="日志条目 Entries", response_class=Response, responses=_BINARY
)
def entries(
    name: LogName,
    path: TilePath,
    platform: PlatformHere,
    caller: PossibleCaller,
    accept_encoding: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """条目包；演示模式以外须有该机关的读取角色。

    An entry bundle; outside demo mode a reader of the agency's records only.
    """
    open_to_all = platform.settings.entry_readers_open
    if not open_to_all:
        _require_reader(name, caller)
    content = _tile(platform, name, ENTRIES, _BUNDLE.fullmatch(path))
    headers = {"Cache-Control": _immutable(open_to_all), "Vary": "Accept-Encoding, Authorization"}
    if _takes_gzip(accept_encoding):
        # mtime 0: the same bytes for the same bundle, as an immutable address promises.
        content = gzip.compress(content, compresslevel=6, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=_BYTES, headers=headers)


@router.get(
    "/{name}/tile/{path:path}", summary="哈希瓦片 Hash tile", response_class=Response, responses=_BINARY
)
def tile(name: LogName, path: TilePath, platform: PlatformHere) -> Response:
    """`<L>/<N>[.p/<W>]`，内容永不改变，无需登录。 A hash tile: public, and never changes."""
    found = _TILE.fullmatch(path)
    level = int(found["level"]) if found else 0
    content = _tile(platform, name, level, found if level <= 63 else None)
    return Response(content, media_type=_BYTES, headers={"Cache-Control": _immutable(open_to_all=True)})


def _tile(platform: Platform, name: str, level: int, found: re.Match[str] | None) -> bytes:
    missing = NotFound(
        "tile-missing", f"Log {name} has no such tile.", "fetch only what a tree head's size calls for"
    )
    if found is None:
        raise missing
    digits = found["index"].replace("x", "").replace("/", "")
    width = int(found["width"] or 256)
    # `x000/001` is another spelling of `001`: an address has one spelling.
    if (found["width"] and width > 255) or (len(digits) > 3 and digits.startswith("000")):
        raise missing
    try:
        content = platform.tiles(name).read_tile(level, int(digits), width)
    except NotFound:
        raise missing from None
    return content


def _require_reader(name: str, caller: Caller | None) -> None:
    if caller is None:
        raise Unauthenticated("token-missing", "Entries take a login.", "send a token of /api/v1/login")
    with caller.transaction() as (session, actor):
        if not actor.may_read(log_named(session, name).agency):
            raise Forbidden(
                "role-missing",
                f"Account {actor.username} may not read entries of log {name}.",
                "ask the agency's administrator for a role that reads",
            )


def _immutable(open_to_all: bool) -> str:
    return f"{'public' if open_to_all else 'private'}, max-age={_YEAR}, immutable"


def _takes_gzip(accept_encoding: str) -> bool:
    for offer in accept_encoding.lower().split(","):
        coding, _, weight = offer.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
