"""What the checkpoints' devices see: trucks at work, trucks that are none of the register, everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gridwitness_cli.simulate.fleet import DUMP_TRUCK, Truck, plate
from gridwitness_cli.simulate.noise import misread

_OTHERS = ("H11", "H12", "H14", "Q11", "K11")
_CARS = ("丰田", "大众", "比亚迪", "本田", "别克", "吉利")
_PAINTS = ("白", "黑", "银", "蓝", "红", "灰")


@dataclass
class Seen:
    """Passages as columns in lists, true times; devices' clocks and errors come on top."""

    number: list[int] = field(default_factory=list)
    t: list[float] = field(default_factory=list)
    plate: list[str] = field(default_factory=list)
    plate_color: list[str] = field(default_factory=list)
    vehicle_class: list[str] = field(default_factory=list)
    brand: list[str] = field(default_factory=list)
    color: list[str] = field(default_factory=list)
    speed: list[int] = field(default_factory=list)

    def truck(self, truck: Truck, number: int, t: float, *, other: bool = False) -> None:
        """A truck passes; `other`: what carries its plate looks like another vehicle."""
        self.add(
            number,
            t,
            truck.plate,
            truck.plate_color,
            "H14" if other else DUMP_TRUCK,
            "欧曼" if other else truck.brand,
            "黑" if other else truck.paint,
        )

    def add(
        self, number: int, t: float, plate: str, plate_color: str, vehicle_class: str, brand: str, color: str
    ) -> None:
        """One passage at the checkpoint of this number."""
        values = (number, t, plate, plate_color, vehicle_class, brand, color, 42)
        columns: tuple[list[Any], ...] = (
            self.number,
            self.t,
            self.plate,
            self.plate_color,
            self.vehicle_class,
            self.brand,
            self.color,
            self.speed,
        )
        for column, value in zip(columns, values, strict=True):
            column.append(value)

    def traffic(
        self,
        rng: np.random.Generator,
        checkpoints: int,
        begin: float,
        end: float,
        count: int,
        taken: set[str],
    ) -> None:
        """Cars, and one in twenty a bus or lorry that carries no muck and may come by often."""
        lorries = [plate(rng, taken) for _ in range(max(1, count // 60))]
        for n in range(count):
            lorry = n % 20 == 0
            name = lorries[int(rng.integers(len(lorries)))] if lorry else f"鲁A{rng.integers(10_000, 99_999)}"
            if not lorry and name in taken:
                continue
            self.add(
                int(rng.integers(checkpoints)),
                float(rng.uniform(begin, end)),
                name,
                "yellow" if lorry else "blue",
                _OTHERS[int(rng.integers(len(_OTHERS)))] if lorry else "K33",
                "解放" if lorry else _CARS[int(rng.integers(len(_CARS)))],
                _PAINTS[int(rng.integers(len(_PAINTS)))],
            )

    def err(
        self, rng: np.random.Generator, rate: float, registered: Sequence[str]
    ) -> tuple[list[str], list[str], list[str], list[int]]:
        """Plates, brands, colours and reliabilities as told: the true ones but for a share of errors."""
        plates, brands, colors, sure = list(self.plate), list(self.brand), list(self.color), []
        for n, name in enumerate(self.plate):
            reliability = int(rng.integers(86, 100)) if rng.random() < 0.97 else int(rng.integers(60, 86))
            if rng.random() < rate:
                plates[n], reliability = misread(rng, name, registered)
            if rng.random() < 0.01:
                brands[n] = _CARS[int(rng.integers(len(_CARS)))]
            if rng.random() < 0.02:
                colors[n] = _PAINTS[int(rng.integers(len(_PAINTS)))]
            sure.append(reliability)
        return plates, brands, colors, sure
