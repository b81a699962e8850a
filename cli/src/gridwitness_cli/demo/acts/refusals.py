"""Act 6: wrong and hostile inputs are refused, each with its code, and nothing of them is kept."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from gridwitness.records import rfc3339
from gridwitness_evidence import Record, SigningKey, base64url

from gridwitness_cli.demo.cast import CITY, LI, POLICE, POLICE_NODE, STEWARD, WANG, ZHANG
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.door import SD_JWT
from gridwitness_cli.demo.statement import sign_statement
from gridwitness_cli.demo.story import Refusal, expect

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_DAY = 86_400


@dataclass(frozen=True)
class Attempt:
    """Something that must not get in, and the answer it has to get."""

    what: str
    status: int
    code: str
    make: Callable[[Bench], str]
    username: str | None = ZHANG.username
    content_type: str = SD_JWT


@dataclass(frozen=True)
class Bench:
    """What attempts are made from: keys, a good record of the story, a subject that goes on."""

    company: Company
    good: str

    def key(self, role: Any, name: str = "signing") -> SigningKey:
        """A signer's key."""
        return self.company.device(role).signing_key(name)

    def step(self, key: SigningKey, agency: str = CITY, **changed: Any) -> Record:
        """A step of a new case; `changed` are claims."""
        fields = {
            "procedure": "summary",
            "step": "现场检查",
            "occurred_at": rfc3339(self.company.stage.now()),
            "officers": [ZHANG.name],
            "place": None,
            "facts": None,
            "basis": None,
            "outcome": None,
            "files": changed.pop("files", []),
        }
        kind = changed.pop("kind", "case.step.v1")
        return sign_statement(self.company, key, agency, kind, fields, **changed)

    def good_step(self, **changed: Any) -> Record:
        """The same, under a key that is in force."""
        return self.step(self.key(ZHANG), **changed)


def try_wrong_inputs(company: Company) -> None:
    """Every attempt gets its answer; afterwards exactly as much is accepted as before."""
    before = company.stage.backlogs()
    bench = Bench(company, _kept_record(company))
    for attempt in ATTEMPTS:
        answer = _send(company, attempt, attempt.make(bench))
        told = answer.json() if answer.headers.get("Content-Type", "").endswith("json") else {}
        refusal = Refusal(attempt.what, answer.status_code, str(told.get("code")))
        expect(
            (refusal.status, refusal.code) == (attempt.status, attempt.code),
            "refusal-differs",
            f"{attempt.what}: not {attempt.status} {attempt.code}, but {answer.status_code} {answer.text}",
        )
        company.story.refusals.append(refusal)
    _send_again(company, bench.good)
    after = company.stage.backlogs()
    expect(
        [b.accepted for b in before] == [b.accepted for b in after],
        "half-applied",
        f"A refused input left something behind: {before} became {after}.",
    )
    company.story.counts["refused"] = len(ATTEMPTS)
    company.story.say(
        f"   {len(ATTEMPTS)} 种错误输入全部拒绝，未留下任何数据  wrong inputs refused, nothing half-applied"
    )


def _send(company: Company, attempt: Attempt, body: str) -> httpx.Response:
    headers = {"Content-Type": attempt.content_type}
    if attempt.username is None:
        return httpx.post(
            f"{company.stage.url}/api/v1/records", content=body.encode(), headers=headers, trust_env=False
        )
    return company.door(attempt.username).http.post("/records", content=body.encode(), headers=headers)


def _send_again(company: Company, good: str) -> None:
    """The same bytes again are no offence: they get the same receipt."""
    answers = [company.door(ZHANG.username).submit(good) for _ in range(2)]
    expect(
        all(answer.status_code == 200 for answer in answers) and answers[0].json() == answers[1].json(),
        "replay-differs",
        f"A record sent again got another answer: {[answer.text for answer in answers]}",
    )


def _kept_record(company: Company) -> str:
    kept: Path = next(iter((company.device(ZHANG).receipts / "records").glob("*.json")))
    record: str = json.loads(kept.read_text("utf-8"))["record"]
    return record


def _twin(presentation: str) -> str:
    """The other valid ES256 signature over the same bytes: s becomes n − s."""
    entry, _, rest = presentation.partition("~")
    signed, _, signature = entry.rpartition(".")
    raw = base64url.decode(signature)
    other = _P256_ORDER - int.from_bytes(raw[32:], "big")
    return f"{signed}.{base64url.encode(raw[:32] + other.to_bytes(32, 'big'))}~{rest}"


