"""Act 3: checkpoints' files come in, detection finds anomalies, human review upholds or excludes them.

Before that, one checkpoint is announced and passes both reviews: only then may its records be evidence.
"""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import import_module
from typing import Any

from gridwitness.records import rfc3339
from gridwitness.trucks.plates import normalise

from gridwitness_cli.demo.anomalies import CHECKPOINT, DETECTED_AT, REVIEWS, SEEN_AT, Review
from gridwitness_cli.demo.cast import CITY, REVIEWER, WANG, ZHANG, Role
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.story import Told, expect
from gridwitness_cli.demo.traffic import FEED, passage_file, register_files
from gridwitness_cli.truck.register_files import take_file

_STATES_ZH = {"suspected": "疑似", "upheld": "成立", "excluded": "排除"}


def announce_checkpoint(company: Company) -> None:
    """Registered with its place and mark; legal and technical review by two people (行政处罚法 Art. 41)."""
    now = company.stage.now()
    registered = {
        "device": CHECKPOINT,
        "category": "卡口抓拍",
        "place": "示范市城北路与同协路交叉口",
        "datum": "WGS84",
        "latitude": "30.3312",
        "longitude": "120.1871",
        "announced_at": rfc3339(now - timedelta(days=60)),
        "marked": "设有电子监控标志",
    }
    sub = _state(company, WANG, "device.registered.v1", registered, "new", "登记 registered")
    for reviewer, review, title in (
        (REVIEWER, "legal", "法制审核 legal"),
        (WANG, "technical", "技术审核 technical"),
    ):
        fields = {
            "device": CHECKPOINT,
            "review": review,
            "outcome": "passed",
            "reviewed_at": rfc3339(now),
            "valid_from": rfc3339(now),
            "valid_to": rfc3339(now + timedelta(days=365)),
            "standard": "GA/T 497",
        }
        _state(company, reviewer, "device.review.v1", fields, sub, title)


def _state(company: Company, signer: Role, kind: str, fields: dict[str, Any], sub: str, title: str) -> str:
    device = company.device(signer)
    name = f"{kind.rpartition('.')[0].replace('.', '-')}-{signer.username}"
    kept = device.send(device.sign(kind, fields, draft=name, subject=sub))
    told = Told(kept["jti"], f"卡口 checkpoint {CHECKPOINT} · {title}", signer.username, name)
    company.story.records.append(told)
    found: str = kept["sub"]
    return found


def report_anomalies(company: Company) -> None:
    """Two nights' files come in, detection runs, and people review; the first upheld one becomes a clue."""
    company.stage.go_to(DETECTED_AT)
    platform = company.stage.platform
    _take_registers(company)
    passages = _take_passages(company)
    module = import_module(
        "gridwitness.detector"
    )  # it loads frames, which the rest of the story does without
    done = module.Detector(platform).drain()
    anomalies = company.door(ZHANG.username).get("/anomalies", limit=500)["items"]
    for anomaly in anomalies:
        by_rule = company.story.counts.setdefault(f"anomalies_{anomaly['rule']}", 0)
        company.story.counts[f"anomalies_{anomaly['rule']}"] = by_rule + 1
    for review in REVIEWS:
        _review(company, review, anomalies)
    company.story.counts["truck_anomalies"] = len(anomalies)
    upheld = sum(review.outcome == "upheld" for review in REVIEWS)
    company.story.say(
        f"   {passages} 条过车，{len(anomalies)} 条疑似异常（{done.records} 条记录），"
        f"复核 {upheld} 成立、{len(REVIEWS) - upheld} 排除  "
        f"passages, anomalies; {upheld} upheld, {len(REVIEWS) - upheld} excluded after review"
    )


def _take_registers(company: Company) -> None:
    """As `gridwitness truck register` does, file by file."""
    folder = company.stage.folder / "registers"
    folder.mkdir(exist_ok=True)
    for register, text in register_files().items():
        file = folder / f"{register}.csv"
        file.write_text(text, encoding="utf-8")
        done = take_file(company.stage.platform, CITY, register, file)
        expect(done.bad == 0 and done.recorded > 0, "register-refused", f"{register}: {done}")


def _take_passages(company: Company) -> int:
    """A feed of files, registered by an officer, and one file of passages through its door."""
    fields = {
        "feed": FEED,
        "door": "file",
        "assurance": "network",
        "datum": "WGS84",
        "title": "市区卡口过车",
        "state": "open",
    }
    _state(company, WANG, "feed.registered.v1", fields, "new", "数据源登记 feed registered")
    file = company.stage.folder / "registers" / "passages.csv"
    file.write_text(passage_file(company.stage.at(SEEN_AT)), encoding="utf-8")
    told = json.loads(company.stage.run("ingest", "file", FEED, str(file), "--wait", "--json").stdout)
    expect(told["letters"] == {}, "passages-refused", f"{told}")
    passages: int = told["passages"]
    return passages


def _review(company: Company, review: Review, anomalies: list[dict[str, Any]]) -> None:
    plate = normalise(review.plate)
    found = [a for a in anomalies if (a["rule"], a["plate"]) == (review.rule, plate)]
    expect(bool(found), "anomaly-missing", f"Detection found no {review.rule} of {review.plate}.")
    anomaly = min(found, key=lambda one: str(one["occurred_at"]))
    if "anomaly" not in company.named:
        company.named |= {"anomaly": anomaly["sub"], "captured_at": anomaly["occurred_at"]}
    options = ["--uphold" if review.outcome == "upheld" else "--exclude", "--reason", review.reason]
    if review.second_source is not None:
        options += ["--second-source", review.second_source]
    answer = company.device(ZHANG).truck("review", anomaly["sub"], *options)
    recorded = company.door(ZHANG.username).get(f"/anomalies/{anomaly['sub']}")["records"]
    for jti, state in ((recorded[0]["jti"], "suspected"), (answer["jti"], review.outcome)):
        title = f"{review.rule} {review.plate} · {_STATES_ZH[state]} {state}"
        name = f"anomaly-{review.rule.lower().replace('_', '-')}-{state}"
        company.story.records.append(Told(jti, title, ZHANG.username, name))
