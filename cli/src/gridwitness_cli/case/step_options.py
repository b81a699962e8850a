"""Options that the commands which take a step share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

Named = Annotated[
    str, typer.Argument(metavar="CASE", help="Number as 330100CG-2026-000001, or subject. 案号或主体编号")
]
Outcome = Annotated[str | None, typer.Option(help="Of the outcomes the step has. 结果")]
Detail = Annotated[
    list[str] | None,
    typer.Option("--detail", "-d", metavar="NAME=VALUE", help="As the procedure declares it; repeated. 要素"),
]
Officer = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME", help="Another officer beside yourself, by user name or account id. 其他执法人员"
    ),
]
Alone = Annotated[
    bool, typer.Option("--without-me", help="You sign, but are none of its officers. 本人仅签名")
]
Party = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.json",
        help="name, document_type, document_number, address, phone, representative. 当事人信息文件",
    ),
]
Facts = Annotated[str | None, typer.Option(help="What happened, in words. 事实")]
Place = Annotated[str | None, typer.Option(help="Where. 地点")]
Basis = Annotated[list[str] | None, typer.Option(help="Article it rests on; repeated. 依据")]
File = Annotated[list[Path] | None, typer.Option(help="A file it names; repeated. 附件")]
At = Annotated[str | None, typer.Option(help="When it happened, with offset; default now. 发生时间")]
Offline = Annotated[
    bool, typer.Option("--offline", help="Sign and keep it; `case draft send` hands it in. 离线签名")
]
Captured = Annotated[str | None, typer.Option(help="Capture time of an offline draft, default now. 采集时间")]
DeviceName = Annotated[
    str | None,
    typer.Option("--device", envvar="GRIDWITNESS_DEVICE_NAME", help="The device's name. 设备名称"),
]
ClockSource = Annotated[
    str | None,
    typer.Option(envvar="GRIDWITNESS_CLOCK_SOURCE", help="As gnss, ntp, system. 时钟来源"),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs. 以 JSON 输出")]


@dataclass(frozen=True)
class StepOptions:
    """What a step says, as it stood on the command line."""

    step: str
    outcome: str | None = None
    details: list[str] | None = None
    officers: list[str] | None = None
    without_me: bool = False
    party: Path | None = None
    facts: str | None = None
    place: str | None = None
    basis: list[str] | None = None
    files: list[Path] | None = None
    at: str | None = None


@dataclass(frozen=True)
class Capture:
    """How a step signed offline was captured."""

    captured: str | None = None
    device: str | None = None
    clock_source: str | None = None

    def claimed(self, now: str) -> dict[str, Any]:
        """Capture time, device and clock source; the clock is the device's own unless said otherwise."""
        return {
            "captured": self.captured or now,
            "device": self.device,
            "clock_source": self.clock_source or "system",
        }
