"""Case files: every record of a case in one file, proved complete and lawful (docs/format.md section 16)."""

from .file import parse_case
from .verification import verify_case

__all__ = ["parse_case", "verify_case"]
