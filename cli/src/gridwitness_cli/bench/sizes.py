"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass

_LARGE = 100_000


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counts for one run."""

    batch: int
    """Records of one timed anchoring, from the first byte to the last final anchor."""
    growth: tuple[int, ...]
    """Sizes of the log at which cost and audit are measured, ascending; each a multiple of `batch`."""
    transactions: int
    """Transactions beside each anchored batch, and at most this many batches have them."""
    baselines: int
    signatures: int
    posts: int
    clients: int
    import_rows: int
    bundles: int
    cases: int
    """Summary cases of one round of milestones; each has six."""
    case_records: int
    """Records of the case that is opened whole."""
    listed_cases: int
    list_rounds: int
    terminals: int
    """Open connections of terminals."""
    terminal_positions: int
    """Positions of each."""
    passages: int
    """Of one turn through the passage rules."""
    passage_memory: tuple[int, ...]
    """Passages of one file at which memory is compared, ascending."""
    gi_star_cells: int
    """Cells of the hotspot statistic."""
    transitions: int
    """Of events, recorded: report, accept, file, dispatch, sign, answer."""
    decisions: int
    """Of dispatch."""
    events: tuple[int, ...]
    """Invented ones at which lists, map and counts are read, ascending."""
    event_accounts: int
    event_requests: int
    """Of each kind at each size."""
    repeats: int

    def turns(self, size: int) -> int:
        """How often a log of `size` is checked whole: once where that takes minutes and is not noisy."""
        return self.repeats if size <= _LARGE else 1


QUICK = Sizes(
    batch=1_000,
    growth=(1_000, 3_000),
    transactions=50,
    baselines=3,
    signatures=500,
    posts=400,
    clients=16,
    import_rows=500,
    bundles=50,
    cases=10,
    case_records=50,
    listed_cases=10_000,
    list_rounds=2,
    terminals=100,
    terminal_positions=20,
    passages=20_000,
    passage_memory=(10_000, 50_000),
    gi_star_cells=10_000,
    transitions=600,
    decisions=200,
    events=(2_000, 10_000),
    event_accounts=1_000,
    event_requests=64,
    repeats=3,
)
DEFAULT = Sizes(
    batch=10_000,
    growth=(10_000, 30_000),
    transactions=200,
    baselines=3,
    signatures=3_000,
    posts=2_000,
    clients=16,
    import_rows=3_000,
    bundles=300,
    cases=40,
    case_records=200,
    listed_cases=100_000,
    list_rounds=4,
    terminals=1000,
    terminal_positions=60,
    passages=200_000,
    passage_memory=(100_000, 1_000_000),
    gi_star_cells=100_000,
    transitions=10_000,
    decisions=1_000,
    events=(10_000, 630_000),
    event_accounts=29_000,
    event_requests=640,
    repeats=3,
)
FULL = Sizes(
    batch=10_000,
    growth=(10_000, 100_000, 1_000_000),
    transactions=500,
    baselines=5,
    signatures=10_000,
    posts=5_000,
    clients=16,
    import_rows=20_000,
    bundles=1_000,
    cases=100,
    case_records=200,
    listed_cases=100_000,
    list_rounds=16,
    terminals=1000,
    terminal_positions=200,
    passages=1_000_000,
    passage_memory=(100_000, 1_000_000, 10_000_000),
    gi_star_cells=100_000,
    transitions=10_000,
    decisions=1_000,
    events=(10_000, 100_000, 630_000),
    event_accounts=29_000,
    event_requests=1_920,
    repeats=3,
)
