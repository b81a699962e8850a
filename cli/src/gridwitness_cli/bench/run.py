"""The order of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from gridwitness_cli.bench.anchoring import AnchoredBatch, anchor_batch, anchoring_row
from gridwitness_cli.bench.auditing import Audited, audit_rows
from gridwitness_cli.bench.bundle_check import bundle_rows
from gridwitness_cli.bench.case_force import raise_force
from gridwitness_cli.bench.case_lists import list_rows
from gridwitness_cli.bench.case_opening import opening_rows
from gridwitness_cli.bench.cost import cost_rows
from gridwitness_cli.bench.detecting import detecting_row
from gridwitness_cli.bench.dispatching import dispatch_rows
from gridwitness_cli.bench.event_lists import event_rows
from gridwitness_cli.bench.event_transitions import transition_rows
from gridwitness_cli.bench.gas import gas_row
from gridwitness_cli.bench.gi_star import gi_star_row
from gridwitness_cli.bench.importing import import_row
from gridwitness_cli.bench.log_check import log_row
from gridwitness_cli.bench.measurement import Measurement, write_results
from gridwitness_cli.bench.milestones import milestone_rows
from gridwitness_cli.bench.passages import memory_rows, passage_rows
from gridwitness_cli.bench.posting import posting_rows
from gridwitness_cli.bench.signing import signing_rows
from gridwitness_cli.bench.sizes import Sizes
from gridwitness_cli.bench.stage import Stage, staged
from gridwitness_cli.bench.terminals import terminal_rows
from gridwitness_cli.bench.transactions import SentTransactions, send_transactions
from gridwitness_cli.bench.truck_traffic import found_district

RESULTS = "results.json"


def run_bench(folder: Path, sizes: Sizes, say: Callable[[str], None]) -> list[Measurement]:
    """Measure everything; writes `results.json` into `folder` and uses `folder`/home, removed at the end."""
    with staged(folder / "home") as stage:
        rows = list(_measure(stage, sizes, say))
    write_results(folder / RESULTS, rows)
    return rows


def _measure(stage: Stage, sizes: Sizes, say: Callable[[str], None]) -> Iterator[Measurement]:
    growth = _Growth(stage, sizes, say)
    grown = list(growth.rows())
    yield growth.anchoring()
    say("signing")
    yield from signing_rows(sizes.signatures)
    say("log over HTTP")
    checked = log_row(stage, sizes.turns(sizes.growth[-1]))
    say("bundles")
    bundles = bundle_rows(stage, sizes.bundles, sizes.repeats)
    say("import")
    yield import_row(stage, sizes.import_rows, sizes.repeats)
    say("single posts")
    yield from posting_rows(stage, sizes.posts, sizes.clients)
    yield from _cases(stage, sizes, say)
    say(f"{sizes.passages:,} passages through the rules")
    yield from _passages(stage, sizes, say)
    say(f"terminals: {sizes.terminals:,} connections")
    yield from terminal_rows(stage, sizes.terminals, sizes.terminal_positions, sizes.repeats)
    yield from grown
    yield checked
    yield from bundles
    say("hotspots")
    yield gi_star_row(sizes.gi_star_cells, sizes.repeats)
    yield from _events(stage, sizes, say)
    say("gas")
    yield gas_row(stage.parts.rpc_url, stage.home / "gas", growth.transaction_gas)
    # Last: what it loads stands in no record.
    say(f"lists of {sizes.listed_cases:,} cases")
    yield from list_rows(stage, sizes.listed_cases, sizes.list_rounds)
    yield from event_rows(stage, sizes.events, sizes.event_accounts, sizes.event_requests, say)


def _events(stage: Stage, sizes: Sizes, say: Callable[[str], None]) -> Iterator[Measurement]:
    say(f"{sizes.transitions:,} transitions of events")
    yield from transition_rows(stage, sizes.transitions)
    say(f"{sizes.decisions:,} decisions of dispatch")
    yield from dispatch_rows(stage, sizes.decisions)


def _passages(stage: Stage, sizes: Sizes, say: Callable[[str], None]) -> Iterator[Measurement]:
    district = found_district(stage)
    yield from passage_rows(stage, district, sizes.passages, sizes.repeats)
    yield detecting_row(stage, district, sizes.passages, sizes.repeats)
    say(f"memory of {sizes.passage_memory[-1]:,} passages")
    yield from memory_rows(stage, district, sizes.passage_memory)


def _cases(stage: Stage, sizes: Sizes, say: Callable[[str], None]) -> Iterator[Measurement]:
    force = raise_force(stage)
    say(f"milestones of {sizes.cases:,} cases")
    yield from milestone_rows(stage, force, sizes.cases, sizes.repeats)
    say(f"a case of {sizes.case_records:,} records")
    yield from opening_rows(stage, force, sizes.case_records, sizes.repeats)


class _Growth:
    """The log grows batch by batch; beside the first ones, transactions are sent to the same chain."""

    def __init__(self, stage: Stage, sizes: Sizes, say: Callable[[str], None]) -> None:
        self._stage = stage
        self._sizes = sizes
        self._say = say
        self._batches: list[AnchoredBatch] = []
        self._beside: list[SentTransactions] = []

    def rows(self) -> Iterator[Measurement]:
        """Audit and cost at every size."""
        audited: Audited | None = None
        first: list[AnchoredBatch] = []
        costs: list[Measurement] = []
        for size in self._sizes.growth:
            grown = self._grow_to(size)
            first = first or grown
            costs += cost_rows(size, grown, first)
            self._say(f"audit of {size:,} records")
            found = audit_rows(self._stage, self._sizes.turns(size), audited)
            audited = audited or found
            yield from found.rows
        yield from costs

    def anchoring(self) -> Measurement:
        """Of all batches so far."""
        return anchoring_row(self._batches, self._beside)

    @property
    def transaction_gas(self) -> int:
        """Of one bare transaction."""
        return self._beside[0].gas

    def _grow_to(self, size: int) -> list[AnchoredBatch]:
        start = len(self._batches)
        while len(self._batches) * self._sizes.batch < size:
            number = len(self._batches) + 1
            if number <= self._sizes.baselines:
                self._say(f"{self._sizes.transactions:,} transactions, one per record")
                self._beside.append(send_transactions(self._stage.parts.rpc_url, self._sizes.transactions))
            self._say(f"anchoring {self._sizes.batch:,} records (batch {number})")
            self._batches.append(anchor_batch(self._stage, self._sizes.batch))
        return self._batches[start:]
