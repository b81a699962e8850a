"""`gridwitness simulate`: its commands, imported when called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Simulated cities and real tracks through the real doors, judged against the truth. "
    "模拟城市与真实轨迹：经真实接口接入并评估检测结果。",
    no_args_is_help=True,
)


def _run(function: str, **options: Any) -> None:
    getattr(import_module("gridwitness_cli.simulate.running"), function)(**options)


@app.command("city")
def city(
    trucks: Annotated[int, typer.Option(min=10, help="Registered trucks. 车辆数")] = 500,
    days: Annotated[int, typer.Option(min=1, help="Simulated days. 天数")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same city. 随机种子")] = 1,
    misread: Annotated[float, typer.Option(min=0, max=0.5, help="Share of misread plates. 误识率")] = 0.02,
    detectors: Annotated[int, typer.Option(min=1, help="Detector processes. 检测进程数")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="JSON of the result; else HOME/simulate/city.json.")
    ] = None,
    misreads: Annotated[
        bool, typer.Option("--misreads", help="Also at 0, 5 and 10 % misreads, in memory. 另测三种误识率")
    ] = False,
) -> None:
    """A seeded city with planted violations and noise; precision and recall of every rule. 模拟城市。"""
    _run(
        "run_city",
        trucks=trucks,
        days=days,
        seed=seed,
        misread=misread,
        detectors=detectors,
        misreads=misreads,
        out=out,
    )


@app.command("tracks")
def tracks(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv[.gz]", help="vehicle, unix_time, lat, lon. 轨迹")],
    out: Annotated[
        Path | None, typer.Option(help="JSON of the result; else HOME/simulate/tracks.json.")
    ] = None,
) -> None:
    """Real tracks through the terminals' door; what the rules on tracks find. 真实轨迹。"""
    _run("run_tracks", file=file, out=out)
