"""Cost per record while the log grows from one size to the next."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

from gridwitness_cli.bench.anchoring import AnchoredBatch
from gridwitness_cli.bench.footprint import Footprint
from gridwitness_cli.bench.measurement import Measurement


def cost_rows(
    size: int, batches: Sequence[AnchoredBatch], first: Sequence[AnchoredBatch]
) -> list[Measurement]:
    """Per record of `batches`, by which the log grew to `size`; beside it the growth to the first size."""
    now, then = _per_record(batches), _per_record(first)
    beside = None if batches is first else "growth to the first size"
    rows = [
        ("processor / 处理器", "ms", now.cpu * 1000, then.cpu * 1000) if now.cpu and then.cpu else None,
        ("in database / 数据库", "bytes", now.database, then.database),
        ("tiles on disk / 日志块", "bytes", now.tiles, then.tiles),
        ("chain on disk / 链", "bytes", now.chain, then.chain),
    ]
    return [
        Measurement(f"cost per record, to {size:,}: {name}", value, unit, beside, other if beside else None)
        for name, unit, value, other in filter(None, rows)
    ]


def _per_record(batches: Sequence[AnchoredBatch]) -> _Average:
    total: Footprint = reduce(add, (batch.cost for batch in batches))
    records = sum(batch.records for batch in batches)
    return _Average(total, records)


class _Average:
    def __init__(self, total: Footprint, records: int) -> None:
        self.cpu = None if total.cpu is None else total.cpu / records
        self.database = total.database / records
        self.tiles = total.tiles / records
        self.chain = total.chain / records
