"""`gridwitness detect --replay`: everything stored judged once more, beside what was filed."""

from __future__ import annotations

from typing import Annotated

import typer

from gridwitness_cli.runtime import attached_platform

_SHOWN = 50


def detect(
    replay: Annotated[
        bool, typer.Option("--replay", help="Judge all stored passages and positions from nothing.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Compare only; without it what differs is filed.")
    ] = False,
) -> None:
    """Compare the anomalies filed with those of a replay; exit code 1 where they differ. 重放检测并比对。"""
    if not replay:
        raise typer.BadParameter("say --replay; the running detector is `gridwitness detector`")
    from gridwitness.detector import Detector  # noqa: PLC0415 - loads frames
    from gridwitness.trucks.detection.replay import differences  # noqa: PLC0415

    with attached_platform(application="gridwitness-detect") as platform:
        detector = Detector(platform)
        if not check:
            detector.drain()
        with platform.transaction() as session:
            settled = detector.settled(session)
            if settled is None:
                typer.echo("nothing is stored 尚无数据")
                return
            found = differences(session, detector.judge(session), settled)
            for standing, key in found.select("standing", "key").head(_SHOWN).rows():
                typer.echo(f"{'missing 缺少' if standing == 'suspected' else 'surplus 多余'}  {key}")
            if found.height and not check:
                platform.filing.file(session, found)
    word = "differ 不一致" if found.height else "agree 一致"
    typer.echo(f"replay and anomalies {word}: {found.height} differences")
    if found.height:
        raise typer.Exit(1)
