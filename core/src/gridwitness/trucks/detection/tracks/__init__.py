"""Rules on positions and e-manifests: what terminals and manifests tell of a truck."""

from gridwitness.trucks.detection.tracks.rules import TRACK_RULES

__all__ = ["TRACK_RULES"]
