"""Acts 2 and 4: two cases, from filing to closure, signed step by step on the officers' devices."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridwitness.records import rfc3339

from gridwitness_cli.demo.cases import Case, Step
from gridwitness_cli.demo.cast import LI, ZHANG
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.photo import truck_photo
from gridwitness_cli.demo.story import Told, expect

MILESTONES_ZH = {
    "start": "启动",
    "inquiry": "调查取证",
    "review": "审核",
    "decision": "决定",
    "service": "送达",
    "execution": "执行",
    "closure": "结案",
}


def play_case(company: Company, case: Case) -> None:
    """Sign and send every step of a case; the last one closes it."""
    CaseFile(company, case).play()
    company.story.counts[f"{case.procedure}_case_records"] = len(case.steps)
    company.story.say(f"   {case.title}: {len(case.steps)} 条签名记录，已结案  signed records, closed")


@dataclass
class CaseFile:
    """One case on its way. `waiting`: what was signed where there was no network."""

    company: Company
    case: Case
    head: Path | None = None
    waiting: tuple[Step, Path] | None = None

    def play(self) -> None:
        """Every step on its day."""
        following = [*self.case.steps[1:], None]
        for step, after in zip(self.case.steps, following, strict=True):
            self.company.stage.go_to(step.day, step.hour)
            self._send_what_waits()
            if after is not None and after.offline:
                device = self.company.device(after.signer)
                self.head = device.fetch_head(self._subject, "head.json")
            draft = self._sign(step)
            if step.offline:
                self.waiting = (step, draft)
            else:
                self._keep(step, self.company.device(step.signer).send(draft))

    @property
    def _subject(self) -> str:
        return self.company.subjects.get(self.case.procedure, "new")

    def _sign(self, step: Step) -> Path:
        now = self.company.stage.now()
        device = self.company.device(step.signer)
        kind = "case.step.v1" if step.milestone is None else "case.milestone.v1"
        return device.sign(
            kind,
            self._fields(step),
            draft=f"{self.case.procedure}-{self._number(step):02}",
            subject=self._subject,
            files=self._files(step, device.folder / "files"),
            head=self.head if step.offline else None,
            captured=rfc3339(now) if step.offline else None,
        )

    def _fields(self, step: Step) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "procedure": self.case.procedure,
            "occurred_at": rfc3339(self.company.stage.now()),
            "officers": [ZHANG.on_record, LI.on_record],
        }
        given: dict[str, str | None] = {"basis": step.basis, "outcome": step.outcome}
        if step.milestone is None:
            given |= {"step": step.step, "place": step.place, "facts": step.facts}
        else:
            given["milestone"] = step.milestone
        return fields | {name: value for name, value in given.items() if value is not None}

    def _files(self, step: Step, folder: Path) -> list[Path]:
        folder.mkdir(exist_ok=True)
        paths = []
        for evidence in step.files:
            path = folder / evidence.name
            if evidence.text is None:
                path.write_bytes(truck_photo(spilled=9 if self.case.procedure == "summary" else 0))
            else:
                path.write_text(evidence.text, encoding="utf-8")
            paths.append(path)
        return paths

    def _send_what_waits(self) -> None:
        """Back in the network: the subject has moved; the device signs again and keeps the first signing."""
        if self.waiting is None:
            return
        step, draft = self.waiting
        kept = self.company.device(step.signer).send(draft)
        expect(
            "capture" in kept["provenance"],
            "capture-missing",
            "The statement signed offline was not signed again with its first signing kept.",
        )
        self.company.story.counts["signed_offline"] = self.company.story.counts.get("signed_offline", 0) + 1
        self._keep(step, kept)
        self.waiting = None

    def _keep(self, step: Step, kept: dict[str, Any]) -> None:
        self.company.subjects.setdefault(self.case.procedure, kept["sub"])
        what = (
            step.step if step.milestone is None else f"节点 {MILESTONES_ZH[step.milestone]} {step.milestone}"
        )
        number = self._number(step)
        name = f"{self.case.procedure}-{number:02}-{step.milestone or 'step'}"
        told = Told(kept["jti"], f"{self.case.title} · {what}", step.signer.username, name)
        self.company.story.records.append(told)

    def _number(self, step: Step) -> int:
        return self.case.steps.index(step)
