"""How one piece of a file is to be read, as a text beside its bytes: with both, the piece is read alone."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from gridwitness.errors import InvalidInput

NAME = "table"
"""First word of the format of a file's messages and letters."""


@dataclass(frozen=True, slots=True)
class PieceForm:
    """`columns`: the file's headings, `fields`: what each is, null where it is not read."""

    kind: str
    """`csv`, `ndjson` or `parquet`."""
    content: str
    columns: tuple[str, ...]
    fields: tuple[str | None, ...]
    encoding: str = "utf-8"
    separator: str = ","
    skip: int = 0
    """Bytes before the first record: byte order mark and headings."""
    zone: str = "Asia/Shanghai"
    """Of times that name none."""

    def to_text(self) -> str:
        """The format of the piece's message."""
        return f"{NAME};{json.dumps(asdict(self), ensure_ascii=False, separators=(',', ':'))}"

    @classmethod
    def from_text(cls, text: str) -> PieceForm:
        """Read a format again. Raises InvalidInput `format-unknown`."""
        try:
            name, _, told = text.partition(";")
            values: dict[str, Any] = json.loads(told)
            if name != NAME:
                raise ValueError(name)
            columns, fields = tuple(values.pop("columns")), tuple(values.pop("fields"))
            return cls(columns=columns, fields=fields, **values)
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidInput("format-unknown", f"{text[:80]!r} is no format of a file.", None) from error
