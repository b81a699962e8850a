"""Writes the vectors beside this file: `python tests/vectors/generate.py [--check]`. Always the same bytes.

`--check` writes nothing; exit 1 names the committed files that differ from what would be written.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import claim_cases
import clock_cases
import decision_cases
import disclosure_cases
import due_cases
import duty_cases
import entry_cases
import hotspot_cases
import inquiry_cases
import json_cases
import note_cases
import procedure_documents
import procedure_stories
import row_cases
import signature_cases
import trees

FOLDER = Path(__file__).resolve().parent


def vectors() -> dict[str, Any]:
    """File name → cases."""
    return {
        "mutations/json-malformed.json": json_cases.malformed(),
        "mutations/json-duplicate.json": json_cases.duplicates(),
        "mutations/json-number.json": json_cases.numbers(),
        "mutations/json-surrogate.json": json_cases.surrogates(),
        "mutations/json-depth.json": json_cases.depths(),
        "mutations/json-accepted.json": json_cases.fit(),
        "mutations/compact.json": entry_cases.compact_form(),
        "mutations/sizes.json": entry_cases.sizes(),
        "mutations/base64url.json": entry_cases.base64url(),
        "mutations/header.json": entry_cases.headers(),
        "mutations/claims.json": claim_cases.claims(),
        "mutations/disclosure-form.json": disclosure_cases.forms(),
        "mutations/disclosure-nested.json": disclosure_cases.nested(),
        "mutations/disclosure-references.json": disclosure_cases.references(),
        "mutations/disclosure-missing.json": disclosure_cases.missing(),
        "mutations/signature.json": signature_cases.signatures(),
        "mutations/accepted.json": signature_cases.right(),
        "notes.json": note_cases.notes(),
        "receipts.json": note_cases.receipts(),
        "log_proofs.json": note_cases.log_proofs(),
        "tiles.json": trees.tile_cases(),
        "rows.json": row_cases.rows(),
        "procedure/general.json": procedure_documents.document("general"),
        "procedure/summary.json": procedure_documents.document("summary"),
        "procedure/calendars.json": procedure_stories.calendars(),
        "procedure/judged.json": [
            *inquiry_cases.before_decision(),
            *decision_cases.from_decision(),
            *duty_cases.duties(),
        ],
        "procedure/clocks.json": clock_cases.clocks(),
        "procedure/surcharges.json": clock_cases.surcharges(),
        "due.json": due_cases.due(),
        "hotspots.json": {"packed": hotspot_cases.packed_cells(), "maps": hotspot_cases.maps()},
    }


def main(arguments: list[str]) -> int:
    texts = {
        name: json.dumps(cases, ensure_ascii=False, indent=1) + "\n" for name, cases in vectors().items()
    }
    if "--check" in arguments:
        stale = [name for name, text in texts.items() if not _holds(FOLDER / name, text)]
        folders = ("mutations", "procedure")
        known = {f"{folder}/{path.name}" for folder in folders for path in (FOLDER / folder).glob("*.json")}
        stale += sorted(known - texts.keys())
        for name in stale:
            print(f"tests/vectors/{name} is not what generate.py writes; run it again", file=sys.stderr)
        return 1 if stale else 0
    for name, text in texts.items():
        (FOLDER / name).parent.mkdir(exist_ok=True)
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
