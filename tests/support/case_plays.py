"""Whole cases, step by step: what a lawful one looks like. `case_story.py` has the stage."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gridwitness.records import rfc3339
from support.case_story import Cast, Story
from support.platform import RunningPlatform

COMPANY = {
    "name": "示范渣土运输有限公司",
    "document_type": "统一社会信用代码",
    "document_number": "91330100MA2EXAMPLE",
    "address": "示范市江北区滨江路 8 号",
    "phone": "0571-80000000",
    "representative": "李某",
}
DRIVER = {
    "name": "王某",
    "document_type": "居民身份证",
    "document_number": "330100199001010011",
    "address": "示范市江北区和平路 3 号",
    "phone": "13800000000",
    "representative": None,
}


def play_summary(running: RunningPlatform, cast: Cast, *, fine: str = "100") -> Story:
    """A summary case (简易程序) of a citizen, from clue to archive: decided, served and paid on the spot."""
    story = Story(running, "summary")
    first, second = cast.first, cast.second
    story.step(first, "clue", facts="车辆沿途撒漏渣土", details=_clue("AIR-116"))
    story.step(
        first,
        "card-shown",
        first,
        second,
        cosigner=second,
        place="示范市滨江路与和平路口",
        party=DRIVER,
        details={"party_kind": "citizen"},
        basis=["AIR-116"],
    )
    story.step(
        first,
        "scene-record",
        first,
        second,
        cosigner=second,
        place="示范市滨江路与和平路口",
        facts="路面有散落渣土约三十米",
        files=[story.file("现场照片.txt")],
        details={"kind": "scene-record"},
    )
    penalty = {"fine": fine, "penalty_kinds": ["fine"]}
    story.step(first, "notice-and-defence", first, second, outcome="stated", details=penalty)
    story.step(
        first,
        "decision",
        first,
        second,
        cosigner=second,
        outcome="penalty",
        facts="撒漏属实",
        details=penalty,
    )
    story.step(first, "decision-service", first, second, cosigner=second, details={"receipt_signed": True})
    story.step(
        first,
        "payment",
        first,
        second,
        cosigner=second,
        outcome="full",
        details={"amount": fine, "method": "on-the-spot", "receipt_no": "浙财 000001"},
    )
    story.wait(days=1)
    story.step(first, "fine-handed-in", details={"amount": fine})
    story.step(first, "report")
    story.step(first, "publication")
    story.step(cast.head, "closure", cast.head, first, cosigner=first)
    story.step(first, "archive", details={"volume": "2026-简-001"})
    running.drain()
    return story


def play_general(running: RunningPlatform, cast: Cast) -> Story:
    """A general case (一般程序) of a company, from clue to archive.

    Hearing held, legal review returned once, fine paid late in instalments with surcharge after a dunning.
    """
    story = open_general(running, cast)
    inquire(story, cast)
    notify(story, cast)
    hear(story, cast)
    _defence(story, cast)
    story.step(
        cast.reviewer, "legal-review", cast.reviewer, cast.head, cosigner=cast.head, outcome="returned",
        facts="证据不足，补充调查", details={"first_time": True},
    )  # fmt: skip
    story.wait(days=1)
    inquire(story, cast)
    notify(story, cast)
    story.step(cast.first, "statement-defence", outcome="waived")
    story.step(cast.first, "hearing-waiver", outcome="waived")
    _defence(story, cast)
    decide(story, cast)
    collect(story, cast)
    story.step(cast.head, "closure", cast.head, cast.first, cosigner=cast.first)
    story.step(cast.first, "archive", details={"volume": "2026-般-001"})
    running.drain()
    return story


FINE = "60000"
_PENALTY = {"fine": FINE, "penalty_kinds": ["fine"]}


def open_general(running: RunningPlatform, cast: Cast, **clue: Any) -> Story:
    """Clue, verification, filing: the case has a number now."""
    story = verify_general(running, cast, **clue)
    file_general(story, cast)
    return story


def verify_general(running: RunningPlatform, cast: Cast, **clue: Any) -> Story:
    """Clue and verification: the case is to be filed."""
    story = Story(running, "general")
    story.step(cast.first, "clue", facts="群众举报偷倒渣土", details=_clue("SW-111") | clue)
    story.wait(days=1)
    story.step(cast.first, "verification", cast.first, cast.second, outcome="file", facts="现场核查属实")
    return story


def file_general(story: Story, cast: Cast, **given: Any) -> None:
    """The head files the case."""
    story.step(
        cast.head,
        "filing",
        cast.first,
        cast.second,
        cosigner=cast.first,
        party=COMPANY,
        details={"party_kind": "organisation"},
        basis=["SW-111"],
        **given,
    )


def inquire(story: Story, cast: Cast) -> None:
    """Evidence, interview, report at the end of the inquiry, review by the head."""
    first, second = cast.first, cast.second
    story.step(
        first, "evidence", first, second, files=[story.file("倾倒现场视频.txt")],
        details={"kind": "audiovisual", "title": "倾倒现场视频"},
    )  # fmt: skip
    story.step(first, "interview", first, second, facts="当事人承认运输", files=[story.file("询问笔录.txt")])
    story.step(first, "inquiry-report", first, second, cosigner=second, facts="调查终结")
    story.step(
        cast.head,
        "head-review",
        cast.head,
        first,
        cosigner=first,
        outcome="penalise",
        details={**_PENALTY, "public_interest": False, "complex": True, "major": False},
    )


def notify(story: Story, cast: Cast) -> None:
    """The notice before the decision is served, the hearing offered."""
    story.step(
        cast.first,
        "notice-service",
        cast.first,
        cast.second,
        cosigner=cast.second,
        details={**_PENALTY, "method": "direct", "receipt_signed": True, "hearing_offered": True},
    )


def hear(story: Story, cast: Cast) -> None:
    """Defence, request in time, notice seven working days ahead, hearing."""
    story.step(cast.first, "statement-defence", outcome="stated")
    story.wait(days=1)
    story.step(cast.first, "hearing-request")
    held = story.running.clock.now() + timedelta(days=13)
    story.step(cast.first, "hearing-notice", details={"hearing_at": rfc3339(held), "public": True})
    story.wait(days=13)
    story.step(cast.chair, "hearing", place="示范市城市管理局听证室", files=[story.file("听证笔录.txt")])


def decide(story: Story, cast: Cast) -> None:
    """Legal review, collective discussion, decision, service, publication."""
    first, second, head = cast.first, cast.second, cast.head
    story.step(
        cast.reviewer, "legal-review", cast.reviewer, head, cosigner=head, outcome="passed",
        facts="程序合法、事实清楚",
    )  # fmt: skip
    story.step(head, "collective-discussion", head, cast.third, outcome="penalty", facts="同意处罚")
    story.step(
        head, "decision", first, second, cosigner=first, outcome="penalty", facts="违法事实成立",
        details=_PENALTY, basis=["SW-111"],
    )  # fmt: skip
    story.step(
        first, "decision-service", first, second, cosigner=second,
        details={"method": "direct", "receipt_signed": True},
    )  # fmt: skip
    story.wait(days=2)
    story.step(first, "publication")


def collect(story: Story, cast: Cast) -> None:
    """A third on time, then overdue: surcharge, dunning, the rest in two payments."""
    first, second = cast.first, cast.second
    story.step(
        cast.head, "payment-plan", cast.head, first, outcome="instalments",
        details={"days": 10, "instalments": 3},
    )  # fmt: skip
    pay(story, cast, "partial", "20000")
    story.wait(days=30)
    owed = story.view()["money"]
    story.step(cast.head, "surcharge", details={"days": 5, "amount": owed["surcharge"]})
    story.step(first, "dunning", first, second, details={"method": "direct"})
    story.step(first, "dunning-reply")
    story.wait(days=3)
    pay(story, cast, "partial", "20000")
    owed = story.view()["money"]
    pay(story, cast, "full", "20000", surcharge=owed["surcharge"])


def pay(story: Story, cast: Cast, outcome: str, amount: str, **details: Any) -> None:
    """A payment at the bank."""
    story.step(
        cast.first,
        "payment",
        cast.first,
        cast.second,
        cosigner=cast.second,
        outcome=outcome,
        details={"amount": amount, "method": "bank", "receipt_no": f"银 {len(story.records)}", **details},
    )


def _defence(story: Story, cast: Cast) -> None:
    story.step(
        cast.first, "defence-review", cast.first, cast.second, outcome="not-adopted",
        details={"heavier": False},
    )  # fmt: skip


def _clue(article: str) -> dict[str, Any]:
    return {"source": "patrol", "matter": "muck-spill", "article": article, "district": "示范区"}
