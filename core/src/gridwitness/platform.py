"""The platform of one deployment, put together: what the doors (API, ingest, CLI) and the worker work
with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from gridwitness_evidence import TileTree
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from gridwitness.calendars import Calendars, PublishedCalendars
from gridwitness.cases import Cases, case_handlers
from gridwitness.cases.documents import Documents
from gridwitness.chain import Chain
from gridwitness.channels import CHANNEL_HANDLERS, Channels
from gridwitness.clock import Clock
from gridwitness.database import create_engine_for, session_factory, transaction
from gridwitness.devices import DEVICE_HANDLERS, Devices
from gridwitness.dispatch import (
    DISPATCH_HANDLERS,
    Articles,
    Dispatch,
    ModelShelf,
    PublishedDispatchRules,
    check_dispatch_rules,
)
from gridwitness.events import Events, LoopBook, Sources, check_loop, event_handlers
from gridwitness.feeds import FEED_HANDLERS, Batches, Credentials, Feeds, Intake, Letters
from gridwitness.grids import GRID_HANDLERS, GridImport, Matters, Staff, Territories
from gridwitness.hotspots import HOTSPOT_HANDLERS
from gridwitness.keystore import Keystore
from gridwitness.members import (
    KEY_HANDLERS,
    Accounts,
    Answers,
    Keys,
    MemberDirectory,
    Qualifications,
    UnderWay,
)
from gridwitness.members.contract import ContractKeyRegistry
from gridwitness.performance import PERFORMANCE_HANDLERS, Performance, check_metrics
from gridwitness.records import (
    SOURCE_HANDLERS,
    Acceptance,
    BundleMaker,
    Erasures,
    FileStore,
    StepHandler,
    TileStore,
)
from gridwitness.rules import PUBLISHED, RuleHandler, Rules, check_procedure
from gridwitness.settings import Settings
from gridwitness.trucks import TRUCK_HANDLERS, ReviewedAnomalies, VehicleAccess
from gridwitness.trucks.archive.expiry import Expiries
from gridwitness.trucks.archive.folder import ArchiveFolder
from gridwitness.trucks.detection.rules_document import check_truck_rules
from gridwitness.trucks.register_import import RegisterImport

if TYPE_CHECKING:
    from gridwitness.channels.doors import Doors
    from gridwitness.trucks.archive.archiving import Archive
    from gridwitness.trucks.filing import Filing
    from gridwitness.trucks.sightings import Sightings

_HANDLERS: dict[str, StepHandler] = {
    **SOURCE_HANDLERS,
    **KEY_HANDLERS,
    **DEVICE_HANDLERS,
    **DISPATCH_HANDLERS,
    **FEED_HANDLERS,
    **CHANNEL_HANDLERS,
    **GRID_HANDLERS,
    **HOTSPOT_HANDLERS,
    **PERFORMANCE_HANDLERS,
    **TRUCK_HANDLERS,
}
"""By kind, of the features whose handlers need nothing built."""


@dataclass(frozen=True)
class Platform:
    """Every part, built once at the edge. Use cases take a session: open one with `transaction()`."""

    settings: Settings
    clock: Clock
    engine: Engine
    sessions: sessionmaker[Session]
    keystore: Keystore
    chain: Chain
    files: FileStore
    directory: MemberDirectory
    acceptance: Acceptance
    accounts: Accounts
    answers: Answers
    keys: Keys
    bundles: BundleMaker
    erasures: Erasures
    qualifications: Qualifications
    devices: Devices
    territories: Territories
    matters: Matters
    feeds: Feeds
    intake: Intake
    batches: Batches
    letters: Letters
    credentials: Credentials
    expiries: Expiries
    cases: Cases
    documents: Documents
    rules: Rules[Calendars]
    events: Events
    performance: Performance

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One request or job = one transaction, committed here."""
        with transaction(self.sessions) as session:
            yield session

    def tiles(self, log: str) -> TileStore:
        """A log's tiles on disk."""
        return TileStore(self.settings.log_dir, log)

    @cached_property
    def archive(self) -> Archive:
        """What archives passages and positions; loading it takes a moment, and few processes archive."""
        module = import_module("gridwitness.trucks.archive.archiving")
        folder = ArchiveFolder(self.settings.archive_dir)
        made: Archive = module.Archive(self.acceptance, self.keystore, self.clock, folder, self.settings.zone)
        return made

    @cached_property
    def doors(self) -> Doors:
        """What brings events in and news of them out: reports, detections, imports, deliveries."""
        made: Doors = import_module("gridwitness.channels.doors").Doors(
            self.acceptance,
            self.keystore,
            self.clock,
            events=self.events,
            matters=self.matters,
            territories=self.territories,
            transaction=self.transaction,
            home=self.settings.agency_code,
        )
        return made

    @cached_property
    def channels(self) -> Channels:
        """The registry of channels."""
        return self.doors.channels

    @cached_property
    def vehicles(self) -> VehicleAccess:
        """Who asks for a vehicle's passages, and the record of it."""
        return VehicleAccess(self.acceptance, self.clock)

    @cached_property
    def staff(self) -> Staff:
        """Who works for which unit."""
        return Staff(self.acceptance, self.clock, self.territories)

    @cached_property
    def articles(self) -> Articles:
        """The knowledge base."""
        return Articles(self.acceptance, self.keystore)

    @cached_property
    def dispatch(self) -> Dispatch:
        """Whose an event is."""
        return Dispatch(
            clock=self.clock,
            zone=self.settings.zone,
            rules=self.dispatch_rules,
            territories=self.territories,
            matters=self.matters,
            shelf=self.dispatch_models,
            events=self.events,
        )

    @cached_property
    def dispatch_rules(self) -> PublishedDispatchRules:
        """Dispatch rules as published."""
        return PublishedDispatchRules(self.rules)

    @cached_property
    def dispatch_models(self) -> ModelShelf:
        """Learned models, and the one at work."""
        return ModelShelf(self.acceptance, self.keystore, self.settings.files_dir, self.clock)

    @cached_property
    def grid_registers(self) -> GridImport:
        """What takes over whole registers of grids, units, addresses, and lists of matters."""
        return GridImport(self.acceptance, self.keystore)

    @cached_property
    def registers(self) -> RegisterImport:
        """What takes over whole registers."""
        return RegisterImport(self.acceptance, self.keystore)

    @cached_property
    def filing(self) -> Filing:
        """What files anomalies; it works on frames, and few processes detect."""
        module = import_module("gridwitness.trucks.filing")
        made: Filing = module.Filing(self.acceptance, self.keystore)
        return made

    @cached_property
    def sightings(self) -> Sightings:
        """What stores passages and positions; loading it takes a moment, and the doors store."""
        made: Sightings = import_module("gridwitness.trucks.sightings").Sightings()
        return made

    def close(self) -> None:
        """Give the database connections back."""
        self.engine.dispose()


