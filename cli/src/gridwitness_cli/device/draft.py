"""A draft: a statement signed on the device and not yet sent, with the files it names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gridwitness.errors import InvalidInput
from gridwitness_evidence import EvidenceError, Record, parse_presentation

from gridwitness_cli.device.local_files import read_json_object, write_json

FORMAT = "gridwitness-draft/v1"


@dataclass(frozen=True)
class Draft:
    """`record` is the presentation as signed; `files` SHA-256 (hex) → path on this device."""

    record: str
    provenance: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Draft:
        """Raises InvalidInput `draft-invalid`, `file-unreadable`, `json-…`."""
        value = read_json_object(path)
        record, provenance, files = value.get("record"), value.get("provenance"), value.get("files")
        if (
            value.get("format") == FORMAT
            and isinstance(record, str)
            and isinstance(provenance, dict)
            and isinstance(files, dict)
            and all(isinstance(file, str) for file in files.values())
        ):
            return cls(record, provenance, files)
        raise InvalidInput("draft-invalid", f"{path} is no draft.", "make one with `gridwitness submit sign`")

    def save(self, path: Path) -> None:
        """Put the draft in place whole: what was signed is never lost half way."""
        claims = self.parsed().claims
        named = {"format": FORMAT, "jti": claims.jti, "subject": claims.sub}
        write_json(path, {**named, "record": self.record, "provenance": self.provenance, "files": self.files})

    def parsed(self) -> Record:
        """The statement. Raises InvalidInput with the grammar's code."""
        try:
            return parse_presentation(self.record, complete=True)
        except EvidenceError as error:
            raise InvalidInput(error.code, f"The draft's record: {error.message}", "sign it anew") from error

    def signed_again(self, record: Record, captured: str) -> Draft:
        """The draft with a new signing; the first one stays as capture statement, with its time."""
        kept = {"captured": captured, "capture": self.record} | self.provenance
        return replace(self, record=record.presentation, provenance=kept)
