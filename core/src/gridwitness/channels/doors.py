"""Everything that brings events in and news of them out, put together once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

from gridwitness.channels.deliveries import Deliveries
from gridwitness.channels.detections import Detections
from gridwitness.channels.importing import EventImport
from gridwitness.channels.open311 import Open311
from gridwitness.channels.posting import Post, post
from gridwitness.channels.public_status import PublicStatus
from gridwitness.channels.receipts import ReceiptCodes
from gridwitness.channels.reporting import Reporting
from gridwitness.channels.sealing import Sealing
from gridwitness.channels.service import Channels
from gridwitness.channels.targets import Targets
from gridwitness.clock import Clock
from gridwitness.events.service import Events
from gridwitness.grids import Matters, Territories
from gridwitness.keystore import Keystore
from gridwitness.records import Acceptance


class Doors:
    """The doors of events. `home`: the founding agency, Open311's jurisdiction where none is named."""

    def __init__(
        self,
        acceptance: Acceptance,
        keystore: Keystore,
        clock: Clock,
        *,
        events: Events,
        matters: Matters,
        territories: Territories,
        transaction: Callable[[], AbstractContextManager[Session]],
        home: str,
        send: Post = post,
    ) -> None:
        sealing = Sealing(keystore.feed_sealing_key)
        codes = ReceiptCodes(keystore.feed_sealing_key)
        self.channels = Channels(acceptance, keystore, clock)
        self.reporting = Reporting(events, matters, codes, clock)
        self.event_import = EventImport(self.reporting)
        self.detections = Detections(acceptance, self.reporting, matters, territories, events.loops, clock)
        self.public_status = PublicStatus(events, codes, matters, territories, clock)
        self.open311 = Open311(self.channels, self.reporting, self.public_status, clock, home)
        self.targets = Targets(acceptance, sealing)
        self.deliveries = Deliveries(transaction, territories, sealing, clock, send)
