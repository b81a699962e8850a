"""Hotspot snapshots: read from `HotspotBoard` through a node alone, and recomputed in an audit."""
