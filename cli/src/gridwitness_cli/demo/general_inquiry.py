"""The general case up to the hearing: a clue from a checkpoint, the inquiry, the first notice, the hearing.

Qingming (4–6 April) lies within the seven working days ahead of the hearing.
"""

from __future__ import annotations

from gridwitness_cli.demo.anomalies import CHECKPOINT, PLATE_UNLICENSED
from gridwitness_cli.demo.casebook import Evidence, Step, Unlawful
from gridwitness_cli.demo.cast import CHAIR, HEAD, LI, TRAINEE, WANG, ZHANG
from gridwitness_cli.demo.general_papers import (
    HEARING_RECORD,
    INSPECTION_RECORD,
    INTERVIEW_RECORD,
    WEIGHING_RECORD,
)

FIRM = {
    "name": "示范渣土运输有限公司",
    "document_type": "统一社会信用代码",
    "document_number": "91330100MA2EXAMPLE",
    "address": "示范市江北区滨江路 8 号",
    "phone": "0571-80000000",
    "representative": "李某",
}
CARRYING = "城市建筑垃圾管理规定第七条第一款"
DUMPING = "城市建筑垃圾管理规定第十五条"
FINING = "城市建筑垃圾管理规定第二十五条、第二十六条"

CLUE = (
    Step(
        "03-11 09:00",
        ZHANG,
        "clue",
        officers=(ZHANG,),
        details={
            "source": "checkpoint",
            "matter": "未经核准处置并随意倾倒建筑垃圾",
            "district": "330106",
            "device": CHECKPOINT,
            "captured_at": "{captured_at}",
            "anomaly": "{anomaly}",
        },
        facts=f"卡口抓拍 {PLATE_UNLICENSED} 夜间满载驶出工地，台账无有效处置核准证",
        basis=(CARRYING,),
    ),
    Step("03-12 15:00", ZHANG, "verification", "file", facts="经核查台账与照片，线索属实，应予立案"),
    Step(
        "03-13 09:00",
        HEAD,
        "filing",
        cosigner=ZHANG,
        details={"party_kind": "organisation"},
        party=FIRM,
        basis=("行政处罚法第五十四条",),
        paper=True,
    ),
    Step(
        "03-13 10:00",
        ZHANG,
        "monitoring-review",
        details={
            "device": CHECKPOINT,
            "captured_at": "{captured_at}",
            "record_true": True,
            "record_clear": True,
            "record_complete": True,
            "record_accurate": True,
        },
    ),
    Step(
        "03-13 16:00",
        LI,
        "party-informed",
        officers=(LI,),
        details={"method": "in-person", "query_offered": True},
    ),
)

INQUIRY = (
    Step(
        "03-16 10:40",
        LI,
        "inspection",
        place="示范市城北路在建工地 3 号门",
        facts=f"{PLATE_UNLICENSED} 停于工地门口，车厢残留渣土；围挡外倾倒建筑垃圾约 30 立方米",
        files=(Evidence("检查笔录.txt", INSPECTION_RECORD),),
    ),
    Step(
        "03-16 11:00",
        ZHANG,
        "evidence",
        details={"kind": "electronic", "title": "卡口抓拍照片", "monitoring": True},
        files=(Evidence("车辆照片.png"),),
    ),
    Step(
        "03-17 09:00",
        ZHANG,
        "evidence",
        officers=(ZHANG, TRAINEE),
        details={"kind": "testimony", "title": "工地门卫证言"},
        files=(Evidence("门卫证言.txt", "门卫：夜里十一点左右出去过几车土。\n"),),
        unlawful=Unlawful("无执法资格人员办案 an unqualified officer", "procedure-refused", "APL-42"),
    ),
    Step(
        "03-18 14:50",
        ZHANG,
        "interview",
        officers=(ZHANG, WANG),
        place="示范市城市管理局询问室",
        facts="示范渣土运输有限公司现场负责人承认未取得核准承运 6 车次约 90 立方米，其中 2 车次随意倾倒",
        files=(Evidence("询问笔录.txt", INTERVIEW_RECORD),),
    ),
    Step(
        "03-18 16:00",
        LI,
        "evidence",
        officers=(LI, WANG),
        details={"kind": "documentary", "title": "消纳场过磅单"},
        place="示范市城北消纳场",
        facts="消纳场过磅记录 4 车次，与询问笔录一致；场内无网络，离线签名",
        files=(Evidence("过磅记录.txt", WEIGHING_RECORD),),
        offline=True,
    ),
    Step(
        "03-20 09:00",
        ZHANG,
        "inquiry-report",
        cosigner=LI,
        facts="当事人未经核准承运建筑垃圾 6 车次，其中 2 车次随意倾倒，事实清楚，证据确凿，建议处罚",
    ),
    Step(
        "03-23 10:00",
        HEAD,
        "head-review",
        "penalise",
        cosigner=ZHANG,
        details={
            "fine": "60000",
            "penalty_kinds": ["fine"],
            "public_interest": False,
            "complex": False,
            "major": False,
        },
    ),
)

