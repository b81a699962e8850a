"""Contents of case documents for tests, and what a reader finds in a rendered one."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdf
import pypdfium2
import zxingcpp
from gridwitness.cases.documents import DocumentContent, Officer, Origin, Party, PastStep, Terms

ENTRY = "mS9hXq3tC0v5oK1y7wZbR2nE8uL4pJ6dG-fTaVcHxQY"
ORIGIN = Origin(
    jti="0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
    entry=ENTRY,
    url=f"http://127.0.0.1:8000/verify/{ENTRY}",
    log="gridwitness/0123456789abcdef0123456789abcdef/330100CG",
)
WHEN = datetime(2026, 11, 27, 1, 5, tzinfo=UTC)
FACTS = (
    "2026年9月1日22时15分，当事人所属的重型自卸货车在建设路由东向西行驶时车厢未密闭，沿途遗撒建筑垃圾约30米。"
    "经现场勘验、询问驾驶员并调取车辆卫星定位记录，上述事实属实。\n"
    "以上事实有现场勘验笔录、询问笔录、经法制和技术审核的卡口监控记录等证据证明。"
)


def _past(step: str, title: str, days: int, outcome: str | None = None, **details: Any) -> PastStep:
    return PastStep(step, title, WHEN - timedelta(days=days), outcome, details)


def rich(**changes: Any) -> DocumentContent:
    """A content with every value given."""
    values: dict[str, Any] = {
        "agency": "示范市城市管理局",
        "case_number": "330100CG-2026-000001",
        "procedure": "general",
        "step": "处罚决定",
        "occurred_at": WHEN,
        "origin": ORIGIN,
        "matter": "运输建筑垃圾车辆沿途泄漏、遗撒",
        "source": "checkpoint",
        "party_kind": "organisation",
        "party": Party(
            "示范市顺达渣土运输有限公司",
            "统一社会信用代码",
            "91330100MA00000000",
            "示范市江边区建设路88号3幢501室",
            "0571-00000000",
            "王建国",
        ),
        "officers": (Officer("李明", "33010001234"), Officer("张晓燕", "33010005678")),
        "signer": Officer("陈卫东", "33010000001"),
        "signer_agency": "示范市司法局",
        "place": "示范市江边区建设路与解放大道交叉口",
        "facts": FACTS,
        "basis": ("《城市建筑垃圾管理规定》第十四条", "第二十三条"),
        "outcome": "penalty",
        "details": {
            "fine": "8500",
            "penalty_kinds": ["fine", "warning"],
            "hearing_offered": True,
            "hearing_at": "2026-12-10T01:30:00Z",
            "method": "direct",
            "receipt_signed": True,
            "title": "未在法定期限内送达",
        },
        "terms": Terms(
            payment=15,
            reconsideration=60,
            litigation=180,
            hearing_request=5,
            dunning=10,
            supervision_reply=30,
        ),
        "history": (
            _past("filing", "立案", 75),
            _past("notice-service", "事先告知书送达", 30, fine="8500"),
            _past("statement-defence", "陈述申辩", 28, "stated"),
            _past("hearing-request", "听证申请", 27),
            _past("hearing", "举行听证", 12),
            _past("defence-review", "陈述申辩复核", 10),
            _past("decision", "处罚决定", 5, "penalty", fine="8500", penalty_kinds=["fine", "warning"]),
            _past("decision-service", "决定书送达", 4),
            _past("payment", "缴款", 1, "full", amount="8500", method="bank"),
        ),
    }
    return DocumentContent(**values | changes)


def bare() -> DocumentContent:
    """A content with nothing that may be missing."""
    return DocumentContent("示范市城市管理局", None, "general", "处罚决定", WHEN, ORIGIN)


def words(pdf: bytes) -> str:
    """All text of a PDF as a reader would copy it, without white space."""
    return "".join(words_by_page(pdf))


def words_by_page(pdf: bytes) -> list[str]:
    """The same, page by page."""
    return [re.sub(r"\s", "", page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def viewer_words(pdf: bytes) -> str:
    """The same by another reader (PDFium, as browsers have it)."""
    document = pypdfium2.PdfDocument(pdf)
    return re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in document))


def codes_by_page(pdf: bytes) -> list[list[str]]:
    """What a camera reads from the QR codes of each page."""
    return [
        [code.text for code in zxingcpp.read_barcodes(page.render(scale=2.5).to_pil())]
        for page in pypdfium2.PdfDocument(pdf)
    ]
