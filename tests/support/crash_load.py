"""A load of records and cases while things are killed: devices send, and keep what they were promised."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from gridwitness_evidence import Record
from support.crash_case import CaseRules, CaseWork
from support.crash_device import Device
from support.crash_stand import OFFICERS, CrashStand

_BATCH = 20
_PAUSE = 0.15
_LOOK_EVERY = 20
_CASES = 0.4
"""Share of what a device sends that are steps of cases."""


@dataclass
class CrashLoad:
    """One thread for each device. What it found wrong stands in `failures`."""

    devices: list[Device]
    rules: CaseRules
    failures: list[BaseException] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def receipts(self) -> dict[str, str]:
        """Every receipt given so far."""
        return {jti: receipt for device in self.devices for jti, receipt in list(device.receipts.items())}

    @property
    def refusals(self) -> dict[str, int]:
        """How often which refusal was waited out."""
        found: dict[str, int] = {}
        for device in self.devices:
            for code, times in list(device.refusals.items()):
                found[code] = found.get(code, 0) + times
        return found

    def require_good(self) -> None:
        """Raise what a device found."""
        if self.failures:
            raise self.failures[0]

    def run(self, device: Device, seed: int) -> None:
        """Single records, steps of cases, and now and then a batch, until stopped."""
        chance, newest, work = random.Random(seed), [device.sign()], CaseWork(device, self.rules)
        device.deliver(newest[0])
        number = 0
        try:
            while not self._stop.wait(_PAUSE):
                number += 1
                if number % _LOOK_EVERY == 0:
                    device.look()
                if chance.random() < _CASES:
                    work.step()
                    continue
                if chance.random() < 0.05:
                    device.deliver_batch([device.sign() for _ in range(_BATCH)])
                    continue
                after: Record | None = chance.choice(newest) if chance.random() < 0.5 else None
                record = device.sign(after=after)
                device.deliver(record)
                newest = [*(r for r in newest if r is not after), record][-50:]
        except BaseException as error:
            self.failures.append(error)

    def stop(self) -> None:
        """No more is begun."""
        self._stop.set()


@contextmanager
def crash_load(stand: CrashStand, seed: int) -> Iterator[CrashLoad]:
    """Devices that send in the background; at the end each finishes what it began."""
    load = CrashLoad([stand.new_device(username) for username in OFFICERS], stand.case_rules)
    threads = [
        threading.Thread(target=load.run, args=(device, seed + number))
        for number, device in enumerate(load.devices)
    ]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stop()
        for thread in threads:
            thread.join()
        for device in load.devices:
            device.close()
