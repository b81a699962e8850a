"""`gridwitness case open | advance | check`: one step of a case."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import typer
from gridwitness.errors import GridWitnessError
from rich.console import Console
from rich.markup import escape

from gridwitness_cli.case.case_words import state_words
from gridwitness_cli.case.device_folder import DeviceFolder, device_of
from gridwitness_cli.case.refusal_output import print_reasons, told
from gridwitness_cli.case.step_options import (
    Alone,
    AsJson,
    At,
    Basis,
    Capture,
    Captured,
    ClockSource,
    Detail,
    DeviceName,
    Facts,
    File,
    Named,
    Officer,
    Offline,
    Outcome,
    Party,
    Place,
    StepOptions,
)
from gridwitness_cli.case.step_taking import TakenStep, form_of, signing_online, take_offline, take_online

Step = Annotated[str, typer.Argument(help="As `case next` lists them. 步骤")]
OPENING = "clue"


def open_case(
    context: typer.Context,
    procedure: Annotated[
        Literal["general", "summary"], typer.Argument(help="general 一般程序 or summary 简易程序")
    ],
    detail: Detail = None,
    officer: Officer = None,
    facts: Facts = None,
    place: Place = None,
    basis: Basis = None,
    file: File = None,
    at: At = None,
    offline: Offline = False,
    captured: Captured = None,
    device_name: DeviceName = None,
    clock_source: ClockSource = None,
    as_json: AsJson = False,
) -> None:
    """Register a clue: the first step of a case. 登记线索，开始办案。"""
    options = StepOptions(OPENING, None, detail, officer, False, None, facts, place, basis, file, at)
    capture = Capture(captured, device_name, clock_source) if offline else None
    run_step(context, None, options, capture, as_json, procedure)


def advance(
    context: typer.Context,
    case: Named,
    step: Step,
    outcome: Outcome = None,
    detail: Detail = None,
    officer: Officer = None,
    without_me: Alone = False,
    party: Party = None,
    facts: Facts = None,
    place: Place = None,
    basis: Basis = None,
    file: File = None,
    at: At = None,
    offline: Offline = False,
    captured: Captured = None,
    device_name: DeviceName = None,
    clock_source: ClockSource = None,
    as_json: AsJson = False,
) -> None:
    """Take any step; what the law does not allow now is refused, with the article. 办理任一步骤。"""
    options = StepOptions(step, outcome, detail, officer, without_me, party, facts, place, basis, file, at)
    capture = Capture(captured, device_name, clock_source) if offline else None
    run_step(context, case, options, capture, as_json)


def check(
    context: typer.Context,
    case: Named,
    step: Step,
    outcome: Outcome = None,
    detail: Detail = None,
    officer: Officer = None,
    without_me: Alone = False,
    party: Party = None,
    facts: Facts = None,
    place: Place = None,
    basis: Basis = None,
    file: File = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Ask whether a step would be allowed; nothing is signed. 试办：只检查，不签名。"""
    options = StepOptions(step, outcome, detail, officer, without_me, party, facts, place, basis, file, at)
    device = device_of(context)
    with told(as_json), device.connect() as platform:
        signing = signing_online(platform, device, case, "")
        fields, _ = form_of(signing, options)
        judged = platform.post("/cases/check", {"sub": signing.case.place.sub, "fields": fields})
    if as_json:
        typer.echo(json.dumps(judged, ensure_ascii=False, indent=2))
    elif judged["allowed"]:
        Console(highlight=False).print(f"[green]可以办理 allowed[/] → {escape(judged['state_after'])}")
    else:
        print_reasons({"detail": step, "reasons": judged["refusals"], "code": "procedure-refused"})
    if not judged["allowed"]:
        raise typer.Exit(2)


def run_step(
    context: typer.Context,
    named: str | None,
    options: StepOptions,
    capture: Capture | None,
    as_json: bool,
    procedure: str = "",
) -> None:
    """Take the step and tell what became of it; `capture` only offline."""
    device = device_of(context)
    with told(as_json):
        if capture is not None:
            taken = take_offline(device, named, options, capture, procedure=procedure)
        else:
            taken = take_online(device, named, options, procedure=procedure)
    print_taken(device, taken, as_json)


def print_taken(device: DeviceFolder, taken: TakenStep, as_json: bool) -> None:
    """What was signed, and how far it is; `case show` tells how the case stands now."""
    if as_json:
        typer.echo(json.dumps(_with_standing(device, taken), ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    if taken.draft is not None:
        console.print(f"[yellow]已离线签名 signed offline[/] {escape(taken.step)} · {taken.jti}")
        console.print(f"  联网后提交 hand in later: gridwitness case draft send · {taken.draft}")
        return
    console.print(f"[green]已受理 accepted[/] {escape(taken.step)} · {taken.jti} · seq {taken.seq}")
    standing = _with_standing(device, taken).get("case")
    number = standing and standing.get("number")
    place = f"案号 number {number}" if number else f"主体 subject {taken.sub}"
    state = f" · 状态 state {state_words(standing['state'])}" if standing else ""
    console.print(f"  {escape(place)}{escape(state)} · 回执 receipt {taken.receipt}")


def _with_standing(device: DeviceFolder, taken: TakenStep) -> dict[str, Any]:
    """How the case stands after the step. It was accepted, so nothing that fails here undoes it."""
    found = taken.to_json()
    if taken.draft is not None:
        return found
    try:
        with device.connect() as platform:
            return found | {"case": platform.get(f"/cases/{taken.sub}")["case"]}
    except GridWitnessError:
        return found | {"case": None}
