"""The end of an audit: subjects, erasures, extents, manifest, rows, files, and what the tallies come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridwitness_verifier.audit.archive_check import check_archives
from gridwitness_verifier.audit.catalog import Relation
from gridwitness_verifier.audit.disclosure_check import ErasureRule, check_missing
from gridwitness_verifier.audit.entry_pass import EntryFold, LogWalk
from gridwitness_verifier.audit.event_check import check_events
from gridwitness_verifier.audit.event_rules import read_event_rules
from gridwitness_verifier.audit.extent_check import check_extent
from gridwitness_verifier.audit.feed_check import check_feeds
from gridwitness_verifier.audit.file_check import anything_to_check, check_files
from gridwitness_verifier.audit.fixed_tables import OPERATIONAL
from gridwitness_verifier.audit.hotspot_rows import check_hotspots
from gridwitness_verifier.audit.manifest import TableManifest, compare_manifest
from gridwitness_verifier.audit.performance_check import check_performance
from gridwitness_verifier.audit.registration_check import check_registrations
from gridwitness_verifier.audit.row_check import check_causes, check_rows
from gridwitness_verifier.kinds import EFFECT, ERASABLE_COLUMNS, KINDS
from gridwitness_verifier.log.case_check import CaseCheck
from gridwitness_verifier.log.subject_check import check_subjects, check_unique
from gridwitness_verifier.log.time_check import TimeCheck, earlier_note
from gridwitness_verifier.report import Phrase, Result

if TYPE_CHECKING:
    from gridwitness_verifier.audit.audit import Audit


def check_after_walk(
    audit: Audit,
    walks: dict[str, LogWalk],
    fold: EntryFold,
    absent: set[str],
    catalog: dict[str, Relation],
) -> None:
    """Everything that sorts or looks up what the walk left in the scratch file."""
    tallies, scratch = audit.tallies, audit.scratch
    # 1. histories
    clock = None if audit.history is None else TimeCheck(tallies["time"], audit.trust.tolerance)
    subjects = check_subjects(tallies["subjects"], scratch, clock)
    check_unique(tallies["entries"], scratch)
    # 2. missing disclosures
    erasable = {name: kind.erasable for name, kind in KINDS.items()} | {EFFECT: ERASABLE_COLUMNS}
    rule = ErasureRule(erasable, {name: walk.log.anchored_size for name, walk in walks.items()})
    erased = check_missing(tallies["disclosures"], scratch, rule)
    if erased:
        tallies["disclosures"].notes.append(
            Phrase(f"{erased} erased, commitment intact", f"{erased} 处已依法删除，承诺完好")
        )
    # 3. how far each log goes
    check_extent(tallies["anchors"], walks, audit.settled, absent)
    # 4. manifest, then rows of the tables it states
    declared = fold.manifest.tables()
    compare_manifest(tallies["manifest"], declared, catalog)
    check_causes(tallies["rows"], scratch)
    check_rows(tallies["rows"], audit.snapshot, scratch, declared, catalog)
    audit.declared_operational = [
        column for name, table in sorted(declared.items()) for column in _operational(name, table)
    ]
    # 5. cases
    _check_cases(audit, walks, fold, catalog)
    # 6. what feeds sent
    _check_feeds(audit, catalog)
    # 7. what is archived of it
    anchored = {name: walk.log.anchored_size for name, walk in walks.items()}
    tally, folder = tallies["archives"], audit.archive
    if not check_archives(tally, audit.snapshot, scratch, catalog, folder, anchored):
        del tallies["archives"]
    # 8. hotspots
    check_hotspots(audit, walks, catalog)
    # 9. events, and figures made of them
    _check_events(audit, walks)
    # 10. files
    _check_files(audit)
    # 11. what is counted but is no failure
    if clock is not None and clock.earlier:
        tallies["time"].notes.append(earlier_note(clock.earlier))
    _count(audit, walks, fold, subjects)


def _check_cases(
    audit: Audit, walks: dict[str, LogWalk], fold: EntryFold, catalog: dict[str, Relation]
) -> None:
    tally, registry = audit.tallies["cases"], audit.trust.case_registry
    if registry is None:
        del audit.tallies["cases"]
        return
    if audit.history is None:
        return
    logs = {name: walk.log for name, walk in walks.items()}
    check = CaseCheck(tally, audit.trust, audit.history, audit.scratch, logs, audit.settled)
    check.check_registry()
    check.check_records(fold.procedures)
    check.check_steps(fold.procedures, audit.now())
    check_registrations(check, audit.snapshot, catalog, registry.address, audit.now())
    audit.subject |= check.subject()


def _check_feeds(audit: Audit, catalog: dict[str, Relation]) -> None:
    if not check_feeds(audit.tallies["feeds"], audit.snapshot, audit.scratch, catalog, audit.now()):
        del audit.tallies["feeds"]


def _check_events(audit: Audit, walks: dict[str, LogWalk]) -> None:
    rules = read_event_rules(audit.scratch, {name: walk.log for name, walk in walks.items()})
    if not check_events(audit, walks, rules):
        del audit.tallies["events"]
    if not check_performance(audit, walks, rules):
        del audit.tallies["performance"]


def _operational(name: str, table: TableManifest) -> list[str]:
    """Operational columns, as `<table>.*` where they are all of them."""
    columns = table.of_class(OPERATIONAL)
    if len(columns) == len(table.columns):
        return [f"{name}.*"]
    return [f"{name}.{column}" for column in columns]


def _check_files(audit: Audit) -> None:
    tally = audit.tallies["files"]
    if not audit.files_asked and not anything_to_check(audit.snapshot, audit.scratch):
        del audit.tallies["files"]
    elif audit.files is None or not audit.files.is_dir():
        text = (
            f"records name files, and there is no folder to look in: {audit.files or '--files is not given'}"
        )
        tally.not_evaluated.append(
            Phrase(text, f"记录引用了文件，而没有可查的文件夹：{audit.files or '未给 --files'}")
        )
    else:
        check_files(tally, audit.snapshot, audit.scratch, audit.files)


def _count(audit: Audit, walks: dict[str, LogWalk], fold: EntryFold, subjects: int) -> None:
    tallies = audit.tallies
    if fold.pending:
        text = f"{fold.pending} records are accepted and not anchored yet"
        tallies["receipts"].notes.append(Phrase(text, f"{fold.pending} 条记录已受理、尚未锚定"))
    if fold.late:
        text = f"{fold.late} were anchored later than promised"
        tallies["receipts"].notes.append(Phrase(text, f"{fold.late} 条晚于承诺时间锚定"))
    if fold.own_only:
        text = f"{fold.own_only} records are signed by keys that only their own agency stands for"
        tallies["vouching"].claimed.append(Phrase(text, f"{fold.own_only} 条记录的密钥仅由本机关自称"))
    if audit.history is not None:
        if fold.wide:
            text = f"{fold.wide} late: the interval is wider than the merge delay"
            tallies["time"].notes.append(Phrase(text, f"{fold.wide} 条迟报：时间区间宽于最大合并时限"))
        if tallies["independence"].check(Phrase("", "")).result is not Result.PROVED:
            text = "chain time is that of one operator"
            tallies["time"].claimed.append(Phrase(text, "链上时间出自单一运营方"))
    audit.subject["logs"] = len(walks)
    audit.subject["entries"] = sum(walk.leaves + walk.waiting for walk in walks.values())
    audit.subject["subjects"] = subjects
    audit.subject["effects"] = fold.effects.effects
    audit.subject["disclosures"] = tallies["disclosures"].checked
    audit.subject["rows"] = tallies["rows"].checked
