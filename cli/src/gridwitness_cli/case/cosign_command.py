"""`gridwitness case cosign`: a second officer vouches for a milestone with their own key."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from gridwitness.errors import InvalidInput
from gridwitness_evidence import EvidenceError, Record, base64url, parse_presentation

from gridwitness_cli.case.device_folder import device_of
from gridwitness_cli.case.refusal_output import told
from gridwitness_cli.case.step_commands import print_taken
from gridwitness_cli.case.step_options import AsJson, Named
from gridwitness_cli.case.step_taking import sign_and_send, signing_online
from gridwitness_cli.device.platform_client import PlatformClient

KIND = "case.cosign.v1"


def cosign(
    context: typer.Context,
    case: Named,
    statement: Annotated[
        str | None, typer.Argument(help="Record id; default: the newest milestone not cosigned. 记录编号")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Sign another officer's milestone with your key, within the merge delay. 共同签名。"""
    device = device_of(context)
    with told(as_json), device.connect() as platform:
        signing = signing_online(platform, device, case, "")
        sub = signing.case.place.sub
        assert sub is not None
        jti = statement or _waiting(platform.get(f"/cases/{sub}"))
        record = _record(platform, jti, sub)
        fields = {"statement": jti, "entry": base64url.encode(record.digest)}
        taken = sign_and_send(device, platform, signing, KIND, fields, {})
    print_taken(device, taken, as_json)


def _waiting(view: dict[str, Any]) -> str:
    for step in reversed(view["steps"]):
        if step["milestone"] is not None and step["cosigner"] is None:
            return str(step["jti"])
    raise InvalidInput("nothing-to-cosign", "Every milestone of the case is cosigned.", None)


def _record(platform: PlatformClient, jti: str, sub: str) -> Record:
    """What is cosigned is computed here from the record itself, never taken from the platform's word."""
    shown = platform.get(f"/records/{jti}")
    try:
        record = parse_presentation(str(shown["record"]))
    except EvidenceError as error:
        raise InvalidInput(error.code, f"Record {jti}: {error.message}", None) from error
    if (record.claims.jti, record.claims.sub) != (jti, sub):
        raise InvalidInput("cosign-other", f"Record {jti} is none of this case.", "see `case timeline`")
    return record
