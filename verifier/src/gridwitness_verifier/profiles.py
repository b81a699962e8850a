"""The profiles of a deployment (docs/format.md section 10)."""

PROFILES = ("embedded", "server", "consortium")
