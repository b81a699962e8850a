"""Every paper: what it says, that every page can be verified, and that its bytes can be made again."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256

import pytest
from gridwitness.cases.documents import Officer, Party, PastStep, Terms
from gridwitness.cases.documents.rendering import DOCUMENTS, render
from gridwitness.errors import NotFound
from support.case_papers import (
    ENTRY,
    ORIGIN,
    WHEN,
    bare,
    codes_by_page,
    rich,
    viewer_words,
    words,
    words_by_page,
)

TITLES = {
    "filing-form": "立案审批表",
    "notice": "行政处罚事先告知书",
    "hearing-notice": "行政处罚听证通知书",
    "decision": "行政处罚决定书",
    "service-receipt": "送达回证",
    "dunning": "履行行政处罚决定催告书",
    "closing-report": "结案报告",
    "supervision-opinion": "行政执法监督意见书",
    "supervision-decision": "行政执法监督决定书",
}


def test_every_document_has_a_title_here() -> None:
    assert TITLES.keys() == DOCUMENTS.keys()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_page_can_be_verified(document: str) -> None:
    pdf = render(document, rich())
    assert len(pdf) < 150_000
    pages = words_by_page(pdf)
    assert TITLES[document] in pages[0]
    assert "330100CG-2026-000001" in "".join(pages)
    for number, text in enumerate(pages, 1):
        for printed in (ORIGIN.jti, ENTRY, ORIGIN.url, ORIGIN.log, f"第{number}页共{len(pages)}页"):
            assert printed in text
    assert codes_by_page(pdf) == [[ORIGIN.url]] * len(pages)
    assert viewer_words(pdf) == words(pdf)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_was_never_given_leaves_a_whole_paper(document: str) -> None:
    text = words(render(document, bare()))
    assert TITLES[document] in text
    assert "None" not in text
    assert "已删除" not in text


@pytest.mark.parametrize(
    "document", sorted(DOCUMENTS.keys() - {"supervision-opinion", "supervision-decision"})
)
def test_erased_personal_data_are_said_to_be_erased(document: str) -> None:
    content = rich(party=None, facts=None, place=None, erased=frozenset({"party", "facts", "place"}))
    text = words(render(document, content))
    assert "已删除" in text
    for personal in ("顺达", "91330100MA00000000", "王建国", "遗撒建筑垃圾约"):
        assert personal not in text


def test_an_erased_officer_is_said_to_be_erased() -> None:
    text = words(render("notice", rich(officers=(Officer(None, "33010001234"),))))
    assert "执法人员：已删除（执法证号33010001234）" in text


def test_the_same_content_gives_the_same_bytes_in_another_process() -> None:
    """Another hash seed, another time zone, another moment."""
    program = (
        "from hashlib import sha256\n"
        "from gridwitness.cases.documents.rendering import render\n"
        "from support.case_papers import rich\n"
        "for name in ('decision', 'closing-report'):\n"
        "    print(sha256(render(name, rich())).hexdigest())\n"
    )
    other = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": "tests", "PYTHONHASHSEED": "7", "TZ": "America/New_York"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert other == [sha256(render(name, rich())).hexdigest() for name in ("decision", "closing-report")]
    assert len(set(other)) == 2


def test_other_content_gives_other_bytes() -> None:
    assert render("decision", rich()) != render("decision", rich(details={"fine": "8501"}))


def test_the_decision_has_the_six_items_of_article_59() -> None:
    text = words(render("decision", rich()))
    for item in (
        "当事人：示范市顺达渣土运输有限公司",
        "统一社会信用代码：91330100MA00000000",
        "沿途遗撒建筑垃圾约30米",
        "依据《城市建筑垃圾管理规定》第十四条、第二十三条的规定",
        "1.罚款人民币捌仟伍佰元整（￥8,500.00）；2.警告。",
        "本机关于2026年10月28日向你单位送达《行政处罚事先告知书》",
        "进行了陈述、申辩，本机关已予复核。",
        "举行了听证",
        "自收到本决定书之日起十五日内",
        "每日按罚款数额的百分之三加处罚款",
        "自收到本决定书之日起六十日内依法申请行政复议",
        "自收到本决定书之日起六个月内依法向人民法院提起行政诉讼",
        "示范市城市管理局2026年11月27日（印章）",
    ):
        assert item in text


def test_the_decision_tells_only_of_steps_that_are_on_record() -> None:
    text = words(render("decision", rich(history=())))
    for untold in ("告知书", "陈述", "复核", "听证"):
        assert untold not in text
    waived = PastStep("statement-defence", "陈述申辩", WHEN, "waived")
    told = PastStep("notice-service", "事先告知书送达", WHEN)
    assert "你单位放弃陈述、申辩。" in words(render("decision", rich(history=(told, waived))))


def test_a_decision_against_a_penalty_neither_fines_nor_names_a_term_of_payment() -> None:
    text = words(render("decision", rich(outcome="no-penalty", details={})))
    assert "不予行政处罚决定书" in text
    assert "罚款" not in text
    assert "依法申请行政复议" in text


def test_the_decision_on_the_spot_names_reconsideration_first_and_both_officers_sign() -> None:
    content = rich(
        procedure="summary",
        party_kind="citizen",
        party=Party("张三", "居民身份证", "330100199001010000", "示范市", "13800000000"),
        details={"fine": "200", "penalty_kinds": ["fine"]},
        history=(PastStep("notice-and-defence", "告知", WHEN, "waived"),),
        terms=Terms(payment=15, reconsideration=60, reconsideration_first=True),
    )
    text = words(render("decision", content))
    for item in (
        "当场行政处罚决定书",
        "时间：2026年11月27日9时05分",
        "罚款人民币贰佰元整（￥200.00）",
        "你放弃陈述、申辩",
        "对行政复议决定不服的",
        "执法人员：李明（执法证号33010001234）",
        "执法人员：张晓燕（执法证号33010005678）",
        "当事人签收",
    ):
        assert item in text
    assert "也可以自收到本决定书" not in text
    silent = words(render("decision", replace(content, history=())))
    assert "陈述" not in silent  # what no step says was told is not asserted


def test_the_notice_offers_a_hearing_only_where_the_step_did() -> None:
    offered = words(render("notice", rich()))
    assert "在收到本告知书后五个工作日内向本机关提出" in offered
    assert "不因陈述、申辩而给予更重的处罚" in offered
    assert "听证" not in words(render("notice", rich(details={"fine": "200", "hearing_offered": False})))


def test_forms_tell_the_course_of_the_case() -> None:
    receipt = words(render("service-receipt", rich()))
    assert "《行政处罚决定书》（2026年11月22日）" in receipt
    assert "直接送达" in receipt
    report = words(render("closing-report", rich()))
    assert "2026年11月26日缴款人民币捌仟伍佰元整" in report
    assert "2026年9月13日立案" in report
    hearing = words(render("hearing-notice", rich()))
    assert "听证时间：2026年12月10日9时30分" in hearing
    opinion = words(render("supervision-opinion", rich()))
    assert opinion.startswith("示范市司法局行政执法监督意见书")
    assert "自收到本文书之日起三十日内" in opinion


def test_an_unknown_document_is_refused() -> None:
    with pytest.raises(NotFound) as refused:
        render("diploma", rich())
    assert refused.value.code == "document-unknown"
