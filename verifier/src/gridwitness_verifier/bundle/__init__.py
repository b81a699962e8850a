"""Bundles: one record with everything that proves it, checked offline (docs/format.md section 9)."""

from .verification import verify_bundle

__all__ = ["verify_bundle"]
