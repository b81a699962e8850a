"""Figures of a period through the door and as a record, whose file a plain recount gives again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from gridwitness.errors import Conflict, GridWitnessError, InvalidInput
from gridwitness.events.models import EventRow
from gridwitness.performance import Days
from gridwitness.performance.dictionary import NAME, bundled_dictionary, bundled_metrics
from gridwitness.records import change, current_log, latest_seen
from gridwitness_api import create_app
from gridwitness_cli.performance import commands, questions, snapshot_commands
from support.event_rows import BEGINS, ENDS
from support.performance_story import FIRST, LAST, PerformanceStory, performance_story
from support.platform import CITY
from support.recount import recount
from typer.testing import CliRunner


@pytest.fixture(scope="module")
def story() -> Iterator[PerformanceStory]:
    with performance_story() as told:
        yield told


def test_its_file_is_what_a_plain_recount_gives(story: PerformanceStory) -> None:
    platform = story.running.platform
    with platform.sessions() as session:
        size = latest_seen(session, current_log(session, CITY).name).size  # type: ignore[union-attr]
    row = story.fix()
    assert (row.number, row.size, row.metrics) == (1, size, bundled_dictionary().version)
    assert (row.period_from, row.period_to) == (BEGINS, ENDS)
    data = b"".join(platform.files.open(row.result))
    assert hashlib.sha256(data).hexdigest() == row.result == row.files[0]["sha256"]
    document = json.loads(data)
    assert document["format"] == "gridwitness-figures/1"
    assert document["period"] == ["2026-10-31T16:00:00Z", "2026-11-30T16:00:00Z"]
    found = {
        (one["by"], one["of"], one["metric"]): (one["numerator"], one["denominator"], one["value"])
        for one in document["figures"]
    }
    assert found == recount(bundled_metrics(), story.rows, CITY, BEGINS, ENDS)
    assert [*found] == sorted(found) and len(found) > 300
    with platform.sessions() as session:
        fixed = platform.performance.fixed_figures(session, CITY, 1)
    assert {(one.by, one.of, one.metric) for one in fixed} == found.keys()


PATH = "/api/v1/performance"
NOVEMBER = {"month": "2026-11"}


@pytest.fixture(scope="module")
def ask(story: PerformanceStory) -> Any:
    client = TestClient(create_app(story.running.platform))
    chief = story.person("duty_chief").token

    def send(path: str, status: int = 200, *, token: str | None = None, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {token or chief}"}
        body = query.pop("body", None)
        method, given = ("GET", {}) if body is None else ("POST", {"json": body})
        answer = client.request(method, PATH + path, params=query, headers=headers, **given)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.headers["content-type"].endswith("json") else answer

    return send


def test_figures_page_by_page(ask: Any, story: PerformanceStory) -> None:
    wanted = recount(bundled_metrics(), story.rows, CITY, BEGINS, ENDS)
    for by in ("agency", "unit", "grid", "worker", "post"):
        told, cursor = {}, None
        while True:
            page = ask("/figures", by=by, limit=70, **NOVEMBER, **({"cursor": cursor} if cursor else {}))
            told |= {
                (by, one["of"], one["metric"]): (one["numerator"], one["denominator"], one["value"])
                for one in page["items"]
            }
            cursor = page["next"]
            if cursor is None:
                break
        assert told == {key: value for key, value in wanted.items() if key[0] == by}
    few = ask("/figures", by="unit", of="U1", metric=["handling_rate", "urged"], **NOVEMBER)["items"]
    assert {one["of"] for one in few} == {"U1"} and {one["metric"] for one in few} <= {
        "handling_rate",
        "urged",
    }


def test_beside_the_period_and_the_year_before(ask: Any) -> None:
    items = ask(
        "/figures", metric=["handle_need"], compare=True, **{"from": "2026-12-01", "to": "2026-12-04"}
    )
    (one,) = items["items"]
    assert int(one["change"]) == int(one["value"]) - int(one["before"])
    assert int(one["year_before"]) == 0


def test_the_events_behind_a_figure(ask: Any, story: PerformanceStory) -> None:
    (figure,) = ask("/figures", by="unit", of="U1", metric=["handling_rate"], **NOVEMBER)["items"]
    for part in ("numerator", "denominator"):
        rows, cursor = 0, None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = ask(
                "/events", metric="handling_rate", part=part, by="unit", of="U1", limit=2, **NOVEMBER, **more
            )
            rows += sum(one["rows"] for one in page["items"])
            cursor = page["next"]
            if cursor is None:
                break
        assert rows == figure[part]
    assert ask("/events", 404, metric="nothing")["code"] == "metric-unknown"
    assert ask("/events", 422, metric="urged", part="denominator")["code"] == "metric-part"


def test_who_may_see_what(ask: Any, story: PerformanceStory) -> None:
    worker, scoped = story.person("handler"), story.person("duty_chief", "330106001")
    wanted = {"by": "worker", **NOVEMBER}
    assert ask("/figures", 403, token=worker.token, **wanted)["code"] == "figures-of-people"
    assert ask("/figures", token=worker.token, of=worker.account, **wanted)["items"] == []
    assert ask("/figures", 403, token=story.person("carrier").token)["code"] == "role-missing"
    only = [one for one in story.rows["event"] if one["grid"] == "330106001"]
    subs = {one["sub"] for one in only}
    rows = {table: [one for one in some if one["sub"] in subs] for table, some in story.rows.items()}
    told = ask("/figures", token=scoped.token, **NOVEMBER)["items"]
    part = recount(bundled_metrics(), rows, CITY, BEGINS, ENDS)
    assert {one["metric"]: one["value"] for one in told} == {
        metric: value for (by, _, metric), (_, _, value) in part.items() if by == "agency"
    }
    body = {"first": "2026-11-01", "last": "2026-11-30"}
    assert ask("/snapshots", 403, token=worker.token, body=body)["code"] == "role-missing"
    assert ask("/snapshots", 403, token=scoped.token, body=body)["code"] == "role-scope"


def test_ranking_has_grades(ask: Any) -> None:
    items = ask("/ranking", **NOVEMBER)["items"]
    assert [one["place"] for one in items] == sorted(one["place"] for one in items) and items
    assert all(one["grade"]["zh"] in ("优秀", "良好", "合格", "不合格") for one in items)
    assert ask("/ranking", 404, score="luck")["code"] == "score-unknown"


@pytest.mark.parametrize(("form", "magic"), [("csv", b"\xef\xbb\xbf"), ("pdf", b"%PDF")])
def test_reports(ask: Any, story: PerformanceStory, form: str, magic: bytes) -> None:
    answer = ask("/report", format=form, language="en", **NOVEMBER)
    assert answer.content.startswith(magic)
    assert f"performance-{CITY}-2026-11-01-2026-11-30.{form}" in answer.headers["content-disposition"]


def test_the_dictionary_and_bad_questions(ask: Any) -> None:
    found = ask("/metrics")
    assert found == {"version": bundled_dictionary().version, "document": bundled_metrics()}
    for query in ({"month": "2026-13"}, {"month": "2026-11", "from": "2026-11-01"}, {"from": "2026-02-30"}):
        assert ask("/figures", 422, **query)["code"] == "period-invalid"
    assert ask("/figures", 404, grid="nowhere")["code"] == "grid-unknown"
    assert ask("/metrics", 404, version="0" * 64)["code"] == "metrics-unknown"
    assert ask("/figures", 400, cursor="Zm9v")["code"] == "cursor-invalid"


@pytest.fixture
def run(story: PerformanceStory, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A command on this platform, which it would else find by its run file and close behind it."""

    @contextmanager
    def attached(*_: Any) -> Iterator[Any]:
        yield story.running.platform

    for module in (commands, questions, snapshot_commands):
        monkeypatch.setattr(module, "attached_platform", attached)

    def invoke(*arguments: str, code: int = 0) -> str:
        result = CliRunner(env={"COLUMNS": "240"}).invoke(commands.app, [*arguments])
        assert result.exit_code == code, result.output
        return result.output if code == 0 else str(result.exception)

    return invoke


