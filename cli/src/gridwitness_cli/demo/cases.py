"""What happens in the story: the steps and milestones of two cases, and the anomalies of trucks.

Times are days after the beginning and hours of the local day; plates, people and firms are invented. The
articles are those of 行政处罚法 (2021), 城市市容和环境卫生管理条例 and 城市建筑垃圾管理规定.
"""

from __future__ import annotations

from dataclasses import dataclass

from gridwitness_cli.demo.cast import LI, ZHANG, ZHAO, Role

PLATE_SPILLING = "浙A·8K317"
PLATE_UNLICENSED = "浙A·3D906"
FIRM = "示范渣土运输有限公司"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that a step names; `text` is its content, a photo where it is None."""

    name: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One `case.step.v1`, or one `case.milestone.v1` where `milestone` is set."""

    day: int
    hour: int
    signer: Role
    step: str = ""
    milestone: str | None = None
    place: str | None = None
    facts: str | None = None
    basis: str | None = None
    outcome: str | None = None
    files: tuple[Evidence, ...] = ()
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its procedure, and its steps in the order they happen."""

    title: str
    procedure: str
    steps: tuple[Step, ...]


_SCENE_RECORD = """现场检查（勘验）笔录

时间：2026年3月2日9时20分至9时45分
地点：示范市文三路与古翠路交叉口东侧
检查人：张伟、李娜（已出示执法证件）
被检查人：王某（浙A·8K317 重型自卸货车驾驶人）

检查情况：该车装载建筑垃圾，车厢顶盖未闭合，行驶中有渣土散落，
散落带长约12米、宽约1米。现场拍照取证2张。
被检查人对上述情况无异议。
"""

_INQUIRY_RECORD = """询问笔录

时间：2026年3月6日14时05分至14时50分
地点：示范市城市管理局询问室
询问人：张伟、李娜  被询问人：刘某（示范渣土运输有限公司现场负责人）

问：浙A·3D906 于2026年3月3日夜间的运输是否取得建筑垃圾处置核准？
答：没有。工地催得急，想着先把土运走，核准证还在办理。
问：共运输多少车次？
答：6车，约90立方米，倒到了城北的消纳场。
以上笔录本人已阅，与所述一致。
"""

_NOTICE = """行政处罚事先告知书

示范渣土运输有限公司：
经查，你公司未取得城市建筑垃圾处置核准，于2026年3月3日承运建筑垃圾6车次，
违反《城市建筑垃圾管理规定》第七条第一款。依据该规定第二十五条，
拟作出罚款人民币壹万贰仟元整的行政处罚。
依据《行政处罚法》第四十四条、第四十五条，你公司有权陈述、申辩。
"""

_DECISION = """行政处罚决定书（示例）

