"""Pictures of papers for the guides: `python -m support.paper_samples`, from `tests`, draws them anew."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from gridwitness.cases.documents.rendering import render
from PIL import Image
from support.case_papers import rich

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "guides" / "papers"
SAMPLES = ("filing-form", "decision", "service-receipt")


def picture(document: str) -> Image.Image:
    """The first page, 80 dots an inch, in 16 greys."""
    page = pypdfium2.PdfDocument(render(document, rich()))[0]
    grey: Image.Image = page.render(scale=80 / 72, grayscale=True).to_pil().convert("L")
    return grey.quantize(16)


def write() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    for document in SAMPLES:
        picture(document).save(FOLDER / f"{document}.png", optimize=True)


if __name__ == "__main__":
    write()
