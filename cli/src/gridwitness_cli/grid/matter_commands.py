"""`gridwitness grid matters | propose | decide`: the list, and its entries and exits signed on the device."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from gridwitness.errors import InvalidInput, NotFound
from gridwitness.records import rfc3339
from gridwitness_evidence import EvidenceError, SigningKey, base64url, parse_presentation

from gridwitness_cli.case.case_tables import table
from gridwitness_cli.case.device_folder import DeviceFolder, device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_options import AsJson
from gridwitness_cli.device.device_clock import device_now
from gridwitness_cli.device.draft import Draft
from gridwitness_cli.device.local_files import read_json_object
from gridwitness_cli.device.platform_client import PlatformClient, Refused
from gridwitness_cli.device.sending import send_draft
from gridwitness_cli.device.signing import sign_at
from gridwitness_cli.device.subject_place import SubjectPlace
from gridwitness_cli.grid.reading_commands import At, print_table

PROPOSED, DECIDED = "matter.proposed.v1", "matter.decided.v1"
_CHANGES = {"admit": "准入", "amend": "变更", "retire": "退出"}
_MOST = 500


def matters(
    context: typer.Context,
    waiting: Annotated[bool, typer.Option("--waiting", help="Proposals that wait. 待批")] = False,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """The list in force, or what waits for a decision. 现行清单，或待批申请。"""
    with told(as_json), device_of(context).connect() as platform:
        if waiting:
            found = platform.get("/matters/proposals", limit=_MOST)["items"]
        else:
            found = platform.get("/matters", at=at)["items"]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if waiting:
        rows = [
            [r["matter"], str(r["version"]), _CHANGES[r["change"]], _name(r), r["effective_from"]]
            for r in found
        ]
        print_table(table(("事项 matter", "版本 version", "申请 change", "名称 name", "自 from"), rows))
        return
    rows = [
        [r["matter"], str(r["version"]), f"{r['class_code']} {r['class_zh']}", r["zh"], r["en"]]
        for r in found
    ]
    print_table(table(("事项 matter", "版本 version", "类别 class", "名称 name", "English"), rows))


def propose(
    context: typer.Context,
    matter: Annotated[str, typer.Argument(help="Its number. 事项编号")],
    change: Annotated[str, typer.Argument(help=f"{', '.join(_CHANGES)}. 申请种类")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded. 理由")],
    entry: Annotated[
        Path | None, typer.Option(help="JSON of the entry, docs/format.md section 23. 事项内容")
    ] = None,
    effective: Annotated[
        str | None, typer.Option("--from", help="As 2026-05-01T00:00:00Z; default now. 生效时间")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a matter's entry, amendment or exit. 申请事项准入、变更、退出。"""
    if change not in _CHANGES or (entry is None) != (change == "retire"):
        raise InvalidInput(
            "matter-change", "A proposal admits or amends with --entry, or retires without.", None
        )
    device = device_of(context)
    with told(as_json), device.connect() as platform:
        versions = _versions(platform, matter)
        fields = {
            "matter": matter,
            "version": len(versions) + 1,
            "change": change,
            "entry": None if entry is None else read_json_object(entry),
            "reason": reason,
            "effective_from": effective or rfc3339(device_now()),
        }
        subject = versions[0]["sub"] if versions else None
        answer = _sign_and_send(device, device.opener(), platform, PROPOSED, fields, subject)
    _tell(answer | {"matter": matter, "version": fields["version"]}, f"已申请 proposed {change}", as_json)


def decide(
    context: typer.Context,
    wanted: Annotated[list[str] | None, typer.Argument(metavar="[MATTER…]", help="Which. 事项编号")] = None,
    whole: Annotated[bool, typer.Option("--all", help="Everything that waits. 全部待批")] = False,
    approve: Annotated[bool, typer.Option("--approve", help="批准")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="不批准")] = False,
    reason: Annotated[str | None, typer.Option(help="Why; it is recorded. 理由")] = None,
    as_json: AsJson = False,
) -> None:
    """Decide on proposals, with one's own key; never on one's own. 审批事项申请，不得审批本人的申请。"""
    if approve == refuse or bool(wanted) == whole:
        raise InvalidInput(
            "decide-options", "A decision approves or refuses, matters by number or all.",
            "--approve or --refuse; MATTER… or --all",
        )  # fmt: skip
    device = device_of(context)
    key, done = device.opener(), []
    with told(as_json), device.connect() as platform:
        waiting = platform.get("/matters/proposals", limit=_MOST)["items"]
        for version in _chosen(waiting, wanted):
            proposal = _proposal(platform, version)
            fields = {
                **{name: version[name] for name in ("matter", "version")},
                "statement": version["statement"],
                "entry": proposal,
                "outcome": "approved" if approve else "refused",
                "reason": reason,
            }
            done.append(_sign_and_send(device, key, platform, DECIDED, fields, version["sub"]))
    _tell({"decided": done}, f"{'批准 approved' if approve else '不批准 refused'} {len(done)}", as_json)


def _chosen(waiting: list[dict[str, Any]], wanted: list[str] | None) -> list[dict[str, Any]]:
    if not wanted:
        return waiting
    by_number = {version["matter"]: version for version in waiting}
    for number in wanted:
        if number not in by_number:
            raise NotFound(
                "matter-unknown", f"No proposal of matter {number} waits.", "see `grid matters --waiting`"
            )
    return [by_number[number] for number in wanted]


def _proposal(platform: PlatformClient, version: Mapping[str, Any]) -> str:
    """Digest of the proposal's record, computed here from the record, never taken on trust; and that it says
    what the list shows.
    """
    shown = platform.get(f"/records/{version['statement']}")
    try:
        record = parse_presentation(str(shown["record"]), complete=True)
    except EvidenceError as error:
        raise InvalidInput(error.code, f"Proposal {version['statement']}: {error.message}", None) from error
    said = {name: record.fields.get(name) for name in ("matter", "version", "change", "entry")}
    if record.claims.kind != PROPOSED or any(said[name] != version[name] for name in said):
        raise InvalidInput("proposal-other", f"The record of {version['matter']} says something else.", None)
    return base64url.encode(record.digest)


def _versions(platform: PlatformClient, matter: str) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = platform.get(f"/matters/{quote(matter, safe='')}")["items"]
    except Refused as refused:
        if refused.code != "matter-unknown":
            raise
        return []
    return found


def _sign_and_send(
    device: DeviceFolder,
    key: Callable[[], SigningKey],
    platform: PlatformClient,
    kind: str,
    fields: dict[str, Any],
    sub: str | None,
) -> dict[str, Any]:
    agency = str(platform.me()["agency"])
    place: SubjectPlace = platform.subject(sub) if sub is not None else platform.new_subject(agency)
    record = sign_at(place, key(), agency, kind, fields, device_now())
    draft_file = device.drafts / f"matter-{secrets.token_hex(8)}.json"
    Draft(record.presentation, {}, {}).save(draft_file)
    sent, answer = send_draft(platform, draft_file, device.receipts, None)
    draft_file.unlink(missing_ok=True)
    return {"jti": sent.claims.jti, "sub": sent.claims.sub, "receipt": answer["receipt"]}


def _name(version: Mapping[str, Any]) -> str:
    return "—" if version["entry"] is None else str(version["entry"]["zh"])


def _tell(answer: Mapping[str, Any], line: str, as_json: bool) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else line)
