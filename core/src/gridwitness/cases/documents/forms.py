"""Papers in the shape of a form: filing form, service receipt, closing report."""

from __future__ import annotations

from gridwitness.cases.documents.amounts import amount_words
from gridwitness.cases.documents.blocks import Block, Paper, Row
from gridwitness.cases.documents.content import DocumentContent, PastStep
from gridwitness.cases.documents.parts import facts, pair, party_rows, place, wide
from gridwitness.cases.documents.wording import (
    BLANK,
    NONE,
    articles,
    chinese,
    day,
    minute,
    officer,
    officers,
    party_value,
    penalties,
    service_method,
)

_PROCEDURES = {"general": "一般程序", "summary": "简易程序"}
_SIGN = f"\n\n签名：{BLANK}　　　　年　　月　　日"


def filing_form(content: DocumentContent) -> Paper:
    """立案审批表: clue, party, facts, basis, and the head's approval (行政处罚法 Art. 54)."""
    rows = (
        pair("案号", content.case_number or NONE, "案件来源", chinese(content.source)),
        pair("案由", content.matter or NONE, "适用程序", _procedure(content)),
        *party_rows(content),
        wide("发生地点", place(content)),
        wide("简要案情及\n立案理由", facts(content), height=7),
        wide("立案依据", articles(content.basis), height=2),
        wide("承办人意见", f"建议立案调查。承办人：{officers(content.officers)}{_SIGN}", height=4),
        wide("审批意见", f"{_approval(content)}{_SIGN}", height=4),
    )
    return _form(content, "立案审批表", rows)


def service_receipt(content: DocumentContent) -> Paper:
    """送达回证: what was served on whom, how, when and by whom (行政处罚法 Art. 61)."""
    signed = content.details.get("receipt_signed")
    rows = (
        wide("案由", content.matter or NONE),
        wide("受送达人", party_value(content, "name")),
        wide("送达文书", _served_paper(content)),
        pair("案号", content.case_number or NONE, "送达方式", service_method(content.details.get("method"))),
        wide(
            "送达地点",
            place(content) if content.place or "place" in content.erased else party_value(content, "address"),
        ),
        wide("送达时间", minute(content.occurred_at)),
        wide("受送达人签收", f"{_signed(signed)}{_SIGN}", height=4),
        wide("代收人签收", f"与受送达人关系：{BLANK}{_SIGN}", height=4),
        wide("送达人", f"{officers(content.officers)}{_SIGN}", height=4),
        wide("见证人", _SIGN.lstrip("\n"), height=2),
        wide("备注", facts(content), height=3),
    )
    return _form(content, "送达回证", rows)


def closing_report(content: DocumentContent) -> Paper:
    """结案报告: what was decided, how it was fulfilled, and the case's course."""
    filed, decided, served = (
        content.last("filing", "card-shown"),
        content.last("decision"),
        content.last("decision-service"),
    )
    rows = (
        pair(
            "案号",
            content.case_number or NONE,
            "适用程序",
            _procedure(content),
        ),
        pair("案由", content.matter or NONE, "案件来源", chinese(content.source)),
        *party_rows(content),
        pair("立案时间", _on(filed), "决定时间", _on(decided)),
        pair("送达时间", _on(served), "结案时间", day(content.occurred_at)),
        wide("处理决定", _decided(decided), height=2),
        wide("执行情况", _fulfilled(content), height=2),
        wide("依据", articles(content.basis)),
        wide("结案理由", facts(content), height=3),
        wide("办案经过", _course(content), height=4),
        wide("承办人", f"{officers(content.officers)}{_SIGN}", height=4),
        wide("审批意见", f"{_approval(content)}{_SIGN}", height=4),
    )
    return _form(content, "结案报告", rows)


def _procedure(content: DocumentContent) -> str:
    return _PROCEDURES.get(content.procedure, content.procedure)


def _approval(content: DocumentContent) -> str:
    outcome = "" if content.outcome is None else f"{chinese(content.outcome)}。"
    return f"{outcome}负责人：{officer(content.signer)}，{day(content.occurred_at)}在线审批。"


def _served_paper(content: DocumentContent) -> str:
    decided = content.last("decision")
    title = {"no-penalty": "不予行政处罚决定书", "transfer": "案件移送决定书"}.get(
        (decided.outcome if decided else None) or "", "行政处罚决定书"
    )
    if content.procedure == "summary":
        title = "当场行政处罚决定书"
    return f"《{title}》" + (f"（{day(decided.occurred_at)}）" if decided else "")


def _signed(signed: object) -> str:
    return {True: "已签收。", False: "未签收。"}.get(signed, NONE) if isinstance(signed, bool) else NONE


def _on(past: PastStep | None) -> str:
    return NONE if past is None else day(past.occurred_at)


def _decided(decided: PastStep | None) -> str:
    if decided is None:
        return NONE
    parts = penalties(decided.details)
    return "；".join([chinese(decided.outcome or "penalty"), *parts]) + "。"


def _fulfilled(content: DocumentContent) -> str:
    lines = []
    for past in content.history:
        if past.step == "payment":
            amount = past.details.get("amount")
            method = past.details.get("method")
            lines.append(
                f"{day(past.occurred_at)}缴款{'' if amount is None else amount_words(amount)}"
                + ("" if method is None else f"，{chinese(method)}")
            )
        elif past.step in ("performance", "court-enforcement"):
            lines.append(f"{day(past.occurred_at)}{past.title}：{chinese(past.outcome)}")
    return "\n".join(lines) or NONE


def _course(content: DocumentContent) -> str:
    lines = []
    for past in content.history:
        outcome = "" if past.outcome is None else f"（{chinese(past.outcome)}）"
        lines.append(f"{day(past.occurred_at)}　{past.title}{outcome}")
    return "\n".join(lines) or NONE


def _form(content: DocumentContent, title: str, rows: tuple[Row, ...]) -> Paper:
    blocks: tuple[Block, ...] = rows
    return Paper(content.agency, title, "", blocks, "form")
