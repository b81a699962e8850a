"""`gridwitness submit sign`: a statement signed on the device, offline unless `--url` is given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from gridwitness.errors import InvalidInput
from gridwitness_evidence import EvidenceError

from gridwitness_cli.device.attachments import describe_files
from gridwitness_cli.device.device_clock import device_now
from gridwitness_cli.device.draft import Draft
from gridwitness_cli.device.local_files import read_json_object
from gridwitness_cli.device.officer_key import open_key
from gridwitness_cli.device.options import AgencyCode, KeyFile, PassphraseFile
from gridwitness_cli.device.platform_client import PlatformClient, refusals
from gridwitness_cli.device.signing import NEW, capture_provenance, sign_at
from gridwitness_cli.device.subject_place import SubjectPlace, checked_subject, digest, seen_option
from gridwitness_cli.submit.field_options import chosen_kind, read_fields


def sign(
    key_file: KeyFile,
    agency: AgencyCode,
    kind: Annotated[str, typer.Option(help="As case.step.v1; without version the newest. 记录类型")],
    out: Annotated[Path, typer.Option(help="The draft, for `submit send`. 草稿文件")],
    subject: Annotated[str, typer.Option(help="`new`, or 32 hex digits. 主体")] = NEW,
    field: Annotated[list[str] | None, typer.Option(help="name=value or name:=JSON, repeated. 字段")] = None,
    file: Annotated[list[Path] | None, typer.Option(help="A file it names, repeated. 附件")] = None,
    head: Annotated[Path | None, typer.Option(help="What `submit head` wrote. 最新状态文件")] = None,
    url: Annotated[str | None, typer.Option(help="Fetch the head now instead. 平台地址")] = None,
    token_file: Annotated[Path | None, typer.Option(help="For --url and a known subject. 令牌文件")] = None,
    log_origin: Annotated[str | None, typer.Option(help="The log, without --head or --url. 日志原点")] = None,
    seq: Annotated[int | None, typer.Option(min=0, help="Place in the subject's history. 序号")] = None,
    prev: Annotated[
        str | None, typer.Option(help="Digest of the entry before, base64url. 前一条摘要")
    ] = None,
    seen: Annotated[str | None, typer.Option(help="SIZE:ROOT of an anchored tree head. 已上链树头")] = None,
    captured: Annotated[str | None, typer.Option(help="When it was captured, …Z. 采集时间")] = None,
    device: Annotated[str | None, typer.Option(help="The device's name. 设备名称")] = None,
    clock_source: Annotated[str | None, typer.Option(help="As gnss, ntp. 时钟来源")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Sign a statement and keep it as a draft; nothing is sent. 签名并存为草稿。"""
    chosen = chosen_kind(kind)
    described, places = describe_files(file or [])
    fields = read_fields(chosen, field or [], described)
    provenance = capture_provenance(captured, device, clock_source)
    place = _place(agency, subject, head, url, token_file, log_origin)
    place = _overridden(place, seq, prev, seen)
    record = sign_at(
        place, open_key(key_file, passphrase_file), agency, chosen.name, fields, device_now(), subject
    )
    Draft(record.presentation, provenance, places).save(out)
    typer.echo(f"{record.claims.jti}  主体 subject {record.claims.sub}  seq {record.claims.seq}")


def _place(
    agency: str, subject: str, head: Path | None, url: str | None, token: Path | None, origin: str | None
) -> SubjectPlace:
    if sum(given is not None for given in (head, url, origin)) != 1:
        raise InvalidInput(
            "options",
            "Give one of --head, --url and --log-origin.",
            "they say which log the statement is for",
        )
    if subject != NEW:
        checked_subject(subject)
    if url is not None:
        with refusals(), PlatformClient(url, token) as platform:
            return platform.new_subject(agency) if subject == NEW else platform.subject(subject)
    if origin is not None:
        return SubjectPlace(origin, None)
    assert head is not None
    place = SubjectPlace.from_json(read_json_object(head))
    if subject == NEW:
        return SubjectPlace(place.origin, place.seen)
    if place.sub != subject:
        raise InvalidInput("head-invalid", f"{head} is not the head of subject {subject}.", "fetch that one")
    return place


def _overridden(place: SubjectPlace, seq: int | None, prev: str | None, seen: str | None) -> SubjectPlace:
    try:
        previous = place.prev if prev is None else digest(prev)
    except (ValueError, EvidenceError):
        raise InvalidInput("prev-form", f"{prev!r} is no digest.", "43 characters of base64url") from None
    return replace(
        place,
        seq=place.seq if seq is None else seq,
        prev=previous,
        seen=place.seen if seen is None else seen_option(seen),
    )