def test_commands_say_what_the_door_says(run: Callable[..., str], ask: Any, tmp_path: Path) -> None:
    month = ("--month", "2026-11")
    told = json.loads(run("figures", "--by", "unit", *month, "--json"))["figures"]
    shown = ask("/figures", by="unit", compare=True, **NOVEMBER)["items"]
    assert told == shown and shown
    assert "按期处置率" in run("figures", *month)
    ranked = json.loads(run("ranking", *month, "--json"))
    assert [one["value"] for one in ranked] == [one["value"] for one in ask("/ranking", **NOVEMBER)["items"]]
    counted = json.loads(run("events", "handle_need", *month, "--json"))
    assert counted == ask("/events", metric="handle_need", limit=500, **NOVEMBER)["items"]
    assert json.loads(run("metrics", "--json")) == bundled_metrics()
    for form in ("xlsx", "csv"):
        run("report", str(tmp_path / f"november.{form}"), *month)
        assert (tmp_path / f"november.{form}").stat().st_size > 1000
    assert "can't be written" in run("report", str(tmp_path / "november.doc"), *month, code=1)
    made = run("snapshot", "--month", "2026-09", "--title", "2026年9月")
    (newest, *_) = json.loads(run("list", "--json"))
    assert newest["title"] == "2026年9月" and newest["record"] in made
    fixed = json.loads(run("show", str(newest["number"]), "--json"))
    assert fixed["result"] == newest["result"] and fixed["figures"]
    document = tmp_path / "metrics.json"
    document.write_text(json.dumps(bundled_metrics()), encoding="utf-8")
    assert "has this content already" in run("publish", str(document), code=1)