def open_platform(
    settings: Settings, clock: Clock, database_url: str, rpc_url: str, application: str = "gridwitness"
) -> Platform:
    """Put the platform together on a running database and chain. Nothing is started, nothing is written.

    `database_url`: the app role's; `application` names us in the database's own views. Whether the chain
    answers shows when it is first used.
    """
    engine = create_engine_for(database_url, application=application)
    keystore = Keystore(settings.keys_dir)
    files = FileStore(settings.files_dir, settings.file_size_limit_bytes, settings.file_types)
    directory = MemberDirectory()
    calendars = PublishedCalendars()
    chain = Chain(rpc_url, settings.chain_dir, keystore, clock)
    handlers: dict[str, StepHandler] = {**_HANDLERS, PUBLISHED: _rule_handler(calendars)}
    acceptance = Acceptance(
        clock=clock,
        tolerance_seconds=settings.time_tolerance_seconds,
        directory=directory,
        own_keys=keystore,
        files=files,
        handlers=handlers,
    )
    rules = Rules(acceptance, keystore, settings.jurisdiction, calendars)
    territories, matters, loops = Territories(clock), Matters(), LoopBook(rules, settings.zone)
    tolerance = timedelta(seconds=settings.time_tolerance_seconds)
    handlers |= case_handlers(rules, ReviewedAnomalies())  # they read the rules that acceptance takes in
    handlers |= event_handlers(Sources(loops, rules, territories, matters, tolerance))
    bundles = _bundle_maker(settings, directory)
    return Platform(
        settings=settings,
        clock=clock,
        engine=engine,
        sessions=session_factory(engine),
        keystore=keystore,
        chain=chain,
        files=files,
        directory=directory,
        acceptance=acceptance,
        accounts=Accounts(acceptance, clock, timedelta(seconds=settings.token_lifetime_seconds)),
        answers=Answers(clock),
        keys=Keys(acceptance, ContractKeyRegistry(chain), keystore, UnderWay(clock)),
        bundles=bundles,
        erasures=Erasures(acceptance, keystore, files, clock, timedelta(days=settings.retention_days)),
        qualifications=Qualifications(acceptance),
        devices=Devices(clock),
        territories=territories,
        matters=matters,
        feeds=Feeds(),
        intake=Intake(clock),
        batches=Batches(acceptance, keystore, clock, settings.feed_batch_seconds),
        letters=Letters(clock),
        credentials=_credentials(clock, acceptance, keystore, chain),
        expiries=_expiries(settings, clock, acceptance, keystore),
        cases=Cases(rules, ReviewedAnomalies(), acceptance, bundles, clock),
        documents=Documents(rules, acceptance, keystore, files, clock, settings.public_base),
        rules=rules,
        events=Events(acceptance, keystore, clock, loops, territories),
        performance=Performance(rules, acceptance, keystore, files, clock, settings.zone),
    )


def _credentials(clock: Clock, acceptance: Acceptance, keystore: Keystore, chain: Chain) -> Credentials:
    sealed_with = keystore.feed_sealing_key
    return Credentials(acceptance, clock, sealed_with, lambda: chain.deployment.deployment)


def _expiries(settings: Settings, clock: Clock, acceptance: Acceptance, keystore: Keystore) -> Expiries:
    kept = timedelta(days=settings.sighting_retention_days)
    return Expiries(acceptance, keystore, clock, kept, settings.zone)


def _rule_handler(calendars: PublishedCalendars) -> RuleHandler:
    return RuleHandler(
        {
            "procedure": check_procedure,
            "calendar": calendars.check,
            "trucks": check_truck_rules,
            "performance": check_metrics,
            "dispatch": check_dispatch_rules,
            "events": check_loop,
        }
    )


def _bundle_maker(settings: Settings, directory: MemberDirectory) -> BundleMaker:
    def tree_of(log: str, size: int) -> TileTree:
        return TileTree(TileStore(settings.log_dir, log).read_tile, size)

    return BundleMaker(tree_of, directory)