当事人：示范渣土运输有限公司
违法事实：未经核准擅自处置（承运）建筑垃圾6车次。
处罚依据：《城市建筑垃圾管理规定》第七条、第二十五条。
处罚内容：罚款人民币壹万元整。自收到本决定书之日起十五日内缴纳。
救济途径：六十日内申请行政复议，或六个月内提起行政诉讼。
"""

SUMMARY_CASE = Case(
    "渣土车未密闭遗撒（简易程序）",
    "summary",
    (
        Step(0, 9, ZHANG, milestone="start", basis="行政处罚法第五十一条、第五十二条"),
        Step(
            0,
            9,
            ZHANG,
            step="表明身份、现场检查",
            place="示范市文三路与古翠路交叉口东侧",
            facts=f"{PLATE_SPILLING} 重型自卸货车车厢未密闭，行驶中渣土散落路面约12米",
            basis="城市市容和环境卫生管理条例第十五条",
            files=(Evidence("现场照片.png"), Evidence("现场检查笔录.txt", _SCENE_RECORD)),
        ),
        Step(0, 9, LI, milestone="inquiry", basis="行政处罚法第五十四条", outcome="事实清楚，证据确凿"),
        Step(
            0,
            10,
            LI,
            step="告知、听取陈述申辩",
            facts="已告知拟作处罚的内容、事实、理由、依据；当事人表示无异议，不申辩",
            basis="行政处罚法第四十四条、第四十五条",
        ),
        Step(0, 10, ZHANG, milestone="review", outcome="不属于应当法制审核的情形"),
        Step(
            0,
            10,
            ZHANG,
            milestone="decision",
            basis="城市市容和环境卫生管理条例第三十四条第（六）项；行政处罚法第五十一条",
            outcome="对驾驶人罚款一百元",
        ),
        Step(0, 10, ZHANG, milestone="service", basis="行政处罚法第五十二条", outcome="当场交付处罚决定书"),
        Step(
            1, 15, LI, milestone="execution", basis="行政处罚法第六十七条", outcome="当事人已在银行缴纳罚款"
        ),
        Step(1, 16, LI, milestone="closure", basis="行政处罚法第五十二条", outcome="报所属机关备案，结案"),
    ),
)

GENERAL_CASE = Case(
    "未经核准承运建筑垃圾（一般程序）",
    "general",
    (
        Step(2, 9, ZHANG, milestone="start", basis="行政处罚法第五十四条", outcome="经负责人批准立案"),
        Step(
            2,
            10,
            LI,
            step="现场勘验",
            place="示范市城北路在建工地 3 号门",
            facts=f"{PLATE_UNLICENSED} 停于工地门口，车厢残留渣土；未能出示处置核准证和通行证",
            basis="行政处罚法第五十五条",
            files=(Evidence("车辆照片.png"),),
        ),
        Step(
            4,
            14,
            ZHANG,
            step="询问当事人",
            place="示范市城市管理局询问室",
            facts=f"{FIRM}现场负责人承认未取得核准承运 6 车次约 90 立方米",
            basis="行政处罚法第五十五条",
            files=(Evidence("询问笔录.txt", _INQUIRY_RECORD),),
        ),
        Step(
            4,
            16,
            LI,
            step="调取过磅记录",
            place="示范市城北消纳场",
            facts="消纳场过磅单 6 张，与询问笔录一致；山区无网络，离线签名",
            offline=True,
        ),
        Step(7, 9, LI, milestone="inquiry", basis="行政处罚法第五十四条", outcome="调查终结，建议处罚"),
        Step(
            7,
            10,
            ZHANG,
            step="处罚事先告知",
            basis="行政处罚法第四十四条、第四十五条",
            outcome="拟罚款一万二千元",
            files=(Evidence("事先告知书.txt", _NOTICE),),
        ),
        Step(
            9,
            9,
            LI,
            step="听取陈述申辩",
            facts="当事人陈述系初次违法并已改正，提交运输台账",
            outcome="意见予以采纳",
        ),
        Step(
            10,
            9,
            ZHAO,
            milestone="review",
            basis="行政处罚法第五十八条",
            outcome="法制审核通过：事实清楚、程序合法、裁量适当",
        ),
        Step(
            10,
            15,
            ZHANG,
            milestone="decision",
            basis="城市建筑垃圾管理规定第七条、第二十五条；行政处罚法第五十七条",
            outcome="罚款一万元",
            files=(Evidence("处罚决定书.txt", _DECISION),),
        ),
        Step(11, 9, ZHANG, milestone="service", basis="行政处罚法第六十一条", outcome="直接送达，当事人签收"),
        Step(15, 11, LI, milestone="execution", basis="行政处罚法第六十七条", outcome="罚款已缴入财政专户"),
        Step(16, 9, ZHANG, milestone="closure", outcome="结案归档"),
    ),
)


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A suspected anomaly from the checkpoints, and what human review made of it (疑似 → 成立 / 排除)."""

    rule: str
    plate: str
    checkpoint: str
    reason: str
    reviewed: str
    review_reason: str


RULE_VERSION = "2026.1"
PLATE_COLOUR = "yellow"
ANOMALIES = (
    Anomaly(
        "NO_PERMIT",
        PLATE_UNLICENSED,
        "330106-K017",
        "登记车辆，过车时段内无有效处置核准证",
        "upheld",
        "复核照片与核准台账：车牌识别正确，确无核准，成立",
    ),
    Anomaly(
        "ROUTE_DEV",
        "浙A·5F228",
        "330106-K021",
        "卡口不在核准路线上，偏离约 800 米",
        "excluded",
        "当日道路施工，公安交警临时改道，排除",
    ),
    Anomaly(
        "BLACK_CLONE_ST",
        "浙A·7H550",
        "330108-K003",
        "同一号牌 4 分钟内出现于相距 19 千米的两处卡口",
        "upheld",
        "两处照片车型不同，成立，移交公安交警",
    ),
    Anomaly(
        "TIME_WIN",
        PLATE_SPILLING,
        "330106-K017",
        "禁行时段 07:00–09:00 内通行",
        "excluded",
        "抢险应急运输，已事后备案，排除",
    ),
)
