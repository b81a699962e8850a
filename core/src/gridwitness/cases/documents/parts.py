"""Parts that several papers share."""

from __future__ import annotations

from gridwitness.cases.documents.blocks import Cell, Fields, Paragraph, Row, Seal
from gridwitness.cases.documents.content import DocumentContent
from gridwitness.cases.documents.wording import (
    BLANK,
    addressee,
    count,
    day,
    given,
    officer,
    party_value,
    term,
)

LABEL = 0.18
"""Share of a form's width for a label."""


def wide(label: str, text: str, height: int = 1) -> Row:
    """A label and what is said, over the whole width."""
    return Row((Cell(label, LABEL, label=True), Cell(text, 1 - LABEL, height=height)))


def pair(label: str, text: str, other: str, other_text: str) -> Row:
    """Two labels with their values in one row."""
    share = 0.5 - LABEL
    return Row(
        (
            Cell(label, LABEL, label=True),
            Cell(text, share),
            Cell(other, LABEL, label=True),
            Cell(other_text, share),
        )
    )


def party_rows(content: DocumentContent) -> tuple[Row, ...]:
    """Who the party is, in a form."""
    organisation = content.party_kind == "organisation"
    return (
        pair(
            "当事人名称" if organisation else "当事人姓名",
            party_value(content, "name"),
            "法定代表人" if organisation else "联系电话",
            party_value(content, "representative" if organisation else "phone"),
        ),
        pair(
            "证件类型",
            party_value(content, "document_type"),
            "证件号码",
            party_value(content, "document_number"),
        ),
        wide("地址", party_value(content, "address")),
    )


def party_text(content: DocumentContent) -> Paragraph:
    """Who the party is, at the head of a letter."""
    organisation = content.party_kind == "organisation"
    lines = [
        f"当事人：{party_value(content, 'name')}",
        f"{party_value(content, 'document_type')}：{party_value(content, 'document_number')}"
        if content.party and content.party.document_type and "party" not in content.erased
        else f"证件号码：{party_value(content, 'document_number')}",
    ]
    if organisation:
        lines.append(f"法定代表人（负责人）：{party_value(content, 'representative')}")
    lines.append(f"地址：{party_value(content, 'address')}")
    if not organisation:
        lines.append(f"联系电话：{party_value(content, 'phone')}")
    return Paragraph("\n".join(lines))


def facts(content: DocumentContent) -> str:
    """What happened."""
    return given(content.facts, erased="facts" in content.erased)


def place(content: DocumentContent) -> str:
    """Where it happened."""
    return given(content.place, erased="place" in content.erased)


def seal(content: DocumentContent) -> Seal:
    """The agency's seal and the step's day."""
    return Seal(content.agency, day(content.occurred_at))


def officer_signatures(content: DocumentContent) -> Fields:
    """A line to sign on for every officer, two at least (行政处罚法 Art. 42)."""
    lines = [f"执法人员：{officer(who)}　签名：{BLANK}" for who in content.officers]
    lines += [f"执法人员：{BLANK}　签名：{BLANK}"] * (2 - len(lines))
    return Fields(tuple(lines))


def party_signature(label: str = "当事人签收") -> Fields:
    """Where the party signs, with the date."""
    return Fields((f"{label}：{BLANK}　　　　年　　月　　日",))


def payment(content: DocumentContent) -> Paragraph:
    """How and by when a fine is paid, and what follows if not (行政处罚法 Art. 67, 72)."""
    days = content.terms.payment
    within = f"自收到本决定书之日起{count(days)}日内" if days is not None else "在规定的期限内"
    return Paragraph(
        f"罚款由{addressee(content)}{within}，到指定的银行或者通过电子支付系统缴纳。"
        "到期不缴纳罚款的，每日按罚款数额的百分之三加处罚款，加处罚款的数额不超过罚款的数额。"
    )


def remedies(content: DocumentContent) -> Paragraph:
    """Reconsideration and suit, with their terms (行政复议法 Art. 20, 23; 行政诉讼法 Art. 45, 46)."""
    terms = content.terms
    start = "自收到本决定书之日起"
    review = f"{start}{term(terms.reconsideration)}内" if terms.reconsideration else "在法定期限内"
    suit = f"{start}{term(terms.litigation)}内" if terms.litigation else "在法定期限内"
    if terms.reconsideration_first:
        text = (
            f"如不服本决定，可以{review}依法申请行政复议；对行政复议决定不服的，"
            "可以在收到行政复议决定书后依法向人民法院提起行政诉讼。"
        )
    else:
        text = f"如不服本决定，可以{review}依法申请行政复议，也可以{suit}依法向人民法院提起行政诉讼。"
    return Paragraph(f"{text}行政复议或者行政诉讼期间，除法律另有规定外，本决定不停止执行。")
