"""The logs of this deployment, and where each stands."""

from __future__ import annotations

from fastapi import APIRouter
from gridwitness.records import LogRow, log_named, rfc3339
from gridwitness_evidence import Seen, base64url

from gridwitness_api.log_standing import LogStanding, all_standings, standing_of
from gridwitness_api.parameters import LogName
from gridwitness_api.request_platform import PlatformHere
from gridwitness_api.schemas.logs import LogList, LogView, SeenHead

router = APIRouter(prefix="/api/v1/logs", tags=["logs"])


@router.get("", summary="全部日志 List the logs")
def list_(platform: PlatformHere) -> LogList:
    """无需登录。 Public, as heads are."""
    with platform.transaction() as session:
        return LogList(items=[_view(standing) for standing in all_standings(session)])


@router.get("/{name}", summary="查看日志 Show a log")
def show(name: LogName, platform: PlatformHere) -> LogView:
    """原点、公钥、最新上链树头（可直接写入 seen）。

    Origin, key, and the latest anchored head, ready for `seen`.
    """
    with platform.transaction() as session:
        log_named(session, name)
        return _view(standing_of(session, session.get_one(LogRow, name)))


def seen_head(seen: Seen | None) -> SeenHead | None:
    """An anchored head in the form of the claim `seen`."""
    return None if seen is None else SeenHead(size=seen.size, root=base64url.encode(seen.root))


def _view(standing: LogStanding) -> LogView:
    row = standing.row
    return LogView(
        name=row.name,
        origin=row.origin,
        agency=row.agency,
        vkey=row.vkey,
        maximum_merge_delay=row.maximum_merge_delay,
        predecessor=row.predecessor,
        size=standing.size,
        seen=seen_head(standing.seen),
        anchored_at=None if standing.anchored_at is None else rfc3339(standing.anchored_at),
    )
