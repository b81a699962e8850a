"""A case in summary procedure: a muck truck spills on the road; fined and paid on the spot, then archived.

The driver and the plate are invented. The articles are those of 行政处罚法 (2021) and
城市市容和环境卫生管理条例.
"""

from __future__ import annotations

from gridwitness_cli.demo.anomalies import PLATE_SPILLING
from gridwitness_cli.demo.casebook import Case, Evidence, Step, Unlawful
from gridwitness_cli.demo.cast import HEAD, LI, ZHANG

_DRIVER = {
    "name": "王某",
    "document_type": "居民身份证",
    "document_number": "330100199001010011",
    "address": "示范市江北区和平路 3 号",
    "phone": "13800000000",
}

_SCENE_RECORD = """现场检查（勘验）笔录

时间：2026年3月2日9时05分至9时20分
地点：示范市文三路与古翠路交叉口东侧
检查人：张伟、李娜（已出示执法证件）
被检查人：王某（浙A·8K317 重型自卸货车驾驶人）

检查情况：该车装载建筑垃圾，车厢顶盖未闭合，行驶中有渣土散落，
散落带长约12米、宽约1米。现场拍照取证。
被检查人对上述情况无异议。
"""

_FACTS = f"{PLATE_SPILLING} 重型自卸货车车厢未密闭，行驶中渣土散落路面约12米"
_SPILLING = "城市市容和环境卫生管理条例第十五条"
_FINING = "城市市容和环境卫生管理条例第三十四条第（六）项"

SUMMARY_CASE = Case(
    "渣土车未密闭遗撒（简易程序）",
    "summary",
    (
        Step(
            "03-02 09:00",
            ZHANG,
            "clue",
            officers=(ZHANG,),
            details={"source": "patrol", "matter": "运输建筑垃圾沿途泄漏、遗撒", "district": "330106"},
            facts=_FACTS,
            basis=(_SPILLING,),
        ),
        Step(
            "03-02 09:02",
            ZHANG,
            "card-shown",
            officers=(ZHANG,),
            details={"party_kind": "citizen"},
            party=_DRIVER,
            place="示范市文三路与古翠路交叉口东侧",
            unlawful=Unlawful("仅一名执法人员 one officer only", "procedure-refused", "APL-42"),
        ),
        Step(
            "03-02 09:03",
            ZHANG,
            "card-shown",
            cosigner=LI,
            details={"party_kind": "citizen"},
            party=_DRIVER,
            place="示范市文三路与古翠路交叉口东侧",
        ),
        Step(
            "03-02 09:20",
            LI,
            "scene-record",
            cosigner=ZHANG,
            details={"kind": "scene-record"},
            facts=_FACTS,
            files=(Evidence("现场照片.png"), Evidence("现场检查笔录.txt", _SCENE_RECORD)),
        ),
        Step(
            "03-02 09:30",
            ZHANG,
            "notice-and-defence",
            "waived",
            details={"fine": "100", "penalty_kinds": ["fine"]},
            facts="已告知拟作处罚的内容、事实、理由、依据；当事人表示无异议，不申辩",
        ),
        Step(
            "03-02 09:35",
            ZHANG,
            "decision",
            "penalty",
            details={"fine": "500", "penalty_kinds": ["fine"], "publish": False},
            facts=_FACTS,
            basis=(_FINING,),
            unlawful=Unlawful(
                "罚款超过当场处罚限额 fine over the summary limit", "procedure-refused", "APL-51"
            ),
        ),
        Step(
            "03-02 09:36",
            ZHANG,
            "decision",
            "penalty",
            cosigner=LI,
            details={"fine": "100", "penalty_kinds": ["fine"], "publish": False},
            facts=_FACTS,
            basis=(_FINING,),
            paper=True,
        ),
        Step(
            "03-02 09:40",
            ZHANG,
            "decision-service",
            cosigner=LI,
            details={"receipt_signed": True},
            paper=True,
        ),
        Step(
            "03-02 09:45",
            LI,
            "payment",
            "full",
            cosigner=ZHANG,
            details={"amount": "100", "method": "on-the-spot", "receipt_no": "浙财 0123456"},
        ),
        Step("03-04 10:00", LI, "fine-handed-in", details={"amount": "100"}),
        Step("03-04 10:30", ZHANG, "report", officers=(ZHANG,)),
        Step("03-06 09:00", HEAD, "closure", cosigner=ZHANG, paper=True),
        Step("03-06 10:00", LI, "archive", officers=(LI,), details={"volume": "2026-简-0001"}),
    ),
    "summary",
)
