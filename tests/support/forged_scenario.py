"""A small honest deployment: what the tests of audit and log start from, and then attack."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import contract_consortium
from support.contract_chain import ContractChain
from support.forged_platform import ForgedPlatform, fresh_id
from support.forged_record import ForgedRecord, SigningKey

HOSTILE = "\u202eevil\u0007\x1b[2J<script>alert(1)</script>\u2066" + "长" * 2000


@dataclass
class Scenario:
    """The platform and the things in it that attacks name."""

    platform: ForgedPlatform
    officer: SigningKey
    service: SigningKey
    case: list[ForgedRecord]
    manifest: ForgedRecord
    thing: str
    account: str
    account_effect: ForgedRecord
    file: dict[str, Any]


def case_step(place: str | None, step: str, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "procedure": "general", "step": step, "occurred_at": "2026-01-01T08:00:00Z", "officers": ["王", "李"],
        "place": place, "facts": HOSTILE, "basis": None, "outcome": None, "files": files,
    }  # fmt: skip


def build(chain: ContractChain, url: str, folder: Path, *, agencies: int = 1) -> Scenario:
    """Keys, manifests, a case of three steps, rows of every type, a file; all anchored in three batches."""
    consortium = contract_consortium.found(chain, agencies)
    platform = ForgedPlatform(consortium, url, folder)
    confirmer = 2 if agencies > 1 else None
    service = platform.add_key("service", "EdDSA", confirmer)
    officer = platform.add_key("officer", confirmer=confirmer)
    for feature in ("records", "members"):
        platform.declare(service, feature)
    manifest = platform.declare(service, "shop")
    thing, account = fresh_id(), fresh_id()
    platform.anchor()
    file = platform.add_file("现场照片".encode())
    case = [platform.accept("case.step.v1", case_step("中山路", "立案", [file]), officer)]
    sub = case[0].claims["sub"]
    values = {
        "title": HOSTILE[:60], "amount": "12.50", "opened": "2026-01-02T03:04:05.600000Z",
        "day": "2026-01-02",
        "flag": True, "big": 2**60, "data": {"b": [1, None], "甲": "乙"}, "tags": ["x", "y z"],
        "blob": b"\x00\xff",
    }  # fmt: skip
    platform.effect(service, [("shop.thing", {"id": thing, "part": 1}, values)], cause=case[0].jti)
    account_effect = platform.effect(
        service, [("members.account", {"id": account}, {"display_name": "张三", "role": "officer"})]
    )
    platform.anchor()
    case.append(platform.accept("case.step.v1", case_step(None, "调查", []), officer, sub=sub))
    platform.effect(
        service,
        [
            ("shop.thing", {"id": thing, "part": 1}, {"amount": "13.00", "flag": None}),
            ("shop.thing", {"id": thing, "part": 2}, values),
        ],
        cause=case[1].jti,
    )
    platform.effect(service, [("shop.thing", {"id": thing, "part": 2}, None)])
    case.append(platform.accept("case.step.v1", case_step(None, "结案", []), officer, sub=sub))
    platform.anchor()
    return Scenario(platform, officer, service, case, manifest, thing, account, account_effect, file)
