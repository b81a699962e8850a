"""Doors for outside data."""
