"""Doors for outside data. Import from its modules: decoding a frame needs none of the platform."""
