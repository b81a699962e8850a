"""Acts 2 and 4: two cases, from the clue to the archive, step by step on the officers' devices."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridwitness_cli.demo.acts.timeline import show_case
from gridwitness_cli.demo.acts.unlawful import try_step
from gridwitness_cli.demo.casebook import Case, Step
from gridwitness_cli.demo.cast import HEAD
from gridwitness_cli.demo.company import Company
from gridwitness_cli.demo.photo import truck_photo
from gridwitness_cli.demo.story import Told, expect

_PAPERS_ZH = {
    "filing-form": "立案审批表",
    "notice": "事先告知书",
    "decision": "处罚决定书",
    "service-receipt": "送达回证",
    "dunning": "催告书",
    "closing-report": "结案报告",
}


def play_case(company: Company, case: Case) -> None:
    """Take every step of a case; the last one puts it into the archive. Then show how it went."""
    played = PlayedCase(company, case)
    played.play()
    view = company.door(HEAD.username).get(f"/cases/{played.sub}")
    number = view["case"]["number"]
    expect(
        view["case"]["state"] == "archived", "case-open", f"{case.title} ended as {view['case']['state']}."
    )
    company.named[case.key] = number
    company.story.counts[f"{case.key}_case_steps"] = len(view["steps"])
    company.story.say(f"   案号 case [bold]{number}[/] · {case.title}")
    show_case(company, view)


@dataclass
class PlayedCase:
    """One case on its way. `waiting`: what was signed where there was no network."""

    company: Company
    case: Case
    taken: int = 0
    waiting: tuple[Step, Path] | None = None

    @property
    def sub(self) -> str:
        """The case's subject, once its first step was accepted."""
        return self.company.subjects[self.case.key]

    def play(self) -> None:
        """Every step on its day."""
        following = [*self.case.steps[1:], None]
        for step, after in zip(self.case.steps, following, strict=True):
            self.company.stage.go_to(step.when)
            self._send_what_waits()
            if after is not None and after.offline:
                self.company.device(after.signer).case("fetch", self.sub)
            if step.unlawful is not None:
                try_step(self.company, step, step.unlawful, self.sub, self._arguments(step))
            else:
                self._take(step)

    def _take(self, step: Step) -> None:
        told = self.company.device(step.signer).case(*self._arguments(step))
        self.company.subjects.setdefault(self.case.key, told["sub"])
        if step.offline:
            self.waiting = (step, Path(told["draft"]))
            return
        self._keep(step, told["jti"])
        if step.cosigner is not None:
            signed = self.company.device(step.cosigner).case("cosign", self.sub, told["jti"])
            title = f"{self.case.title} · {step.step} 共同签名 cosigned"
            self._tell(signed["jti"], title, step.cosigner.username, f"{self._name(step)}-cosign")
        if step.paper:
            self._issue(step, told["jti"])
        self.taken += 1

    def _send_what_waits(self) -> None:
        """Back in the network: the case has moved; the device signs again and keeps the first signing."""
        if self.waiting is None:
            return
        step, draft = self.waiting
        device = self.company.device(step.signer)
        sent = device.case("draft", "send", draft)["drafts"][0]
        kept = device.kept(sent["jti"])
        expect(
            "capture" in kept["provenance"],
            "capture-missing",
            "The step signed offline was not signed again with its first signing kept.",
        )
        counts = self.company.story.counts
        counts["signed_offline"] = counts.get("signed_offline", 0) + 1
        self._keep(step, sent["jti"])
        self.taken += 1
        self.waiting = None

    def _issue(self, step: Step, jti: str) -> None:
        """The step's document as PDF, on the desk of whoever took it."""
        folder = self.company.stage.folder / "documents"
        folder.mkdir(exist_ok=True)
        out = folder / f"{self._name(step)}.pdf"
        issued = self.company.device(step.signer).case("document", self.sub, jti, "--out", out)
        title = f"{self.case.title} · 文书 {_PAPERS_ZH[issued['document']]} {issued['document']}"
        self._tell(issued["jti"], title, "service", f"{self._name(step)}-document")
        counts = self.company.story.counts
        counts["documents"] = counts.get("documents", 0) + 1
        self.company.papers[f"{self.case.key}-{step.step}"] = out

    def _keep(self, step: Step, jti: str) -> None:
        self._tell(jti, f"{self.case.title} · {step.step}", step.signer.username, self._name(step))

    def _tell(self, jti: str, title: str, signer: str, bundle: str) -> None:
        self.company.story.records.append(Told(jti, title, signer, bundle))

    def _name(self, step: Step) -> str:
        return f"{self.case.key}-{self.taken:02}-{step.step}"

    def _arguments(self, step: Step) -> list[str | Path]:
        """What the officer types."""
        opens = self.case.key not in self.company.subjects
        words: list[str | Path] = ["open", self.case.procedure] if opens else ["advance", self.sub, step.step]
        if step.signer not in step.officers:
            words.append("--without-me")
        for officer in step.officers:
            words += [] if officer is step.signer else ["--officer", officer.username]
        for name, value in self._details(step).items():
            words += ["-d", f"{name}:={json.dumps(value, ensure_ascii=False)}"]
        given = {
            "--outcome": step.outcome, "--place": step.place, "--facts": step.facts, "--at": step.dated
        }  # fmt: skip
        for option, text in given.items():
            words += [] if text is None else [option, text]
        for article in step.basis:
            words += ["--basis", article]
        folder = self.company.device(step.signer).folder / "files"
        folder.mkdir(exist_ok=True)
        for path in self._files(step, folder):
            words += ["--file", path]
        if step.party is not None:
            party = folder / "party.json"
            party.write_text(json.dumps(step.party, ensure_ascii=False), encoding="utf-8")
            words += ["--party", party]
        if step.offline:
            words += ["--offline", "--device", "执法终端 ZF-07", "--clock-source", "gnss"]
        return words

    def _details(self, step: Step) -> dict[str, Any]:
        named = self.company.named
        if "{surcharge}" in step.details.values():
            named |= self._owed()
        return {
            name: value.format_map(named) if isinstance(value, str) else value
            for name, value in step.details.items()
        }

    def _owed(self) -> dict[str, str]:
        """The surcharge as the platform computes it for today."""
        money = self.company.door(HEAD.username).get(f"/cases/{self.sub}")["money"]
        return {"surcharge": money["surcharge"]}

    def _files(self, step: Step, folder: Path) -> list[Path]:
        paths = []
        for evidence in step.files:
            path = folder / evidence.name
            if evidence.text is None:
                path.write_bytes(truck_photo(spilled=9 if self.case.key == "summary" else 0))
            else:
                path.write_text(evidence.text, encoding="utf-8")
            paths.append(path)
        return paths