HEARING = (
    Step(
        "03-24 09:30",
        ZHANG,
        "notice-service",
        cosigner=LI,
        details={
            "method": "direct",
            "receipt_signed": True,
            "fine": "60000",
            "penalty_kinds": ["fine"],
            "hearing_offered": True,
        },
        basis=(CARRYING, DUMPING, FINING),
        paper=True,
    ),
    Step(
        "03-25 09:00",
        HEAD,
        "decision",
        "penalty",
        details={"fine": "60000", "penalty_kinds": ["fine"]},
        facts="当事人未经核准承运建筑垃圾并随意倾倒",
        basis=(FINING,),
        unlawful=Unlawful(
            "未听取陈述申辩即决定 a decision before the defence", "procedure-refused", "APL-62"
        ),
    ),
    Step(
        "03-26 10:00",
        LI,
        "statement-defence",
        "stated",
        officers=(LI,),
        facts="当事人陈述系初次违法，并愿清除倾倒的渣土",
    ),
    Step("03-30 10:00", LI, "hearing-request", officers=(LI,)),
    Step(
        "03-31 10:00",
        CHAIR,
        "hearing-notice",
        officers=(CHAIR,),
        details={"hearing_at": "2026-04-13T01:00:00Z", "public": True},
    ),
    Step(
        "04-10 15:00",
        CHAIR,
        "hearing",
        officers=(CHAIR,),
        place="示范市城市管理局听证室",
        files=(Evidence("听证笔录.txt", HEARING_RECORD),),
        unlawful=Unlawful(
            "通知未满七个工作日即听证 a hearing before seven working days are over",
            "procedure-refused",
            "APL-64",
        ),
    ),
    Step(
        "04-13 09:00",
        LI,
        "hearing",
        officers=(LI,),
        place="示范市城市管理局听证室",
        files=(Evidence("听证笔录.txt", HEARING_RECORD),),
        unlawful=Unlawful(
            "调查人员主持听证 an investigator chairs the hearing", "procedure-refused", "APL-64"
        ),
    ),
    Step(
        "04-13 10:20",
        CHAIR,
        "hearing",
        officers=(CHAIR,),
        place="示范市城市管理局听证室",
        files=(Evidence("听证笔录.txt", HEARING_RECORD),),
    ),
    Step(
        "04-14 09:00",
        ZHANG,
        "defence-review",
        "partly-adopted",
        details={"heavier": False},
        facts="初次违法、已清除渣土的意见予以采纳，罚款由六万元减为五万元",
        dated="2026-04-13T10:00:00+08:00",
        unlawful=Unlawful(
            "步骤时间早于前一步骤 a step dated before its predecessor", "step-before-predecessor", "APL-47"
        ),
    ),
    Step(
        "04-14 09:05",
        ZHANG,
        "defence-review",
        "partly-adopted",
        details={"heavier": False},
        facts="初次违法、已清除渣土的意见予以采纳，罚款由六万元减为五万元",
    ),
)
