"""What a file of texts is, by its beginning: encoding, separator, headings."""

from __future__ import annotations

import codecs
import csv
import json

from gridwitness.errors import InvalidInput

_SEPARATORS = ",\t;|"
_SAMPLE = 1_000
ENCODINGS = ("utf-8", "gb18030")


def refuse_wide(head: bytes, name: str) -> None:
    """Raises InvalidInput `encoding-unsupported` for UTF-16 and UTF-32, whose line ends are others."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head[:4]:
        raise InvalidInput(
            "encoding-unsupported",
            f"{name} is UTF-16, or no text.",
            "save it as UTF-8 or GBK (Excel: “CSV UTF-8”)",
        )


def encoding_of(head: bytes) -> str:
    """`utf-8` or `gb18030`: that in which most lines that are not plain ASCII can be read."""
    lines = [line for line in head.split(b"\n")[:_SAMPLE] if not line.isascii()]
    readable = sum(_is_utf8(line) for line in lines)
    return "utf-8" if 2 * readable >= len(lines) else "gb18030"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def csv_headings(line: str, separator: str | None, name: str) -> tuple[str, tuple[str, ...]]:
    """Separator and headings of a first line. Raises InvalidInput `header-invalid`, `header-duplicate`."""
    found = separator or max(_SEPARATORS, key=line.count)
    try:
        cells = next(csv.reader([line.rstrip("\r\n")], strict=True, delimiter=found), [])
    except csv.Error as error:
        raise InvalidInput(
            "header-invalid", f"The headings of {name} can't be read: {error}.", None
        ) from error
    headings = tuple(cell.strip() or f"#{number}" for number, cell in enumerate(cells, start=1))
    if len(headings) < 2:
        raise InvalidInput("header-invalid", f"{name} does not begin with a line of headings.", None)
    for heading in headings:
        if headings.count(heading) > 1:
            raise InvalidInput(
                "header-duplicate", f"{name} has two columns named {heading!r}.", "rename one of them"
            )
    return found, headings


def json_headings(head: bytes, name: str) -> tuple[str, ...]:
    """The member names of the first objects. Raises InvalidInput `header-invalid` where there is none."""
    names: dict[str, None] = {}
    for line in head.split(b"\n")[:_SAMPLE]:
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            names |= dict.fromkeys(found)
    if not names:
        raise InvalidInput("header-invalid", f"{name} does not begin with JSON objects.", "one object a line")
    return tuple(names)
