"""A case document as PDF: the same content gives the same bytes, so that a digest can be made again.

That holds for one installation: fonts and libraries are pinned, and the compressor is the machine's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TextMode

from gridwitness.cases.documents.blocks import Paper
from gridwitness.cases.documents.content import DocumentContent
from gridwitness.cases.documents.footing import Square, foot
from gridwitness.cases.documents.forms import closing_report, filing_form, service_receipt
from gridwitness.cases.documents.layout import PAGE_HEIGHT, PAGE_WIDTH, Rule, Text, lay_out
from gridwitness.cases.documents.letters import decision, dunning, hearing_notice, notice
from gridwitness.cases.documents.supervision import opinion, ruling
from gridwitness.cases.documents.typefaces import sans, serif
from gridwitness.errors import NotFound

DOCUMENTS: Mapping[str, Callable[[DocumentContent], Paper]] = {
    "filing-form": filing_form,
    "notice": notice,
    "hearing-notice": hearing_notice,
    "decision": decision,
    "service-receipt": service_receipt,
    "dunning": dunning,
    "closing-report": closing_report,
    "supervision-opinion": opinion,
    "supervision-decision": ruling,
}
"""Papers by the id that a procedure's step names in `document`."""

Mark = Text | Rule | Square


def compose(document: str, content: DocumentContent) -> Paper:
    """What the paper says, not yet laid out. Raises NotFound `document-unknown`."""
    composer = DOCUMENTS.get(document)
    if composer is None:
        raise NotFound(
            "document-unknown", f"There is no document {document[:80]!r}.", f"one of {', '.join(DOCUMENTS)}"
        )
    return composer(content)


def render(document: str, content: DocumentContent) -> bytes:
    """The paper as PDF (A4). Raises NotFound `document-unknown`."""
    paper = compose(document, content)
    pages = [page.marks for page in lay_out(paper)]
    marked = [
        [*marks, *foot(content.origin, content.step, number, len(pages))]
        for number, marks in enumerate(pages, 1)
    ]
    pdf = FPDF(unit="pt", format=(PAGE_WIDTH, PAGE_HEIGHT))
    pdf.set_auto_page_break(False)
    pdf.alias_nb_pages("")  # else a party could write `{nb}` and read the number of pages
    pdf.set_creation_date(content.occurred_at)
    pdf.set_lang("zh-CN")
    pdf.set_title(serif().visible(paper.title))
    pdf.set_author(serif().visible(content.agency))
    with tempfile.TemporaryDirectory(prefix="gridwitness-font-") as folder:
        _add_fonts(pdf, Path(folder), [mark for marks in marked for mark in marks])
        for marks in marked:
            pdf.add_page()
            for mark in marks:
                _draw(pdf, mark)
        return bytes(pdf.output())


def _add_fonts(pdf: FPDF, folder: Path, marks: Iterable[Mark]) -> None:
    """The part of each typeface that the paper needs: cut out first, since fpdf2 takes seconds for a whole
    one.
    """
    for face in (serif(), sans()):
        needed = {
            character
            for mark in marks
            if isinstance(mark, Text) and mark.face == face.name
            for character in mark.text
        }
        if not needed:
            continue
        path = folder / f"{face.name}.ttf"
        path.write_bytes(face.part(needed))
        pdf.add_font(face.name, "", path)


def _draw(pdf: FPDF, mark: Mark) -> None:
    if isinstance(mark, Rule):
        pdf.set_line_width(mark.width)
        pdf.line(mark.x, mark.y, mark.to_x, mark.to_y)
    elif isinstance(mark, Square):
        pdf.rect(mark.x, mark.y, mark.width, mark.height, style="F")
    else:
        pdf.set_font(mark.face, size=mark.size)
        pdf.set_char_spacing(mark.spacing)
        if mark.stroke:
            with pdf.local_context(text_mode=TextMode.FILL_STROKE, line_width=mark.stroke):
                pdf.text(mark.x, mark.y, mark.text)
        else:
            pdf.text(mark.x, mark.y, mark.text)
