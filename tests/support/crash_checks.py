"""What must hold after a crash: nothing accepted missing, nothing twice, tiles as re-derived, all proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from gridwitness.chain import Chain
from gridwitness.clock import clock_for
from gridwitness.keystore import Keystore
from gridwitness.platform import open_platform
from gridwitness.postgres import EmbeddedPostgres
from gridwitness.settings import load_settings
from gridwitness_chain import LogState, case_id, log_id
from gridwitness_cli.runtime import found_rpc_url
from gridwitness_evidence import ENTRIES, entry_bundle_decode, entry_bundle_encode, extend
from support.crash_case import CaseRules
from support.demo_home import CITY
from support.platform import Report, run_verifier

_WIDTH = 256
_MILESTONES = """
SELECT (SELECT count(*) FROM cases.milestone), (SELECT count(*) FROM cases.registration),
       (SELECT count(error) FROM cases.sending)
"""
_SNAPSHOT = "-c default_transaction_isolation=repeatable\\ read"


@dataclass(frozen=True)
class Standing:
    """One log as database and contract have it."""

    accepted: int
    sequenced: int
    heads: Mapping[int, bytes]
    newest_note: str
    anchored: int
    sending: int
    milestones: int
    registered: int

    @property
    def done(self) -> bool:
        """Whether everything accepted is anchored, every milestone registered and nothing under way."""
        whole = self.accepted == self.sequenced == self.anchored and self.milestones == self.registered
        return whole and not self.sending


class CrashChecks:
    """Reads one home from outside, with the operator's and the auditor's rights only."""

    def __init__(self, home: Path, log: str = CITY) -> None:
        self._home = home
        self._log = log
        self._settings = load_settings(home=home)
        self._origin = (home / "keys" / "log" / f"{log}.origin").read_text().strip()
        keystore, clock = Keystore(self._settings.keys_dir), clock_for(self._settings)
        self._chain = Chain(found_rpc_url(self._settings), self._settings.chain_dir, keystore, clock)

    @property
    def owner_url(self) -> str:
        """The operator's way into the database."""
        return EmbeddedPostgres(self._home).urls.owner

    def standing(self) -> Standing:
        """Now; what must hold at every moment is asserted on the way."""
        with psycopg.connect(self.owner_url, options=_SNAPSHOT) as owner:
            accepted, sequenced, distinct, top, identities = (
                owner.execute(
                    "SELECT count(*), count(leaf_index), count(DISTINCT leaf_index),"
                    " coalesce(max(leaf_index) + 1, 0), count(DISTINCT identity)"
                    " FROM records.record WHERE log = %s",
                    (self._log,),
                ).fetchone()
                or (0,) * 5
            )
            heads = {
                size: (bytes(root), note)
                for size, root, note in owner.execute(
                    "SELECT size, root, note FROM records.tree_head WHERE log = %s", (self._log,)
                )
            }
            anchors = owner.execute(
                "SELECT old_size, size, root FROM records.anchor WHERE log = %s ORDER BY size", (self._log,)
            ).fetchall()
            [sending] = owner.execute("SELECT count(*) FROM records.sending").fetchone() or (0,)
            milestones, registered, refused = owner.execute(_MILESTONES).fetchone() or (0, 0, 0)
        newest = max(heads)
        assert not refused, "the contract refuses a milestone"
        assert sequenced == distinct == top, f"leaf indexes with gaps or twice: {sequenced, distinct, top}"
        assert identities == accepted, "a record is there twice"
        assert newest <= sequenced, f"a head of {newest} entries over {sequenced}"
        ends = [0]
        for old, size, root in anchors:
            assert old == ends[-1], f"anchors do not follow each other: {ends[-1]}, then {old} to {size}"
            assert heads[size][0] == bytes(root), f"the anchor of {size} has another root than our head"
            ends.append(size)
        roots = {size: root for size, (root, _) in heads.items()}
        return Standing(
            accepted, sequenced, roots, heads[newest][1], ends[-1], sending, milestones, registered
        )

    def qualify(self, officers: Sequence[str]) -> None:
        """Give officers of the demo their qualification, as an administrator does."""
        clock, rpc = clock_for(self._settings), found_rpc_url(self._settings)
        urls = EmbeddedPostgres(self._home).urls
        platform = open_platform(self._settings, clock, urls.app, rpc)
        since = clock.now() - timedelta(days=1)
        try:
            with platform.transaction() as session:
                for account in self.case_rules(officers).officers:
                    card = f"证-{account[:8]}"
                    grant = platform.qualifications.grant
                    grant(session, UUID(account), "enforcement", card, since, None, by=None)
        finally:
            platform.close()

    def case_rules(self, officers: Sequence[str]) -> CaseRules:
        """The summary procedure in force, and the officers' accounts."""
        with psycopg.connect(self.owner_url) as owner:
            accounts = owner.execute(
                "SELECT id::text FROM members.account WHERE username = ANY(%s) ORDER BY id", (list(officers),)
            ).fetchall()
            published = owner.execute(
                "SELECT digest FROM rules.version WHERE name = 'procedure/summary'"
            ).fetchone()
        assert published is not None and len(accounts) == len(officers)
        return CaseRules(published[0], tuple(account for (account,) in accounts))

    def contract_state(self) -> LogState:
        """The log as the contract has it."""
        found = self._chain.read(lambda contracts: contracts.record_log.log_of(log_id(self._origin)))
        assert found is not None
        return found

    def cheap(self, receipts: Mapping[str, str]) -> Standing:
        """The invariants that hold also while records pour in, and every receipt's record."""
        contract = self.contract_state()
        standing = self.standing()  # after the contract: the database may only be ahead
        if contract.size:
            assert standing.heads.get(contract.size) == contract.root, "the contract is ahead of the database"
        self.check_receipts(receipts)
        return standing

    def check_receipts(self, receipts: Mapping[str, str]) -> None:
        """Every receipt a client holds stands at its record, byte for byte."""
        with psycopg.connect(self.owner_url) as owner:
            stored = dict(
                owner.execute(
                    "SELECT jti::text, receipt FROM records.record WHERE jti = ANY(%s::uuid[])",
                    (list(receipts),),
                ).fetchall()
            )
        missing = [jti for jti in receipts if jti not in stored]
        assert not missing, f"accepted and lost: {missing}"
        changed = [jti for jti, receipt in receipts.items() if stored[jti] != receipt]
        assert not changed, f"another receipt than the client has: {changed}"

    def check_milestones(self) -> None:
        """The contract has every milestone of every case once, and no other."""
        with psycopg.connect(self.owner_url) as owner:
            rows = owner.execute("SELECT sub, index, seq, head FROM cases.milestone").fetchall()
        stated = sorted((case_id(sub), index, seq, bytes(head)) for sub, index, seq, head in rows)
        events = self._chain.read(
            lambda contracts: [*contracts.case_registry.milestones(contracts.deployment.block)]
        )
        told = sorted((event.case_id, event.index, event.seq, event.head) for event in events)
        assert told == stated, "the registry of cases is not that of the database"

    def effects(self, receipts: Mapping[str, str]) -> int:
        """Records that the platform added to the steps of cases among these; each step brought just one."""
        with psycopg.connect(self.owner_url) as owner:
            found = owner.execute(
                "SELECT count(*), count(*) FILTER (WHERE kind = 'case.step.v2') FROM records.record"
                " WHERE sub IN (SELECT sub FROM records.record WHERE jti = ANY(%s::uuid[])"
                " AND kind = 'case.step.v2')",
                (list(receipts),),
            ).fetchone()
        everything, steps = found or (0, 0)
        assert everything == 2 * steps, f"{steps} steps of cases with {everything - steps} effects"
        return int(everything - steps)

    def check_tiles(self) -> None:
        """Every tile on disk equals the one re-derived from the entries; none is missing."""
        with psycopg.connect(self.owner_url) as owner:
            entries = [
                entry.encode()
                for (entry,) in owner.execute(
                    "SELECT entry FROM records.record WHERE log = %s AND leaf_index IS NOT NULL"
                    " ORDER BY leaf_index",
                    (self._log,),
                )
            ]
        derived = extend(_nothing, 0, entries)
        folder = self._settings.log_dir / self._log
        for path, content in derived.tiles.items():
            assert (folder / path).read_bytes() == content, f"{path} is another than its entries have"
        for found in (folder / "tile").rglob("*"):
            if found.is_file() and not found.name.startswith("."):
                self._check_older(found.relative_to(folder).as_posix(), found.read_bytes(), derived.tiles)
        standing = self.standing()
        assert standing.heads[max(standing.heads)] == derived.root
        assert (folder / "checkpoint").read_text() == standing.newest_note

    def audit(self) -> Report:
        """`gridwitness-verify audit` of this home."""
        urls = EmbeddedPostgres(self._home).urls
        return run_verifier("audit", "--database", urls.auditor, "--trust", str(self._settings.trust_file))

    def hold_to_receipts(self, url: str, folder: Path) -> Report:
        """`gridwitness-verify log` over HTTP, held to the receipts that clients kept."""
        trust = str(self._settings.trust_file)
        return run_verifier("log", f"{url}/log/{self._log}", "--receipts", str(folder), "--trust", trust)

    def whole(self, receipts: Mapping[str, str]) -> None:
        """Everything, once all that was accepted is anchored."""
        standing = self.cheap(receipts)
        assert standing.done, standing
        assert self.contract_state().size == standing.accepted
        self.check_tiles()
        self.check_milestones()
        self.audit().require_proved()

    def _check_older(self, path: str, content: bytes, derived: Mapping[str, bytes]) -> None:
        """A partial tile of an earlier head: the beginning of what stands there now."""
        if path in derived:
            return
        name, _, width = path.partition(".p/")
        assert width, f"{path} belongs to no tree of these entries"
        candidates = [other for other in derived if other == name or other.startswith(f"{name}.p/")]
        assert candidates, f"{path} belongs to no tree of these entries"
        now = derived[candidates[0]]
        if "/entries/" in path:
            here = _WIDTH if candidates[0] == name else int(candidates[0].rpartition("/")[2])
            expected = entry_bundle_encode(entry_bundle_decode(now, here)[: int(width)])
        else:
            expected = now[: 32 * int(width)]
        assert content == expected, f"{path} is another than its entries have"


def _nothing(level: int, index: int, width: int) -> bytes:
    raise AssertionError(f"a tree made anew reads no tile: {level, index, width, ENTRIES}")
