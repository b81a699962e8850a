"""Why an anomaly was filed, in words: the rule's sentence and what was measured, 中文 and English."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "BLACK_UNREG": (
        "过车车辆为渣土车，号牌不在渣土车辆库",
        "a muck truck whose plate is in no register passed",
    ),
    "BLACK_CLONE_ST": (
        "同一号牌先后出现在两处卡口，所需速度不可能达到，疑似套牌",
        "one plate was seen at two checkpoints sooner than a truck can drive from one to the other",
    ),
    "BLACK_CLONE_GPS": (
        "卡口拍到该号牌时，其车载终端在别处，疑似套牌",
        "the plate was photographed while its own terminal was elsewhere",
    ),
    "BLACK_ATTR": (
        "卡口识别的车辆特征与登记不符",
        "the vehicle seen differs from the one registered under the plate",
    ),
    "NO_PERMIT": ("该时段没有有效的处置核准", "no disposal permit of the truck held at that time"),
    "EXPIRED": ("处置核准已到期或被撤销", "the disposal permit had ended or was revoked"),
    "ROUTE_DEV": ("偏离核准的运输路线", "the truck left the road its permit allows"),
    "TIME_WIN": ("不在核准的运输时间内", "outside the hours the permit allows"),
    "WRONG_SITE": ("装卸地点不在核准范围内", "loaded or unloaded at a site that is not on the permit"),
    "UNCOVERED": ("载货行驶时顶盖未密闭", "moved loaded with its cover open"),
    "OVERLOAD": ("装载超过核定载质量", "carried more than its rated load"),
    "STOP_ABN": ("在工地和消纳场以外长时间停留", "stood for long outside any site"),
    "DUMP_SUS": ("在核准消纳场以外举升或卸载，疑似乱倒", "lifted or unloaded outside an approved dump site"),
    "OFFLINE": ("作业中车载终端脱线", "its terminal fell silent during a job"),
    "OVERSPEED": ("行驶速度超过限速", "drove faster than allowed"),
    "GATE_MISMATCH": (
        "联单出场与消纳场签收不一致",
        "what left the site and what the dump received do not agree",
    ),
    "TERMINAL_TWICE": ("同一车载终端同时有两个连接", "one terminal was connected twice at one time"),
}
"""By rule code (docs/format.md section 21)."""

_YES = {"yes": "是", "no": "否", "not told": "未报送"}
_LABELS: Mapping[str, tuple[str, str, str]] = {
    "distance_m": ("距离", "distance", "m"),
    "least_distance_m": ("与车机轨迹最近距离", "least distance from its own track", "m"),
    "farthest_m": ("最远偏离", "farthest off", "m"),
    "seconds": ("时间", "time", "s"),
    "duration_s": ("持续", "duration", "s"),
    "checkpoint_before": ("前一卡口", "checkpoint before", ""),
    "look_alike": ("与在册号牌相近", "like a registered plate", ""),
    "reliability": ("识别可信度", "reliability", ""),
    "sightings_at_least": ("至少出现次数", "sightings at least", ""),
    "vehicle_class": ("车辆类型", "vehicle class", ""),
    "brand": ("品牌", "brand", ""),
    "color": ("车身颜色", "colour", ""),
    "weight_kg": ("载质量", "load", "kg"),
    "rated_kg": ("核定载质量", "rated load", "kg"),
    "speed_kmh": ("速度", "speed", "km/h"),
    "limit_kmh": ("限速", "limit", "km/h"),
    "manifest": ("联单", "manifest", ""),
    "dump": ("核准消纳场", "dump site", ""),
    "received_dump": ("签收消纳场", "received at", ""),
    "site": ("地点", "site", ""),
    "valid_to": ("有效期至", "valid to", ""),
    "local_time": ("当地时间", "local time", ""),
    "windows": ("核准时间", "permitted hours", ""),
    "terminal": ("终端", "terminal", ""),
    "permits_in_force": ("有效核准数", "permits in force", ""),
    "checkpoint": ("卡口", "checkpoint", ""),
    "loaded_driving_s": ("重车行驶", "driving loaded for", "s"),
    "permit_ended": ("核准到期", "permit ended", ""),
    "off_route_s": ("偏离时长", "off the route for", "s"),
    "permitted": ("核准地点", "permitted", ""),
    "open_s": ("未密闭时长", "cover open for", "s"),
    "stop_s": ("停留时长", "stop of", "s"),
    "lasted_s": ("持续", "lasted", "s"),
    "lift_s": ("举升时长", "body up for", "s"),
    "load_before_percent": ("停留前载重", "load before", "%"),
    "load_after_percent": ("停留后载重", "load after", "%"),
    "silent_s": ("无定位时长", "silent for", "s"),
    "silent_at_least_s": ("无定位时长不少于", "silent for at least", "s"),
    "alarms": ("报警标志", "alarm bits", ""),
    "jumps": ("跳变次数", "leaps between places", ""),
}
"""What was measured: 中文, English, unit. A name that is absent here stands as it is."""


def reason_of(rule: str, measured: Mapping[str, str], checkpoint: str | None = None) -> dict[str, str]:
    """The reason in words, `{"zh", "en"}`. It never holds a plate, so that erasing the plate is enough."""
    zh, en = SENTENCES.get(rule, (rule, rule))
    named = {name: value for name, value in sorted(measured.items()) if value}
    if checkpoint is not None:
        named = {"checkpoint": checkpoint} | named
    told = [(*_LABELS.get(name, (name, name, "")), value) for name, value in named.items()]
    zh_part = "；".join(f"{label} {_YES.get(value, value)}{_spaced(unit)}" for label, _, unit, value in told)
    en_part = "; ".join(f"{label} {value}{_spaced(unit)}" for _, label, unit, value in told)
    return (
        {"zh": f"{zh}：{zh_part}。", "en": f"{en}: {en_part}."} if told else {"zh": f"{zh}。", "en": f"{en}."}
    )


def _spaced(unit: str) -> str:
    return f" {unit}" if unit else ""
