"""`gridwitness truck review`: an anomaly is upheld or excluded, signed on the reviewer's own device."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer
from gridwitness.errors import InvalidInput
from gridwitness_evidence import EvidenceError, base64url, parse_presentation

from gridwitness_cli.case.device_folder import DeviceFolder, device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_options import AsJson
from gridwitness_cli.device.attachments import describe_files
from gridwitness_cli.device.device_clock import device_now
from gridwitness_cli.device.draft import Draft
from gridwitness_cli.device.platform_client import PlatformClient
from gridwitness_cli.device.sending import send_draft
from gridwitness_cli.device.signing import sign_at

KIND = "truck.review.v1"
_ANOMALY = "truck.anomaly.v2"


def review(
    context: typer.Context,
    sub: Annotated[str, typer.Argument(metavar="SUB", help="Of `truck anomalies`. 编号")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded. 理由")],
    uphold: Annotated[bool, typer.Option("--uphold", help="It is so. 成立")] = False,
    exclude: Annotated[bool, typer.Option("--exclude", help="It is not so. 排除")] = False,
    second_source: Annotated[
        str | None, typer.Option(help="What else says so; needed below mutual TLS without a file. 第二来源")
    ] = None,
    files: Annotated[
        list[Path] | None, typer.Option("--file", help="An image that was reviewed; repeated. 复核图片")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Uphold or exclude an anomaly. 复核疑似异常：成立或排除。"""
    if uphold == exclude:
        raise InvalidInput("review-outcome", "A review upholds or excludes.", "--uphold or --exclude")
    described, places = describe_files(files or [])
    device = device_of(context)
    with told(as_json), device.connect() as platform:
        fields = {
            "entry": newest_entry(platform, sub),
            "outcome": "upheld" if uphold else "excluded",
            "reason": reason,
            "second_source": second_source,
            "files": described,
        }
        answer = _sign_and_send(device, platform, sub, fields, places)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    typer.echo(f"{'成立 upheld' if uphold else '排除 excluded'}  {sub}  记录 record {answer['jti']}")


def newest_entry(platform: PlatformClient, sub: str) -> str:
    """Digest of the anomaly's last record, computed here from the record, never taken on trust."""
    records = platform.get(f"/anomalies/{sub}")["records"]
    jti = next((record["jti"] for record in reversed(records) if record["kind"] == _ANOMALY), None)
    if jti is None:
        raise InvalidInput("anomaly-unknown", f"{sub} has no record of an anomaly.", None)
    shown = platform.get(f"/records/{jti}")
    try:
        record = parse_presentation(str(shown["record"]))
    except EvidenceError as error:
        raise InvalidInput(error.code, f"Record {jti}: {error.message}", None) from error
    if (record.claims.sub, record.claims.kind) != (sub, _ANOMALY):
        raise InvalidInput("anomaly-other", f"Record {jti} is none of this anomaly.", None)
    return base64url.encode(record.digest)


def _sign_and_send(
    device: DeviceFolder, platform: PlatformClient, sub: str, fields: dict[str, Any], places: dict[str, str]
) -> dict[str, Any]:
    agency = str(platform.me()["agency"])
    key = device.opener()
    record = sign_at(platform.subject(sub), key(), agency, KIND, fields, device_now())
    draft_file = device.drafts / f"review-{secrets.token_hex(8)}.json"
    Draft(record.presentation, {}, places).save(draft_file)
    # Not signed again where the subject moved meanwhile: what was reviewed may no longer be what it says.
    sent, answer = send_draft(platform, draft_file, device.receipts, None)
    draft_file.unlink(missing_ok=True)
    return {"jti": sent.claims.jti, "sub": sub, "outcome": fields["outcome"], "receipt": answer["receipt"]}
