"""Acts 9, 11 and 12: all is anchored; the auditor proves it with a program that shares no code with us."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gridwitness_evidence import parse_presentation, redact

from gridwitness_cli.demo.cast import AUDITOR, LI
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.story import Verification, expect
from gridwitness_cli.demo.verification import Verdict, pin, verify

_PRIVATE = ("place", "facts")


@dataclass(frozen=True)
class AuditorDesk:
    """The auditor's own copy of the trust file and what they downloaded."""

    company: Company
    trust: Path
    bundles: Path

    @classmethod
    def set_up(cls, company: Company) -> AuditorDesk:
        """Copy the trust file and confirm it by the digest that the operator read out."""
        folder = company.stage.folder
        trust = folder / "auditor" / "trust.json"
        trust.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(company.stage.settings.trust_file, trust)
        read_out = sha256(company.stage.settings.trust_file.read_bytes()).hexdigest()
        answer = pin(company.stage.environment, trust, read_out)
        expect(answer.exit_code == 0, "pin-refused", answer.message)
        bundles = folder / "bundles"
        bundles.mkdir(exist_ok=True)
        return cls(company, trust, bundles)

    def verify(self, what: str, exit_code: int, *arguments: str | Path) -> Verdict:
        """Run one verification that has to end with `exit_code`; the story tells of it."""
        verdict = verify(self.company.stage.environment, *arguments, "--trust", self.trust)
        self.company.story.verifications.append(Verification(what, verdict.exit_code, verdict.sentence))
        expect(
            verdict.exit_code == exit_code,
            "verdict-differs",
            f"{what}: expected exit code {exit_code}, got {verdict.exit_code}: {verdict.sentence} "
            f"{json.dumps(verdict.failed, ensure_ascii=False)[:2000]}",
        )
        return verdict

    def audit(self, *arguments: str | Path) -> tuple[str | Path, ...]:
        """Arguments of an audit of the whole database, read with the auditor's own role."""
        home = self.company.stage.home
        return (
            "audit",
            "--database",
            self.company.stage.database.auditor,
            "--files",
            home / "files",
            *arguments,
        )


def anchor_everything(company: Company) -> None:
    """`gridwitness anchor --wait`, as an operator would before an inspection."""
    told = json.loads(company.stage.run("anchor", "--wait", "--json").stdout)
    expect(
        all(log["accepted"] == log["anchored"] for log in told["logs"]),
        "not-anchored",
        f"Not anchored: {told}",
    )
    company.story.counts["records_anchored"] = sum(log["anchored"] for log in told["logs"])
    company.story.say(f"   {company.story.counts['records_anchored']} 条记录全部上链  records, all anchored")


def prove(desk: AuditorDesk) -> None:
    """Bundles, logs and database: downloaded by the auditor, proved offline where that is possible."""
    _download(desk)
    _prove_bundles(desk)
    _prove_logs(desk)
    _prove_database(desk)


def _download(desk: AuditorDesk) -> None:
    door = desk.company.door(AUDITOR.username)
    for told in desk.company.story.records:
        (desk.bundles / f"{told.bundle}.json").write_bytes(door.evidence(told.jti))
    desk.company.story.say(
        f"   {len(desk.company.story.records)} 份证据包  evidence bundles in {desk.bundles}"
    )


def _prove_bundles(desk: AuditorDesk) -> None:
    """Without network: neither a node nor the platform is asked."""
    story = desk.company.story
    paths = [desk.bundles / f"{told.bundle}.json" for told in story.records]
    verdict = desk.verify("bundle: 全部证据包，离线 all bundles, offline", 0, "bundle", *paths)
    for told, path in zip(story.records, paths, strict=True):
        story.bundles.append(
            {
                "file": path.name,
                "jti": told.jti,
                "title": told.title,
                "exit_code": 0,
                "verdict": verdict.sentence,
            }
        )
    redacted, forged, garbage = _variants(desk)
    desk.verify("bundle: 隐去地点和事实 place and facts hidden", 0, "bundle", redacted)
    desk.verify("bundle: 篡改的证据包 a forged bundle", 1, "bundle", forged)
    desk.verify("bundle: 残缺文件 garbage", 2, "bundle", garbage)
    story.counts["bundles"] = len(paths)
    story.say(f"   离线核实 {len(paths)} 份全部通过  all proved offline; one forged and one broken are not")


def _variants(desk: AuditorDesk) -> tuple[Path, Path, Path]:
    """A proof with its personal fields, and then hidden again; with a field forged, and cut off."""
    told = next(t for t in desk.company.story.records if t.bundle.endswith("-inspection"))
    original = desk.company.door(AUDITOR.username).evidence(told.jti, personal=True).decode("utf-8")
    bundle = json.loads(original)
    record = parse_presentation(bundle["record"])
    folder = desk.trust.parent
    redacted, forged = folder / "redacted.json", folder / "forged.json"
    redacted.write_text(json.dumps({**bundle, "record": redact(record, _PRIVATE)}), encoding="utf-8")
    signature = record.entry.rpartition(".")[2]
    other = ("B" if signature[0] != "B" else "C") + signature[1:]
    twisted = bundle["record"].replace(signature, other, 1)
    forged.write_text(json.dumps({**bundle, "record": twisted}), encoding="utf-8")
    garbage = folder / "garbage.json"
    garbage.write_text(original[:500], encoding="utf-8")
    return redacted, forged, garbage


def _prove_logs(desk: AuditorDesk) -> None:
    desk.company.stage.settle()  # that the auditor read personal data is itself on record
    token = desk.trust.parent / "token"
    desk.company.door(AUDITOR.username).keep_token(token)
    receipts = desk.company.device(LI).receipts
    verdict = desk.verify(
        "log: 公开日志与合约、回执 logs, contract and an officer's receipts",
        0,
        "log",
        desk.company.stage.url,
        "--token-file",
        token,
        "--receipts",
        receipts,
    )
    subject = verdict.report["subject"]
    entries, cases = subject["entries"], sum(subject["milestones"].values())
    desk.company.story.say(
        f"   日志 {entries} 条与合约一致，合约中 {cases} 个办案节点均有记录  "
        "entries and registered milestones of both logs agree with the contracts"
    )


def _prove_database(desk: AuditorDesk) -> None:
    page = desk.company.stage.folder / "report.html"
    verdict = desk.verify("audit: 全库核查 the whole database", 0, *desk.audit("--html", page))
    desk.company.story.counts["audit_entries"] = verdict.count("entries")
    desk.company.story.counts["audit_rows"] = verdict.count("rows")
    desk.company.story.say(f"   全库核查通过，报告 {page}  the audit proves every required check")
