"""Events: the published loop, its clocks, and files of single events (docs/format.md section 24)."""
