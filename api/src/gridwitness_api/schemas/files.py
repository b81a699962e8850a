"""Files that records name."""

from __future__ import annotations

from pydantic import ConfigDict

from gridwitness_api.schemas.forms import Answer, example


class StoredFile(Answer):
    """A stored file 文件: name it in a record by these values. `type` is sniffed, for display."""

    model_config = ConfigDict(
        json_schema_extra=example(
            {
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "sm3": "55e12e91650d2fec56ec74e1d3e4ddbfce2ef3a65890c2a19ecf88a307e76a23",
                "size": 4,
                "type": "text/plain",
            }
        )
    )

    sha256: str
    sm3: str
    size: int
    type: str
