"""The parts a paper is made of, before they are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; its own paragraphs end with a line feed, each indented by two characters."""

    text: str
    indented: bool = True


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of its own, in the heavier typeface."""

    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a form. `share` of the row's width; `height`: least height in lines."""

    text: str
    share: float
    label: bool = False
    height: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a form; a row higher than the page's rest goes on on the next one."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Lines to be filled in or signed, kept together: `label：value`."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seal:
    """Who issues the paper, with the place for its seal, and the date: at the right, kept together."""

    agency: str
    date: str


Block = Paragraph | Heading | Row | Fields | Seal


@dataclass(frozen=True, slots=True)
class Paper:
    """One document, composed: `style` sets the measure of its text."""

    agency: str
    title: str
    number: str
    blocks: tuple[Block, ...]
    style: Literal["letter", "form"]
