"""What a deployment takes up at one moment: processor time, bytes in database, on disk, on chain."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from gridwitness_cli.bench.processes import cpu_seconds
from gridwitness_cli.bench.stage import Stage

_RELATIONS = text("""
    SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('records', 'members') AND c.relkind = 'r'
""")


@dataclass(frozen=True, slots=True)
class Footprint:
    """Seconds and bytes so far. `cpu` is of API, worker, database and chain together; None without /proc."""

    cpu: float | None
    database: int
    tiles: int
    chain: int

    def __sub__(self, earlier: Footprint) -> Footprint:
        cpu = None if self.cpu is None or earlier.cpu is None else self.cpu - earlier.cpu
        return Footprint(
            cpu, self.database - earlier.database, self.tiles - earlier.tiles, self.chain - earlier.chain
        )

    def __add__(self, other: Footprint) -> Footprint:
        cpu = None if self.cpu is None or other.cpu is None else self.cpu + other.cpu
        return Footprint(
            cpu, self.database + other.database, self.tiles + other.tiles, self.chain + other.chain
        )


def footprint(stage: Stage) -> Footprint:
    """The deployment's footprint now; tables with their indexes and long values."""
    with stage.platform.transaction() as session:
        database = int(session.scalar(_RELATIONS) or 0)
    settings = stage.parts.settings
    return Footprint(
        cpu_seconds([*stage.processes, os.getpid()]),
        database,
        bytes_below(settings.log_dir),
        bytes_below(settings.chain_dir / "db"),
    )


def bytes_below(folder: Path) -> int:
    """Sum of file lengths; files that vanish meanwhile count as nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total