def test_it_waits_for_steps_that_are_not_anchored(story: PerformanceStory) -> None:
    platform = story.running.platform
    event = next(one for one in story.rows["event"] if one["agency"] == CITY and one["reported_at"] < ENDS)
    with platform.transaction() as session:
        log = current_log(session, CITY)
        titled = change(EventRow, {"sub": event["sub"]}, title="井盖缺失")
        platform.acceptance.machine_step(session, log, event["sub"], [titled], by=None)
    with pytest.raises(GridWitnessError) as refused:
        story.fix()
    assert refused.value.code == "snapshot-behind"
    story.running.drain()
    assert story.fix().number > 1


def test_snapshots_are_made_and_listed(ask: Any) -> None:
    body = {"first": "2026-10-01", "last": "2026-10-31", "title": "2026年10月考核"}
    made = ask("/snapshots", 201, body=body)
    assert made["title"] == body["title"] and made["file"]["sha256"] == made["result"]
    assert ask(f"/snapshots/{made['number']}") == made
    page = ask("/snapshots", limit=1)
    assert (
        page["items"] == [made] and len(ask("/snapshots", cursor=page["next"])["items"]) == made["number"] - 1
    )
    assert ask("/snapshots/77", 404)["code"] == "snapshot-unknown"
    refused = ask("/snapshots", 409, body=body | {"last": "2027-10-31"})
    assert refused["code"] == "period-running"


def test_a_period_that_still_runs_is_not_fixed(story: PerformanceStory) -> None:
    today = story.running.platform.performance.today()
    with pytest.raises(Conflict) as refused:
        story.fix(Days(today, today))
    assert refused.value.code == "period-running"


def test_metrics_of_an_agency_are_published_and_govern_later_snapshots(story: PerformanceStory) -> None:
    platform = story.running.platform
    document = bundled_metrics()
    document["metrics"]["urged"]["zh"] = "催办次数"
    bad = bundled_metrics()
    bad["metrics"]["fines_total"] = bad["metrics"]["urged"]
    with platform.transaction() as session, pytest.raises(InvalidInput) as refused:
        platform.performance.metrics.publish(session, CITY, bad, FIRST, by=None)
    assert refused.value.code == "metric-fines"
    since = LAST + timedelta(days=1)
    with platform.transaction() as session:
        version = platform.performance.metrics.publish(session, CITY, document, since, by=None)
    with platform.sessions() as session:
        assert platform.performance.dictionary(session).version == version
        assert platform.performance.metrics.in_force(session, LAST).version == bundled_dictionary().version
        assert [one.name for one in platform.rules.versions_of(session, NAME)] == [NAME, NAME]
    assert story.fix().metrics == bundled_dictionary().version