def _edited_payload(presentation: str, edit: Callable[[str], str]) -> str:
    """The payload's text changed, the signature left as it was."""
    entry, _, rest = presentation.partition("~")
    header, payload, signature = entry.split(".")
    edited = base64url.encode(edit(base64url.decode(payload).decode()).encode())
    return f"{header}.{edited}.{signature}~{rest}"


def _edited_field(presentation: str) -> str:
    """One disclosed value changed after the signing."""
    entry, *disclosures = presentation.split("~")
    salt, name, _ = json.loads(base64url.decode(disclosures[0]))
    forged = json.dumps([salt, name, "改过的值"], ensure_ascii=False)
    return "~".join([entry, base64url.encode(forged.encode()), *disclosures[1:]])


def _future(bench: Bench) -> str:
    return bench.good_step(iat=int(bench.company.stage.now().timestamp()) + _DAY).presentation


def _past(bench: Bench) -> str:
    return bench.good_step(iat=int(bench.company.stage.now().timestamp()) - 5 * _DAY).presentation


def _missing_file(bench: Bench) -> str:
    digest = secrets.token_hex(32)
    named = {"name": "照片.png", "sha256": digest, "sm3": digest, "size": 9, "type": "image/png"}
    return bench.good_step(files=[named]).presentation


def _stale(bench: Bench) -> str:
    sub = bench.company.subjects["general"]
    return bench.good_step(sub=sub, seq=0, prev=None).presentation


ATTEMPTS = (
    Attempt("未登录 no login", 401, "token-missing", lambda b: b.good, username=None),
    Attempt(
        "只读账号提交 a read-only account hands in", 403, "role-missing", lambda b: b.good, STEWARD.username
    ),
    Attempt(
        "内容类型不符 wrong content type",
        415,
        "content-type-unsupported",
        lambda b: b.good,
        content_type="text/plain",
    ),
    Attempt("残缺的记录 truncated record", 400, "not-compact", lambda b: b.good[: len(b.good) // 2]),
    Attempt(
        "签名后改字段 field changed after signing",
        400,
        "disclosure-unreferenced",
        lambda b: _edited_field(b.good),
    ),
    Attempt(
        "签名后改声明 claim changed after signing",
        422,
        "signature",
        lambda b: _edited_payload(
            b.good_step(sub="0" * 32, seq=0).presentation, lambda t: t.replace("0" * 32, "1" * 32)
        ),
    ),
    Attempt(
        "重复的 JSON 成员 duplicate JSON member",
        400,
        "json-duplicate",
        lambda b: _edited_payload(b.good, lambda t: t.replace("{", '{"seq":0,', 1)),
    ),
    Attempt("签名孪生 the twin of a signature (n − s)", 409, "identity-conflict", lambda b: _twin(b.good)),
    Attempt("过大的记录 oversized", 413, "too-large", lambda _: "A" * 20_000 + "~"),
    Attempt(
        "未知类型 unknown kind", 422, "kind-unknown", lambda b: b.good_step(kind="case.guess.v1").presentation
    ),
    Attempt("过期的序号 stale seq", 409, "subject-moved", _stale),
    Attempt("未来的时间 signed tomorrow", 422, "iat-in-future", _future),
    Attempt("倒签 backdated", 422, "backdated", _past),
    Attempt("缺少文件 names a missing file", 422, "file-missing", _missing_file),
    Attempt(
        "未登记的密钥 unknown key",
        403,
        "key-unknown",
        lambda b: b.step(SigningKey.generate("ES256")).presentation,
    ),
    Attempt("已吊销的密钥 revoked key", 403, "key-revoked", lambda b: b.step(b.key(WANG)).presentation),
    Attempt("已换发的旧密钥 rotated key", 403, "key-expired", lambda b: b.step(b.key(LI)).presentation),
    Attempt(
        "卡口密钥冒充执法人员 a feed key signs as an officer",
        403,
        "key-purpose",
        lambda b: b.step(b.company.feed, POLICE).presentation,
        POLICE_NODE.username,
    ),
    Attempt(
        "他部署的日志 another deployment's log",
        422,
        "foreign-log",
        lambda b: b.good_step(aud=f"gridwitness/{'0' * 32}/{CITY}").presentation,
    ),
)
