"""A step of a case: signed on the device, handed in, or kept as a draft where there is no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gridwitness.errors import Unavailable
from gridwitness.records import rfc3339
from gridwitness_evidence import Record

from gridwitness_cli.case.case_reference import KnownCase, checked_reference, fetch_case, fetch_procedure
from gridwitness_cli.case.device_folder import DeviceFolder
from gridwitness_cli.case.step_form import KIND, step_fields
from gridwitness_cli.case.step_options import Capture, StepOptions
from gridwitness_cli.device.attachments import describe_files
from gridwitness_cli.device.device_clock import device_now
from gridwitness_cli.device.draft import Draft
from gridwitness_cli.device.platform_client import PlatformClient, Refused
from gridwitness_cli.device.sending import send_draft
from gridwitness_cli.device.signing import NEW, capture_provenance, sign_at

LOGGED_OUT = 401
_ACCOUNT = "account"
_ROSTER = "officers"


@dataclass(frozen=True)
class TakenStep:
    """A step that was signed; `receipt` None while it is a draft only."""

    jti: str
    sub: str
    seq: int
    step: str
    draft: Path | None
    receipt: str | None

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "jti": self.jti,
            "sub": self.sub,
            "seq": self.seq,
            "step": self.step,
            "state": "accepted" if self.draft is None else "draft",
            "draft": None if self.draft is None else str(self.draft),
            "receipt": self.receipt,
        }


@dataclass(frozen=True)
class Signing:
    """What a step needs to be signed: the signer, the case, and the case's procedure."""

    account: Mapping[str, Any]
    case: KnownCase
    document: Mapping[str, Any]
    roster: Sequence[Mapping[str, Any]]


def signing_online(platform: PlatformClient, device: DeviceFolder, named: str | None, wanted: str) -> Signing:
    """From the platform, and kept on the device; `named` None: a new case under the procedure `wanted`."""
    account = device.remember(_ACCOUNT, platform.me())
    agency = str(account["agency"])
    if named is None:
        case = _new_case(platform, device, agency, wanted)
    else:
        view = fetch_case(platform, device, named)
        case = KnownCase.from_json(device.known(view["case"]["sub"]))
        agency = str(view["case"]["agency"])
    device.remember(_ROSTER, platform.get("/officers", agency=agency))
    return _signing(device, case)


def signing_offline(device: DeviceFolder, named: str | None, wanted: str) -> Signing:
    """From what the device keeps. Raises InvalidInput `not-fetched`, `case-reference`."""
    known = device.known(f"new-{wanted}" if named is None else checked_reference(named))
    return _signing(device, KnownCase.from_json(known))


def fetch_account(platform: PlatformClient, device: DeviceFolder) -> dict[str, Any]:
    """Who is logged in, and the people of their agency whom a step may name; kept on the device."""
    account = device.remember(_ACCOUNT, platform.me())
    device.remember(_ROSTER, platform.get("/officers", agency=account["agency"]))
    return account


def fetch_new_cases(platform: PlatformClient, device: DeviceFolder, agency: str) -> list[str]:
    """What opening a case offline takes: both procedures in force, the log. Gives their versions."""
    return [_new_case(platform, device, agency, wanted).rules for wanted in ("summary", "general")]


def form_of(signing: Signing, options: StepOptions) -> tuple[dict[str, Any], dict[str, str]]:
    """The step's fields, and where its files are on this device, by SHA-256."""
    files, places = describe_files(options.files or [])
    now = rfc3339(device_now())
    account = str(signing.account["account"])
    fields = step_fields(options, signing.document, signing.case.rules, account, now, files, signing.roster)
    return fields, places


def take_online(
    device: DeviceFolder, named: str | None, options: StepOptions, *, procedure: str = ""
) -> TakenStep:
    """Sign at the case's head and hand in. Where the platform goes away meanwhile, the draft stays.

    Raises Refused (then no draft stays, but where the login has ended), Unavailable, InvalidInput.
    """
    with device.connect() as platform:
        signing = signing_online(platform, device, named, procedure)
        fields, places = form_of(signing, options)
        return sign_and_send(device, platform, signing, KIND, fields, places)


def take_offline(
    device: DeviceFolder, named: str | None, options: StepOptions, capture: Capture, *, procedure: str = ""
) -> TakenStep:
    """Sign at the place the device knows, and keep the draft with how it was captured."""
    signing = signing_offline(device, named, procedure)
    fields, places = form_of(signing, options)
    claimed = capture.claimed(rfc3339(device_now()))
    record, draft = _signed(device, signing, KIND, fields, places, capture_provenance(**claimed))
    _move_on(device, signing.case, record)
    return TakenStep(record.claims.jti, record.claims.sub, record.claims.seq, options.step, draft, None)


def sign_and_send(
    device: DeviceFolder,
    platform: PlatformClient,
    signing: Signing,
    kind: str,
    fields: Mapping[str, Any],
    places: Mapping[str, str],
) -> TakenStep:
    """Sign any statement on a case, keep it as a draft until it is accepted, and hand it in."""
    _, draft = _signed(device, signing, kind, fields, places, {})
    try:
        accepted, receipt = hand_in(device, platform, draft)
    except Refused as refused:
        if refused.context.get("status") != LOGGED_OUT:  # what was refused now stays refused
            draft.unlink()
        raise
    claims = accepted.claims
    return TakenStep(claims.jti, claims.sub, claims.seq, str(fields.get("step", kind)), None, receipt)


def hand_in(device: DeviceFolder, platform: PlatformClient, draft: Path) -> tuple[Record, str]:
    """Send a draft and put it away; gives what was accepted, and where the receipt is.

    What is refused stays: captured offline, it may be all there is.
    """
    try:
        record, answer = send_draft(platform, draft, device.receipts, device.opener())
    except Unavailable as away:
        raise Unavailable(
            away.code, f"{away.message} The step is signed: {draft}.", "later: `gridwitness case draft send`"
        ) from away
    draft.unlink()
    return record, str(device.receipts / f"{answer['jti']}.receipt")


def _signing(device: DeviceFolder, case: KnownCase) -> Signing:
    roster = device.known(_ROSTER)["items"]
    return Signing(device.known(_ACCOUNT), case, device.known(case.rules), roster)


def _new_case(platform: PlatformClient, device: DeviceFolder, agency: str, wanted: str) -> KnownCase:
    found = platform.get("/procedures", procedure=wanted, in_force=True)["items"]
    version = str(found[0]["version"])
    fetch_procedure(platform, device, version)
    case = KnownCase(platform.new_subject(agency), wanted, version, NEW)
    device.remember(f"new-{wanted}", case.to_json())
    return case


def _signed(
    device: DeviceFolder,
    signing: Signing,
    kind: str,
    fields: Mapping[str, Any],
    places: Mapping[str, str],
    provenance: dict[str, Any],
) -> tuple[Record, Path]:
    agency = str(signing.account["agency"])
    record = sign_at(signing.case.place, device.opener()(), agency, kind, fields, device_now())
    draft = device.drafts / f"{record.claims.jti}.json"
    Draft(record.presentation, provenance, dict(places)).save(draft)
    return record, draft


def _move_on(device: DeviceFolder, case: KnownCase, record: Record) -> None:
    """The next draft of this case follows this one; once sent, both are signed again at the real head."""
    claims = record.claims
    place = replace(case.place, sub=claims.sub, seq=claims.seq + 1, prev=record.digest)
    device.remember(claims.sub, replace(case, place=place).to_json())
