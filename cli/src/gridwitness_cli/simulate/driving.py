"""Arrivals through the real doors: terminals over TCP, checkpoints over HTTP, registers through acceptance.

The deployment's clock is moved along: what arrives in one step is sent at the step's end, and the next step
begins when all of it is acknowledged.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from gridwitness.errors import Unavailable
from gridwitness_ingest.gat1400.client import Client
from gridwitness_ingest.jt808.location import Position
from gridwitness_ingest.jt808.sending import Terminal
from gridwitness_ingest.jt808.terminal_client import TerminalClient

from gridwitness_cli.simulate.arrivals import Arrival, Fix, Passage, Record
from gridwitness_cli.simulate.stand import ACCOUNT, Stand

_LOCAL = "127.0.0.1"
_CHINA = ZoneInfo("Asia/Shanghai")
_SENDERS, _OBJECTS = 2, 300
_SILENT = timedelta(minutes=5)
"""A second connection of a terminal is hung up when it had nothing to say for so long."""
_PLATE_COLORS = {"yellow": "6", "yellow-green": "黄绿", "blue": "5", "green": "9", "white": "2", "black": "1"}
_PAINTS = {"黑": 1, "白": 2, "灰": 3, "红": 4, "蓝": 5, "黄": 6, "橙": 7, "棕": 8, "绿": 9, "紫": 10}


@dataclass
class Driven:
    """What was sent, and what the doors refused of it (their dead letters say why)."""

    passages: int = 0
    positions: int = 0
    records: int = 0
    refused_frames: int = 0
    refused_passages: int = 0


@dataclass
class Drive:
    """Plays arrivals against a stand."""

    stand: Stand
    plates: dict[str, str]
    """Terminal → plate, for what terminals say when they register."""
    step: timedelta = timedelta(minutes=1)
    done: Driven = field(default_factory=Driven)
    _numbers: Iterator[int] = field(default_factory=count)
    _senders: dict[int, Client] = field(default_factory=dict)
    _clients: dict[str, TerminalClient] = field(default_factory=dict)
    _spoke: dict[str, datetime] = field(default_factory=dict)

    def play(self, arrivals: Iterable[Arrival], say: Callable[[datetime], None] = lambda _: None) -> Driven:
        """Send everything, in the order of its arrival; then hang up."""
        return asyncio.run(self._play(arrivals, say))

    async def _play(self, arrivals: Iterable[Arrival], say: Callable[[datetime], None]) -> Driven:
        with ThreadPoolExecutor(_SENDERS + 1) as threads:
            for at, found in steps(arrivals, self.step):
                if at > self.stand.clock.now():
                    self.stand.clock.set_to(at)
                entries = [one.payload for one in found if isinstance(one.payload, Record)]
                passages = [one.payload for one in found if isinstance(one.payload, Passage)]
                work = [asyncio.to_thread(self.stand.registrar.enter, entries)] if entries else []
                loop = asyncio.get_running_loop()
                for number in range(_SENDERS):
                    share = passages[number::_SENDERS]
                    if share:
                        work.append(loop.run_in_executor(threads, self._upload, number, share))  # type: ignore[arg-type]
                await asyncio.gather(*work, self._report(found))
                await self._hang_up(at)
                self.done.records += len(entries)
                say(at)
        for client in self._clients.values():
            self.done.refused_frames += client.refused
            await client.close()
        return self.done

    def _sender(self, number: int) -> Client:
        device = f"3301000000119{number:07d}"
        sender = self._senders.get(number)
        if sender is None:
            sender = Client(_LOCAL, self.stand.gat1400_port, device, ACCOUNT, self.stand.secret)
            self._senders[number] = sender
        answer = sender.register()
        if answer.status != 200:
            raise Unavailable("simulate-refused", f"The checkpoints' door refused to register us: {answer}.")
        return sender

    def _upload(self, number: int, passages: Sequence[Passage]) -> None:
        sender = self._senders.get(number) or self._sender(number)
        for start in range(0, len(passages), _OBJECTS):
            piece = passages[start : start + _OBJECTS]
            objects = [motor_vehicle(passage, next(self._numbers)) for passage in piece]
            answer = sender.upload(objects)
            if answer.status in (401, 403):  # a registration ends when its keepalives stay out
                answer = self._sender(number).upload(objects)
            if answer.status != 200:
                raise Unavailable("simulate-refused", f"The checkpoints' door answered {answer}.")
            self.done.passages += len(objects)
            self.done.refused_passages += sum(int(one["StatusCode"]) != 0 for one in answer.statuses)

    async def _report(self, found: Sequence[Arrival]) -> None:
        by_connection: dict[str, list[Arrival]] = defaultdict(list)
        for arrival in found:
            if isinstance(arrival.payload, tuple):
                by_connection[arrival.connection].append(arrival)
        # A second connection enters after the first of its terminal, as it does in its own time.
        first = [name for name in by_connection if "#" not in name]
        second = [name for name in by_connection if "#" in name]
        for names in (second, first):
            await asyncio.gather(*(self._tell(name, by_connection[name]) for name in names))

    async def _tell(self, connection: str, arrivals: Sequence[Arrival]) -> None:
        client = await self._client(connection)
        self._spoke[connection] = arrivals[-1].at
        live: list[Position] = []
        for arrival in arrivals:
            assert isinstance(arrival.payload, tuple)
            positions = [position_of(fix) for fix in arrival.payload]
            self.done.positions += len(positions)
            if arrival.backfill:
                await client.report(positions, backfill=True)
            else:
                live += positions
        if live:
            await client.report(live)

    async def _client(self, connection: str) -> TerminalClient:
        client = self._clients.get(connection)
        if client is None:
            number = connection.partition("#")[0]
            terminal = Terminal(number, edition=1 if int(number) % 2 else None)
            client = await TerminalClient.connected(_LOCAL, self.stand.jt808_port, terminal)
            if not await client.enter(self.plates.get(number, "")):
                raise Unavailable("simulate-refused", f"The terminals' door does not know {number}.")
            self._clients[connection] = client
        return client

    async def _hang_up(self, at: datetime) -> None:
        for name in [name for name in self._clients if "#" in name and at - self._spoke[name] > _SILENT]:
            client = self._clients.pop(name)
            self.done.refused_frames += client.refused
            await client.close()


def steps(arrivals: Iterable[Arrival], step: timedelta) -> Iterator[tuple[datetime, list[Arrival]]]:
    """Arrivals by steps of time, with the end of each step; steps without any are left out."""
    found: list[Arrival] = []
    end: datetime | None = None
    for arrival in arrivals:
        if end is not None and arrival.at >= end:
            yield end, found
            found, end = [], None
        if end is None:
            end = arrival.at + step
        found.append(arrival)
    if end is not None:
        yield end, found


def position_of(fix: Fix) -> Position:
    """A fix as its terminal reports it."""
    return Position(
        fixed_at=int(fix.fixed_at.timestamp()),
        lat_e6=round(fix.lat * 1e6),
        lon_e6=round(fix.lon * 1e6),
        speed_dkmh=round(fix.speed_kmh * 10),
        direction=fix.direction % 360,
        alarms=fix.alarms,
        status=fix.status & 0xFFFFFFFF,
        mileage_hm=round(fix.mileage_km * 10),
        cover=fix.cover,
        lift=fix.lift,
        load=fix.load,
        weight_kg=fix.weight_kg,
    )


def motor_vehicle(passage: Passage, number: int) -> dict[str, Any]:
    """A passage as its checkpoint's device reports it (GA/T 1400.4, MotorVehicle), with a running number."""
    stamp = passage.captured_at.astimezone(_CHINA).strftime("%Y%m%d%H%M%S")
    source = f"{passage.device}02{stamp}{number % 100_000:05d}"
    told: dict[str, Any] = {
        "MotorVehicleID": f"{source}02{passage.lane or 0:05d}",
        "InfoKind": 1,
        "SourceID": source,
        "DeviceID": passage.device,
        "TollgateID": passage.checkpoint,
        "LeftTopX": 0,
        "LeftTopY": 0,
        "RightBtmX": 1,
        "RightBtmY": 1,
        "StorageUrl1": "",
        "HasPlate": "0" if passage.plate is None else "1",
        "PlateNo": passage.plate,
        "PlateColor": _PLATE_COLORS.get(passage.plate_color or "", "99"),
        "PlateReliability": passage.reliability,
        "VehicleClass": passage.vehicle_class,
        "VehicleBrand": passage.brand,
        "VehicleColor": _PAINTS.get(passage.color or "", 99),
        "LaneNo": passage.lane,
        "Speed": passage.speed_kmh,
        "PassTime": stamp,
    }
    return {name: value for name, value in told.items() if value is not None}
