"""Registers: periods that never overlap, versions without gap, and what is no register's entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from gridwitness.trucks import kinds
from gridwitness.trucks.book import Book
from support.platform import CITY, POLICE, Officer, RunningPlatform, running_platform
from support.truck_registers import (
    BASICS,
    carrier,
    checkpoint,
    enter,
    enter_all,
    issued,
    permit,
    received,
    refusal,
    site,
    square,
    terminal,
    truck,
)


@pytest.fixture(scope="module")
def running() -> Iterator[RunningPlatform]:
    with running_platform() as platform:
        yield platform


@pytest.fixture(scope="module")
def officer(running: RunningPlatform) -> Officer:
    clerk = running.officer("clerk")
    enter_all(clerk, *BASICS)
    return clerk


def book(running: RunningPlatform) -> Book:
    with running.platform.transaction() as session:
        return Book.load(session)


def test_two_trucks_never_have_one_plate_at_one_time(running: RunningPlatform, officer: Officer) -> None:
    assert refusal(enter(officer, kinds.TRUCK, truck())) == "plate-taken"
    first = truck("浙A00001", valid_to="2026-07-01T00:00:00Z")
    sub = enter_all(officer, (kinds.TRUCK, first))[0]
    overlapping = truck("浙A00001", valid_from="2026-06-30T23:59:59Z")
    assert refusal(enter(officer, kinds.TRUCK, overlapping)) == "plate-taken"
    after = truck("浙A00001", valid_from="2026-07-01T00:00:00Z")
    assert refusal(enter(officer, kinds.TRUCK, after)) is None
    assert refusal(enter(officer, kinds.TRUCK, {**first, "valid_to": None}, sub)) == "plate-taken"
    assert refusal(enter(officer, kinds.TRUCK, {**first, "brand": "重汽"}, sub)) is None
    rows = book(running).trucks.filter(plate="浙A00001").sort("valid_from")
    assert rows["brand"].to_list() == ["重汽", "陕汽"]


def test_within_one_batch_the_first_of_two_twins_stands(running: RunningPlatform, officer: Officer) -> None:
    twins = [officer.sign(kinds.TRUCK, truck("浙A00002")) for _ in range(2)]
    unknown = officer.sign(kinds.TRUCK, truck("浙A00003", carrier="C2"))
    later = [
        officer.sign(kinds.CARRIER, carrier("C3")),
        officer.sign(kinds.TRUCK, truck("浙A00004", carrier="C3")),
    ]
    outcomes = running.accept(*twins, unknown, *later)
    assert [refusal(o) for o in outcomes] == [None, "plate-taken", "carrier-unknown", None, None]


def test_permit_versions_count_without_gap_in_one_subject(running: RunningPlatform, officer: Officer) -> None:
    assert refusal(enter(officer, kinds.PERMIT, permit("P2", 2))) == "permit-version"
    sub = enter_all(officer, (kinds.PERMIT, permit("P2")))[0]
    assert refusal(enter(officer, kinds.PERMIT, permit("P2", 2))) == "permit-registered"
    for version in (0, 1, 3):
        assert refusal(enter(officer, kinds.PERMIT, permit("P2", version), sub)) == "permit-version"
    revoked = permit("P2", 2, state="revoked", valid_from="2026-05-01T14:00:00Z")
    assert refusal(enter(officer, kinds.PERMIT, revoked, sub)) is None
    assert refusal(enter(officer, kinds.PERMIT, permit("P3", 1), sub)) == "subject-taken"


def test_a_permit_that_ends_under_way_governs_to_the_second(
    running: RunningPlatform, officer: Officer
) -> None:
    line = {"line": [[120_150_000, 30_280_000], [120_160_000, 30_290_000]]}
    sub = enter_all(officer, (kinds.PERMIT, permit("P4", corridor=line)))[0]
    ends = "2026-05-01T14:00:00Z"
    enter(officer, kinds.PERMIT, permit("P4", 2, valid_from=ends, state="revoked"), sub)
    registers = book(running)
    first, second = registers.permits.filter(permit="P4").sort("version").rows(named=True)
    assert (first["governs_to"], second["governs_to"]) == (datetime(2026, 5, 1, 14, tzinfo=UTC), None)
    assert registers.corridor("P4", 2) is None
    road = registers.corridor("P4", 1)
    assert road is not None and [*road.coords] == [(120.15, 30.28), (120.16, 30.29)]
    assert registers.permit_plates.filter(permit="P4").rows() == [
        ("P4", 1, "浙A12345"),
        ("P4", 2, "浙A12345"),
    ]
    assert len(registers.windows("P4", 1)) == 1


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        (kinds.TRUCK, truck("浙A·12346"), "plate"),
        (kinds.TRUCK, truck("DROP TABLE"), "plate"),
        (kinds.TRUCK, truck("浙A1234\0"), "plate"),
        (kinds.TRUCK, truck("浙A12346", plate_color="黄"), "fields"),
        (kinds.TRUCK, truck("浙A12346", brand="陕\0汽"), "fields"),
        (kinds.TRUCK, truck("浙A12346", rated_kg=-1), "fields"),
        (kinds.TRUCK, truck("浙A12346", valid_to="2025-01-01T00:00:00Z"), "period"),
        (kinds.CARRIER, carrier(" C9"), "number"),
        (kinds.CARRIER, carrier("C" * 65), "number"),
        (kinds.CARRIER, carrier("C\n9"), "number"),
        (kinds.SITE, site("S9", area=square(0, 0, 0)), "area"),
        (kinds.SITE, site("S9", area={"ring": [[30_280_000, 120_150_000]] * 4}), "coordinate-range"),
        (kinds.CHECKPOINT, checkpoint("K9", latitude="120.15", longitude="30.28"), "coordinate-range"),
        (kinds.CHECKPOINT, checkpoint("K9", latitude="0", longitude="0"), "coordinate-null"),
        (kinds.CHECKPOINT, checkpoint("K9", latitude="9" * 5_000), "fields"),
        (kinds.CHECKPOINT, checkpoint("K9", datum="EPSG:4326"), "datum-unknown"),
        (kinds.CHECKPOINT, checkpoint("K9", device="330100000011900000K1"), "device-taken"),
        (kinds.CHECKPOINT, checkpoint("K1", device="other"), "checkpoint-taken"),
        (kinds.TERMINAL, terminal(), "terminal-taken"),
        (kinds.TERMINAL, terminal("T9", plate="1"), "plate"),
        (kinds.PERMIT, permit("P@1"), "number"),
        (kinds.PERMIT, permit("P9", site="S9"), "site-unknown"),
        (kinds.PERMIT, permit("P9", site="D1"), "site-category"),
        (kinds.PERMIT, permit("P9", dumps=["S1"]), "site-category"),
        (kinds.PERMIT, permit("P9", dumps=[]), "fields"),
        (kinds.PERMIT, permit("P9", plates=["浙A12345", "浙A12345"]), "fields"),
        (kinds.PERMIT, permit("P9", checkpoints=["K9"]), "checkpoint-unknown"),
        (kinds.PERMIT, permit("P9", windows={"windows": [{"from": "25:00", "to": "06:00"}]}), "windows"),
        (kinds.PERMIT, permit("P9", corridor={"line": [[120_150_000, 30_280_000]]}), "corridor"),
        (kinds.PERMIT, permit("P9", version=2**52), "permit-version"),
        (kinds.MANIFEST_ISSUED, issued("M9", plate="浙"), "plate"),
        (kinds.MANIFEST_RECEIVED, received("M9", load_kg=10**9), "fields"),
    ],
)  # fmt: skip
def test_what_is_no_entry_is_refused(officer: Officer, kind: str, fields: dict[str, Any], code: str) -> None:
    assert refusal(enter(officer, kind, fields)) == code


def test_a_manifest_takes_its_halves_in_either_order(running: RunningPlatform, officer: Officer) -> None:
    for halves in (
        (kinds.MANIFEST_ISSUED, kinds.MANIFEST_RECEIVED),
        (kinds.MANIFEST_RECEIVED, kinds.MANIFEST_ISSUED),
    ):
        number = f"M-{halves[0]}"[:20]
        forms = {kinds.MANIFEST_ISSUED: issued(number), kinds.MANIFEST_RECEIVED: received(number)}
        sub = enter_all(officer, (halves[0], forms[halves[0]]))[0]
        assert refusal(enter(officer, halves[1], forms[halves[1]])) == "manifest-registered"
        assert refusal(enter(officer, halves[1], forms[halves[1]], sub)) is None


def test_only_who_keeps_the_registers_may(running: RunningPlatform, officer: Officer) -> None:
    reader = running.officer("reader", roles=["auditor"])
    assert refusal(enter(reader, kinds.CARRIER, carrier("C5"))) == "register-role"
    police = running.officer("police", agency=POLICE)
    assert refusal(enter(police, kinds.CARRIER, carrier("C5"))) is None  # in its own log
    foreign = police.sign(kinds.CARRIER, carrier("C6"), aud=running.log(CITY).origin, seen=running.seen(CITY))
    assert refusal(running.accept(foreign)[0]) == "register-foreign"


def test_the_revision_moves_with_every_change_and_no_other(
    running: RunningPlatform, officer: Officer
) -> None:
    before = book(running).revision_read
    running.accept(officer.step())
    assert book(running).revision_read == before
    enter_all(officer, (kinds.CARRIER, carrier("C7")))
    assert book(running).revision_read > before


def test_places_are_converted_once_and_kept_as_registered(running: RunningPlatform, officer: Officer) -> None:
    place = checkpoint("K7", latitude="31.17530398364597", longitude="121.531541859215", datum="GCJ02")
    enter_all(officer, (kinds.CHECKPOINT, place))
    row = book(running).checkpoints.filter(checkpoint="K7").row(0, named=True)
    assert abs(row["lat_e6"] - 31_177_428) <= 3 and abs(row["lon_e6"] - 121_527_211) <= 3


def test_the_registers_are_proved_by_the_audit(running: RunningPlatform, officer: Officer) -> None:
    running.drain()
    running.audit().require_proved()
