"""Letters of supervision, from the supervising organ to the agency (行政执法监督)."""

from __future__ import annotations

from gridwitness.cases.documents.blocks import Block, Fields, Heading, Paper, Paragraph, Seal
from gridwitness.cases.documents.content import DocumentContent
from gridwitness.cases.documents.parts import facts
from gridwitness.cases.documents.wording import BLANK, NONE, articles, count, day, officer


def opinion(content: DocumentContent) -> Paper:
    """行政执法监督意见书: asks the agency to correct itself and to report."""
    return _letter(content, "行政执法监督意见书", "监督意见", "请你机关自行纠正", "反馈办理情况")


def ruling(content: DocumentContent) -> Paper:
    """行政执法监督决定书: binding."""
    return _letter(content, "行政执法监督决定书", "监督决定", "请你机关遵照执行", "报告执行情况")


def _letter(content: DocumentContent, title: str, heading: str, request: str, reply: str) -> Paper:
    issuer = content.signer_agency or content.agency
    days = content.terms.supervision_reply
    within = f"自收到本文书之日起{count(days)}日内" if days is not None else "在规定的期限内"
    basis = articles(content.basis) if content.basis else str(content.details.get("article") or NONE)
    blocks: tuple[Block, ...] = (
        Paragraph(f"{content.agency}：", indented=False),
        Paragraph(
            f"经对你机关办理的案件（案号 {content.case_number or NONE}，案由：{content.matter or NONE}）"
            f"进行监督，监督事项：{content.details.get('title') or NONE}。"
        ),
        Heading("一、事实和理由"),
        Paragraph(facts(content)),
        Heading("二、依据"),
        Paragraph(f"{basis}。"),
        Heading(f"三、{heading}"),
        Paragraph(f"{request}，并{within}书面{reply}。"),
        Seal(issuer, day(content.occurred_at)),
        Fields((f"监督人员：{officer(content.signer)}　签名：{BLANK}",)),
    )
    return Paper(issuer, title, f"案号：{content.case_number or NONE}", blocks, "letter")
