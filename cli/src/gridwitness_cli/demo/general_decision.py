"""The general case from the legal review on: returned once, noticed again, decided, paid late, archived.

Labour Day (1–5 May) and its shifted working day, Saturday 9 May, lie within the terms to publish and to pay.
"""

from __future__ import annotations

from gridwitness_cli.demo.casebook import Case, Evidence, Step
from gridwitness_cli.demo.cast import AUDITOR, HEAD, LI, REVIEWER, ZHANG
from gridwitness_cli.demo.general_inquiry import (
    CARRYING,
    CLUE,
    DUMPING,
    FINING,
    FIRM,
    HEARING,
    INQUIRY,
)
from gridwitness_cli.demo.general_papers import CLEARING_RECORD

_FACTS = "当事人未经核准承运建筑垃圾 6 车次，其中 2 车次随意倾倒，已清除"

SECOND_ROUND = (
    Step(
        "04-15 10:00",
        REVIEWER,
        "legal-review",
        "returned",
        officers=(REVIEWER, HEAD),
        cosigner=HEAD,
        facts="当事人已清除渣土的主张未经复查取证，退回补充调查",
    ),
    Step(
        "04-16 09:30",
        ZHANG,
        "evidence",
        details={"kind": "scene-record", "title": "整改复查记录"},
        files=(Evidence("整改复查记录.txt", CLEARING_RECORD),),
    ),
    Step(
        "04-16 15:00",
        ZHANG,
        "inquiry-report",
        cosigner=LI,
        facts="补充调查终结：倾倒的渣土确已清除，建议罚款五万元",
    ),
    Step(
        "04-17 09:00",
        HEAD,
        "head-review",
        "penalise",
        cosigner=LI,
        details={
            "fine": "50000",
            "penalty_kinds": ["fine"],
            "public_interest": False,
            "complex": True,
            "major": False,
        },
    ),
    Step(
        "04-17 14:00",
        LI,
        "notice-service",
        cosigner=ZHANG,
        details={
            "method": "direct",
            "receipt_signed": True,
            "fine": "50000",
            "penalty_kinds": ["fine"],
            "hearing_offered": True,
        },
        basis=(CARRYING, DUMPING, FINING),
        paper=True,
    ),
    Step("04-20 09:00", LI, "hearing-waiver", "waived", officers=(LI,)),
    Step("04-20 09:10", LI, "statement-defence", "waived", officers=(LI,)),
    Step("04-20 10:00", ZHANG, "defence-review", "none", details={"heavier": False}),
    Step(
        "04-21 10:00",
        REVIEWER,
        "legal-review",
        "passed",
        officers=(REVIEWER, HEAD),
        cosigner=HEAD,
        facts="事实清楚、证据确凿、程序合法、裁量适当",
    ),
    Step(
        "04-22 10:00",
        HEAD,
        "collective-discussion",
        "penalty",
        officers=(HEAD, ZHANG),
        facts="负责人集体讨论：同意罚款五万元",
    ),
)

DECISION = (
    Step(
        "04-23 10:00",
        HEAD,
        "decision",
        "penalty",
        cosigner=ZHANG,
        details={"fine": "50000", "penalty_kinds": ["fine"], "publish": True},
        facts=_FACTS,
        basis=(CARRYING, DUMPING, FINING, "行政处罚法第五十七条"),
        paper=True,
    ),
    Step(
        "04-24 10:00",
        ZHANG,
        "decision-service",
        cosigner=LI,
        details={"method": "direct", "receipt_signed": True},
        paper=True,
    ),
    Step(
        "05-06 09:30",
        LI,
        "publication",
        officers=(LI,),
        details={"url": "https://cgj.example.gov.cn/xzcf/2026/1"},
    ),
)

EXECUTION = (
    Step(
        "05-08 11:00",
        LI,
        "payment",
        "partial",
        cosigner=ZHANG,
        details={"amount": "30000", "method": "bank", "receipt_no": "浙财 0200001"},
    ),
    Step("05-12 09:00", ZHANG, "dunning", details={"method": "direct"}, paper=True),
    Step(
        "05-13 09:00",
        AUDITOR,
        "supervision-opinion",
        officers=(AUDITOR,),
        details={"title": "罚款逾期未缴清，请说明催缴措施", "article": "行政处罚法第七十二条"},
        facts="决定书送达后第十五日届满，尚有两万元未缴",
    ),
    Step(
        "05-15 10:00",
        ZHANG,
        "supervision-reply",
        officers=(ZHANG,),
        facts="已于5月12日送达催告书，逾期期间按日加处罚款；当事人承诺5月18日前缴清",
    ),
    Step(
        "05-18 14:00",
        HEAD,
        "surcharge",
        officers=(HEAD,),
        details={"days": 9, "amount": "{surcharge}"},
    ),
    Step(
        "05-18 15:00",
        LI,
        "payment",
        "full",
        cosigner=ZHANG,
        details={
            "amount": "20000",
            "surcharge": "{surcharge}",
            "method": "bank",
            "receipt_no": "浙财 0200002",
        },
    ),
    Step("05-20 09:00", HEAD, "closure", cosigner=ZHANG, paper=True),
    Step("05-21 09:00", LI, "archive", officers=(LI,), details={"volume": "2026-般-0001"}),
)

GENERAL_CASE = Case(
    "未经核准处置并随意倾倒建筑垃圾（一般程序）",
    "general",
    (*CLUE, *INQUIRY, *HEARING, *SECOND_ROUND, *DECISION, *EXECUTION),
)

OPEN_CASE = Case(
    "未按核准路线运输建筑垃圾（一般程序，在办）",
    "open",
    (
        Step(
            "05-25 09:00",
            ZHANG,
            "clue",
            officers=(ZHANG,),
            details={"source": "complaint", "matter": "未按核准路线运输建筑垃圾", "district": "330106"},
            facts="市民投诉渣土车夜间绕行居民区",
            basis=("城市建筑垃圾管理规定第十四条",),
        ),
        Step("05-25 15:00", ZHANG, "verification", "file", facts="调取行驶记录核查属实"),
        Step(
            "05-26 09:00",
            HEAD,
            "filing",
            cosigner=LI,
            details={"party_kind": "organisation"},
            party=FIRM,
            basis=("行政处罚法第五十四条",),
        ),
    ),
)
"""Filed and left as it is: the contract still waits for its inquiry."""
