"""Enforcement cases."""

__all__: list[str] = []
