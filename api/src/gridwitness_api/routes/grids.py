"""Grids, their outlines, and what a point lies in: kept by records, read here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from gridwitness.coordinates import to_wgs84
from gridwitness.grids import Grid, Territory
from gridwitness.grids.listing import Wanted, entries
from gridwitness.members.roles import READERS

from gridwitness_api.parameters import TEXT_FORM, AgencyQuery, Cursor, Limit
from gridwitness_api.register_pages import At, moment_of, page_of, period_views
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.grids import (
    GridFeatures,
    GridList,
    GridStep,
    GridView,
    OutlinedGridList,
    OutlinedGridView,
    PlaceView,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/grids", tags=["grids"], route_class=StrictRoute)

Number = Annotated[
    str, Path(pattern=TEXT_FORM, max_length=32, description="网格编号 Grid", examples=["330106001001001"])
]
Category = Annotated[
    Literal["base", "professional", "department", "enterprise"] | None,
    Query(description="网格类别 Kind of grid"),
]
Level = Annotated[int | None, Query(ge=1, le=6, description="层级 Level, 1 city … 6 part of a unit grid")]
GridQuery = Annotated[str | None, Query(pattern=TEXT_FORM, max_length=32)]
Latitude = Annotated[float, Query(ge=-90, le=90, description="纬度 Degrees", examples=[30.305])]
Longitude = Annotated[float, Query(ge=-180, le=180, description="经度 Degrees", examples=[120.105])]
Datum = Annotated[
    Literal["WGS84", "CGCS2000", "GCJ02", "BD09"], Query(description="坐标系 Datum of the coordinates")
]
_MILLION = 1_000_000


@router.get("", summary="网格列表 List grids")
def list_(
    caller: CallerHere,
    agency: AgencyQuery = None,
    at: At = None,
    category: Category = None,
    level: Level = None,
    parent: GridQuery = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> GridList:
    """一个机关登记的网格，不含边界。 An agency's grids without their outlines, by number."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        wanted = Wanted(agency, moment_of(at), category, level, parent)
        items, following = page_of(session, "grids", GridView, wanted, cursor, limit)
        return GridList(items=items, next=following)


@router.get("/at", summary="坐标所在网格 Grids at a point")
def at_point(
    caller: CallerHere, lat: Latitude, lon: Longitude, datum: Datum = "WGS84", at: At = None
) -> PlaceView:
    """各类网格中含该点的一个，及负责单位；不在任何网格内则为空。

    The grid of each kind that holds the point, and who answers for the base grid; empty outside all grids.
    """
    north, east = to_wgs84(lat, lon, datum)
    place = round(north * _MILLION), round(east * _MILLION)
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        territory = caller.platform.territories.at(session, moment_of(at))
    return place_view(territory, *place)


def place_view(territory: Territory, lat_e6: int, lon_e6: int) -> PlaceView:
    """What a point lies in."""
    found = territory.locate_all(lat_e6, lon_e6)
    base = found.get("base")
    return PlaceView(
        lat_e6=lat_e6,
        lon_e6=lon_e6,
        grids={category: _step(grid) for category, grid in found.items()},
        path=[] if base is None else [_step(grid) for grid in territory.path(base.number)],
        unit=None if base is None else territory.unit_for(base.number),
        centre=None if base is None else territory.centre_of(base.number) or None,
    )


@router.get("/features", summary="网格边界 Outlines of grids (GeoJSON)")
def features(
    caller: CallerHere,
    agency: AgencyQuery = None,
    category: Category = "base",
    level: Level = None,
    below: GridQuery = None,
    at: At = None,
) -> GridFeatures:
    """有边界的网格，WGS 84。 Grids that have an outline, in degrees WGS 84, as GeoJSON (RFC 7946)."""
    with caller.transaction() as (session, actor):
        agency = agency or actor.agency
        actor.require(READERS, agency)
        territory = caller.platform.territories.at(session, moment_of(at))
    inside = None if below is None else territory.below(below)
    wanted = [
        grid
        for _, grid in sorted(territory.grids.items())
        if grid.agency == agency
        and category in (None, grid.category)
        and level in (None, grid.level)
        and (inside is None or grid.number in inside)
        and territory.area(grid.number) is not None
    ]
    return GridFeatures(type="FeatureCollection", features=[_feature(territory, grid) for grid in wanted])


@router.get("/{number}", summary="查看网格 Show a grid")
def show(number: Number, caller: CallerHere) -> OutlinedGridList:
    """一个编号的各个时期，含边界。 Every period of the number, with its outline."""
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        rows = [row for row in entries(session, "grids", number) if actor.has(READERS, row.agency)]
        return OutlinedGridList(items=period_views(OutlinedGridView, rows), next=None)


def _step(grid: Grid) -> GridStep:
    return GridStep(
        grid=grid.number, category=grid.category, level=grid.level, name=grid.name, unit=grid.unit
    )


def _feature(territory: Territory, grid: Grid) -> dict[str, Any]:
    area = territory.area(grid.number) or []
    degrees = [
        [[[lon / _MILLION, lat / _MILLION] for lon, lat in ring] for ring in polygon] for polygon in area
    ]
    return {
        "type": "Feature",
        "id": grid.number,
        "properties": _step(grid).model_dump(),
        "geometry": {"type": "MultiPolygon", "coordinates": degrees},
    }
