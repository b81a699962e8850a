"""Papers addressed to the party: prior notice, decisions, dunning."""

from __future__ import annotations

from gridwitness.cases.documents.amounts import amount_words
from gridwitness.cases.documents.blocks import Block, Heading, Paper, Paragraph
from gridwitness.cases.documents.content import DocumentContent
from gridwitness.cases.documents.parts import (
    facts,
    officer_signatures,
    party_signature,
    party_text,
    payment,
    place,
    remedies,
    seal,
)
from gridwitness.cases.documents.wording import (
    NONE,
    addressee,
    articles,
    count,
    day,
    detail_time,
    listed,
    minute,
    party_value,
    penalties,
)

_DECISION_TITLES = {"no-penalty": "不予行政处罚决定书", "transfer": "案件移送决定书"}


def notice(content: DocumentContent) -> Paper:
    """行政处罚事先告知书: content, facts, reasons, basis and rights (行政处罚法 Art. 44, 45, 63, 64)."""
    you = addressee(content)
    blocks: list[Block] = [
        Paragraph(f"{party_value(content, 'name')}：", indented=False),
        Paragraph(f"经调查，本机关拟对{you}作出行政处罚。现将有关事项告知如下："),
        Heading("一、违法事实和理由"),
        Paragraph(facts(content)),
        Heading("二、处罚依据"),
        Paragraph(f"{articles(content.basis)}。"),
        Heading("三、拟作出的行政处罚"),
        Paragraph(listed(penalties(content.details))),
        Heading("四、依法享有的权利"),
        Paragraph(
            f"根据《中华人民共和国行政处罚法》第四十四条、第四十五条的规定，{you}有权进行陈述和申辩。"
            f"本机关将充分听取{you}的意见，不因陈述、申辩而给予更重的处罚。"
        ),
    ]
    if content.details.get("hearing_offered") is True:
        days = content.terms.hearing_request
        within = f"在收到本告知书后{count(days)}个工作日内" if days is not None else "在法定期限内"
        blocks.append(
            Paragraph(
                f"根据《中华人民共和国行政处罚法》第六十三条、第六十四条的规定，{you}有权要求听证。"
                f"要求听证的，应当{within}向本机关提出；逾期未提出的，视为放弃听证权利。"
            )
        )
    blocks += [seal(content), officer_signatures(content), party_signature()]
    return _letter(content, "行政处罚事先告知书", blocks)


def decision(content: DocumentContent) -> Paper:
    """The decision: on the spot in the summary procedure, else one of penalty, of none, or of transfer."""
    return _spot_decision(content) if content.procedure == "summary" else _general_decision(content)


def _general_decision(content: DocumentContent) -> Paper:
    """行政处罚决定书, with the six items of 行政处罚法 Art. 59."""
    outcome = content.outcome or "penalty"
    blocks: list[Block] = [
        party_text(content),
        Heading("一、事实和证据"),
        Paragraph(facts(content)),
        *_heard(content),
        Heading("二、依据和决定"),
        *_decided(content, outcome),
        Heading("三、救济途径和期限" if outcome != "penalty" else "三、履行方式、救济途径和期限"),
        *([payment(content)] if content.details.get("fine") is not None and outcome == "penalty" else []),
        remedies(content),
        seal(content),
    ]
    return _letter(content, _DECISION_TITLES.get(outcome, "行政处罚决定书"), blocks)


def _heard(content: DocumentContent) -> list[Block]:
    """What came before the decision: notice, defence, hearing."""
    told = content.last("notice-service")
    defence, hearing = content.last("statement-defence"), content.last("hearing")
    if told is None:
        return []
    text = (
        f"本机关于{day(told.occurred_at)}向{addressee(content)}送达《行政处罚事先告知书》，"
        "告知拟作出行政处罚的内容及事实、理由、依据和依法享有的权利。"
    )
    if defence is not None:
        waived = defence.outcome == "waived"
        reviewed = "，本机关已予复核" if content.last("defence-review") else ""
        text += (
            f"{addressee(content)}放弃陈述、申辩。"
            if waived
            else f"{addressee(content)}进行了陈述、申辩{reviewed}。"
        )
    if hearing is not None:
        text += f"本机关于{day(hearing.occurred_at)}举行了听证，并根据听证笔录作出本决定。"
    return [Paragraph(text)]


def _decided(content: DocumentContent, outcome: str) -> list[Block]:
    basis, you = articles(content.basis), addressee(content)
    if outcome == "no-penalty":
        return [Paragraph(f"依据{basis}的规定，本机关决定对{you}不予行政处罚。")]
    if outcome == "transfer":
        return [Paragraph(f"依据{basis}的规定，本机关决定将本案移送有管辖权的机关处理。")]
    return [
        Paragraph(f"依据{basis}的规定，本机关决定对{you}作出以下行政处罚："),
        Paragraph(listed(penalties(content.details))),
    ]


