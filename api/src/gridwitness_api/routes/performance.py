"""Performance: figures by body and period, the events behind them, rankings, reports."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from gridwitness.members.roles import READERS
from gridwitness.performance.comparison import Compared
from gridwitness.performance.counted_events import count_of, counted_events
from gridwitness.performance.naming import Names, names_of
from gridwitness.performance.ranking import rank, score_named
from gridwitness.performance.report_forms import FORMS, written
from gridwitness.performance.reporting import make_report

from gridwitness_api.cursors import cursor_invalid, decode_cursor, encode_cursor
from gridwitness_api.parameters import TEXT_FORM, Cursor, Limit
from gridwitness_api.performance_questions import QuestionHere
from gridwitness_api.request_platform import CallerHere
from gridwitness_api.schemas.performance import (
    CountedEventList,
    CountedEventView,
    FigureList,
    FigureView,
    MetricsView,
    RankedView,
    Ranking,
)
from gridwitness_api.strict_body import StrictRoute

router = APIRouter(prefix="/api/v1/performance", tags=["performance"], route_class=StrictRoute)

By = Literal["agency", "unit", "grid", "worker", "post", "matter", "channel"]
ByQuery = Annotated[By, Query(description="按机关、单位、网格、人员、岗位、事项、渠道 Told apart by what")]
OfQuery = Annotated[
    str | None,
    Query(min_length=1, max_length=64, pattern=TEXT_FORM, description="只看此对象 Only of this one"),
]
MetricForm = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"
MetricQuery = Annotated[str, Query(max_length=64, pattern=MetricForm, description="指标 Metric")]
MetricsQuery = Annotated[
    list[Annotated[str, Query(max_length=64, pattern=MetricForm)]] | None,
    Query(max_length=200, description="只看这些指标 Only these metrics"),
]
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get("/metrics", summary="指标口径 The metric dictionary")
def metrics(
    caller: CallerHere,
    version: Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$", description="版本 Version")] = None,
) -> MetricsView:
    """现行或指定版本的指标口径：每项的分子、分母、依据；罚款数额不得作为指标。

    The dictionary in force, or one of its versions: numerator, denominator and source of every metric.
    """
    with caller.transaction() as (session, actor):
        actor.require(READERS)
        performance = caller.platform.performance
        found = performance.dictionary(session, version)
        document = performance.metrics.content(session, found.version)
        return MetricsView(version=found.version, document=document)


@router.get("/figures", summary="考核指标 Figures of a period")
def figures(
    caller: CallerHere,
    asked: QuestionHere,
    by: ByQuery = "agency",
    of: OfQuery = None,
    metric: MetricsQuery = None,
    compare: Annotated[bool, Query(description="含同比环比 With the period and the year before")] = False,
    cursor: Cursor = None,
    limit: Limit = 500,
) -> FigureList:
    """各项指标，可与上期、去年同期比较；人员指标仅负责人可查，本人可查自己的。

    Figures, if asked for beside those of the period before and of the year before. Those of people are for
    who leads them; everybody sees his own. A period that still runs ends now.
    """
    with caller.transaction() as (session, actor):
        found = asked.answerable(caller.platform, session, actor)
        if by == "worker":
            found.sight.require_people(of)
        if compare:
            told = found.performance.compared(
                session, found.dictionary, found.days, found.selection, [by], metric
            )
        else:
            present = found.performance.figures(session, found.dictionary, found.selection, [by], metric)
            told = [Compared(one, None, None) for one in present]
        after = _after(cursor)
        wanted = [
            one for one in told if of in (None, one.figure.of) and (one.figure.of, one.figure.metric) > after
        ]
        shown = [one.figure for one in wanted[:limit]]
        names = names_of(session, shown, found.dictionary, caller.platform.territories.at(session))
        following = f"{shown[-1].of}\n{shown[-1].metric}" if len(wanted) > limit else None
        return FigureList(
            **found.head(),
            items=[_figure(one, names) for one in wanted[:limit]],
            next=None if following is None else encode_cursor(following),
        )


@router.get("/ranking", summary="得分排名 Ranking by score")
def ranking(
    caller: CallerHere,
    asked: QuestionHere,
    score: MetricQuery = "overall",
    by: Annotated[Literal["unit", "grid", "matter", "channel"], Query(description="按 By what")] = "unit",
    limit: Limit = 100,
) -> Ranking:
    """按得分由高到低，附等次；人员不排名。 By score, best first, with grades; people are not ranked."""
    with caller.transaction() as (session, actor):
        found = asked.answerable(caller.platform, session, actor)
        formula = score_named(found.dictionary, score)
        told = found.performance.figures(session, found.dictionary, found.selection, [by], [score])
        names = names_of(session, told, found.dictionary, caller.platform.territories.at(session))
        items = [
            {
                "place": one.place,
                "of": one.of,
                "name": names.of(by, one.of),
                "value": one.value,
                "grade": None if one.grade is None else {"zh": one.grade.zh, "en": one.grade.en},
            }
            for one in rank(told, formula)[:limit]
        ]
        shown = [RankedView.model_validate(one) for one in items]
        return Ranking(**found.head(), score=score, by=by, items=shown)


@router.get("/events", summary="指标对应的事件 The events behind a figure")
def events(
    caller: CallerHere,
    asked: QuestionHere,
    metric: MetricQuery,
    part: Annotated[
        Literal["numerator", "denominator"], Query(description="分子或分母 Which part of the share")
    ] = "numerator",
    by: ByQuery = "agency",
    of: OfQuery = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> CountedEventList:
    """计入某项指标的事件，按编号。 The events that a figure counts, by number."""
    with caller.transaction() as (session, actor):
        found = asked.answerable(caller.platform, session, actor)
        if by == "worker":
            found.sight.require_people(of)
        count = count_of(found.dictionary, metric, part)
        counted = counted_events(
            session,
            count,
            found.selection,
            by if of is not None else "agency",
            of or "",
            after=None if cursor is None else decode_cursor(cursor),
            limit=limit + 1,
        )
        shown = [CountedEventView(sub=one.sub, number=one.number, rows=one.rows) for one in counted[:limit]]
        following = encode_cursor(shown[-1].number) if len(counted) > limit else None
        return CountedEventList(items=shown, next=following)


@router.get(
    "/report",
    summary="下载考核报告 Download a report",
    response_class=Response,
    responses={
        200: {
            "content": {media_type.partition(";")[0]: _BINARY for media_type in FORMS.values()},
            "description": "考核报告 The report",
        }
    },
)
def report(
    caller: CallerHere,
    asked: QuestionHere,
    form: Annotated[Literal["xlsx", "csv", "pdf"], Query(alias="format", description="格式 Form")] = "xlsx",
    language: Annotated[Literal["zh", "en"], Query(description="语言 Language")] = "zh",
) -> Response:
    """含图表的报告（XLSX、CSV、PDF）；人员各项仅在负责人下载时列出。

    A report with charts; figures of people are in it only for those who lead them.
    """
    with caller.transaction() as (session, actor):
        found = asked.answerable(caller.platform, session, actor)
        made = make_report(
            found.performance,
            session,
            found.dictionary,
            found.days,
            found.selection,
            caller.platform.territories.at(session),
            language=language,
            people=found.sight.people,
        )
    name = f"performance-{found.selection.agency}-{found.days.first}-{found.days.last}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    data = written(made, form, caller.platform.clock.now())
    return Response(data, media_type=FORMS[form], headers=headers)


def _figure(one: Compared, names: Names) -> FigureView:
    figure = one.figure
    return FigureView(
        by=figure.by,
        of=figure.of,
        name=names.of(figure.by, figure.of),
        metric=figure.metric,
        numerator=figure.numerator,
        denominator=figure.denominator,
        value=figure.value,
        before=one.before,
        change=one.change,
        year_before=one.year_before,
        year_change=one.year_change,
    )


def _after(cursor: str | None) -> tuple[str, str]:
    if cursor is None:
        return "", ""
    of, found, metric = decode_cursor(cursor).partition("\n")
    if not found:
        raise cursor_invalid()
    return of, metric
