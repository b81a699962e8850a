"""The report as JSON text: ASCII only, so that nothing in it can steer a terminal."""

from __future__ import annotations

import json

from .model import Report


def render_json(report: Report) -> str:
    """One JSON object (docs/format.md section 14) and a newline."""
    text = json.dumps(report.to_json(), ensure_ascii=True, indent=2)
    # json leaves DEL, the one control character of ASCII that JSON allows raw.
    return text.replace("\x7f", "\\u007f") + "\n"