def _spot_decision(content: DocumentContent) -> Paper:
    """当场行政处罚决定书, with the items of 行政处罚法 Art. 52."""
    blocks: list[Block] = [
        party_text(content),
        Heading("一、违法行为"),
        Paragraph(f"时间：{minute(content.occurred_at)}\n地点：{place(content)}\n{facts(content)}"),
        Heading("二、依据和决定"),
        *_told_on_the_spot(content),
        Paragraph(f"依据{articles(content.basis)}的规定，决定对{addressee(content)}当场作出以下行政处罚："),
        Paragraph(listed(penalties(content.details))),
        Heading("三、履行方式、救济途径和期限"),
        *([payment(content)] if content.details.get("fine") is not None else []),
        remedies(content),
        seal(content),
        officer_signatures(content),
        party_signature(),
    ]
    return _letter(content, "当场行政处罚决定书", blocks)


def _told_on_the_spot(content: DocumentContent) -> list[Block]:
    """What the case's own steps say was told and heard; nothing where they do not."""
    told = content.last("notice-and-defence")
    if told is None:
        return []
    you = addressee(content)
    heard = f"{you}放弃陈述、申辩" if told.outcome == "waived" else f"已听取{you}的陈述、申辩"
    text = f"执法人员已告知{you}拟作出行政处罚的内容及事实、理由、依据和依法享有的权利，{heard}。"
    return [Paragraph(text)]


def hearing_notice(content: DocumentContent) -> Paper:
    """听证通知书: when and where, and the party's rights there (行政处罚法 Art. 64)."""
    you, asked = addressee(content), content.last("hearing-request")
    on = f"于{day(asked.occurred_at)}" if asked else ""
    public = "不公开" if content.details.get("public") is False else "公开"
    blocks: list[Block] = [
        Paragraph(f"{party_value(content, 'name')}：", indented=False),
        Paragraph(
            f"{you}{on}就本案提出听证申请。根据《中华人民共和国行政处罚法》第六十三条、第六十四条的规定，"
            f"本机关决定{public}举行听证。现将有关事项通知如下："
        ),
        Paragraph(f"听证时间：{detail_time(content.details.get('hearing_at'))}\n听证地点：{place(content)}"),
        Paragraph(
            f"{you}可以亲自参加听证，也可以委托一至二人代理；认为主持人与本案有直接利害关系的，有权申请回避。"
            f"{you}及代理人无正当理由拒不出席听证或者未经许可中途退出听证的，视为放弃听证权利。"
        ),
        seal(content),
        party_signature(),
    ]
    return _letter(content, "行政处罚听证通知书", blocks)


def dunning(content: DocumentContent) -> Paper:
    """催告书: what is still due, by when, how, and the right to be heard (行政强制法 Art. 35, 54)."""
    you, decided = addressee(content), content.last("decision")
    on = f"于{day(decided.occurred_at)}" if decided else ""
    days = content.terms.dunning
    within = f"自收到本催告书之日起{count(days)}个工作日内" if days is not None else "在规定的期限内"
    blocks: list[Block] = [
        Paragraph(f"{party_value(content, 'name')}：", indented=False),
        Paragraph(
            f"本机关{on}对{you}作出行政处罚决定（案号 {content.case_number or NONE}），"
            f"{you}在法定期限内未全部履行。根据《中华人民共和国行政强制法》第三十五条、第五十四条的规定，现催告{you}{within}履行下列义务："
        ),
        Paragraph(listed(_due(content))),
        Paragraph("缴款方式：到指定的银行或者通过电子支付系统缴纳。"),
        Paragraph(
            f"{you}对上述事项有权进行陈述和申辩。逾期仍不履行的，本机关将依法强制执行或者申请人民法院强制执行。"
        ),
    ]
    if content.facts is not None or "facts" in content.erased:
        blocks.append(Paragraph(f"说明：{facts(content)}"))
    blocks += [seal(content), officer_signatures(content), party_signature()]
    return _letter(content, "履行行政处罚决定催告书", blocks)


def _due(content: DocumentContent) -> tuple[str, ...]:
    """The step's own amounts; where it names none, the decision's penalties."""
    named = {"fine": "缴纳罚款", "amount": "缴纳罚款", "surcharge": "缴纳加处罚款"}
    due = tuple(
        f"{words}{amount_words(content.details[name])}"
        for name, words in named.items()
        if content.details.get(name) is not None
    )
    decided = content.last("decision")
    return due or (penalties(decided.details) if decided else ())


def _letter(content: DocumentContent, title: str, blocks: list[Block]) -> Paper:
    return Paper(content.agency, title, f"案号：{content.case_number or NONE}", tuple(blocks), "letter")
