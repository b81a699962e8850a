"""Row bytes of whole frames, equal to `rows.row_bytes` of every row."""

from __future__ import annotations

import polars as pl

from gridwitness.trucks.rows import ROW_COLUMNS

_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    **{chr(code): f"\\u{code:04x}" for code in range(0x20)},
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}
"""RFC 8785 section 3.2.2.2."""
_TO_ESCAPE = r'["\\\x00-\x1f]'


def frame_texts(content: str, frame: pl.DataFrame) -> pl.Series:
    """The row bytes of every row as text, in the frame's order. `serial` and `item` are never null."""
    names = sorted(name for name in ROW_COLUMNS[content] if name in frame.columns)
    parts = [_member(name, frame[name]) for name in names]
    text = pl.concat_str([pl.lit("{"), *parts, pl.lit("}")], ignore_nulls=True)
    return frame.select(text.alias("row")).to_series()


def _member(name: str, values: pl.Series) -> pl.Expr:
    """The member with the comma that parts it from `item`, which every row has; null where the value is."""
    before, after = ("," if name > "item" else ""), ("," if name < "item" else "")
    kind, text = values.dtype, pl.col(name)
    if kind.is_integer():
        return pl.concat_str(pl.lit(f'{before}"{name}":'), text.cast(pl.String), pl.lit(after))
    if isinstance(kind, pl.Datetime):
        text = text.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    elif kind == pl.Boolean:
        text = text.cast(pl.String)
    elif values.str.contains(_TO_ESCAPE).any():
        text = text.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
    return pl.concat_str(pl.lit(f'{before}"{name}":"'), text, pl.lit(f'"{after}'))
