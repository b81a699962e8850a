"""The tables the format fixes (format §11) and the closed list of operational columns (format §5)."""

from __future__ import annotations

DERIVED = "derived"
OPERATIONAL = "operational"
STATED = "stated"
CLASSES = (STATED, DERIVED, OPERATIONAL)

_TABLES: dict[str, tuple[str, str]] = {
    "records.record": (
        "log identity kind iss kid sub seq iat entry disclosures received_at receipt leaf_index jti",
        "provenance accepted_in accept_order",
    ),
    "records.log": ("name origin agency vkey maximum_merge_delay predecessor", ""),
    "records.tree_head": ("log size root note", ""),
    "records.anchor": (
        "log size old_size root transaction block_number block_hash block_time proof",
        "",
    ),
    "records.key_state": ("log size agency kid proof", ""),
    "records.file": ("sha256 sm3 size", "media_type received_at"),
    "feeds.chain": ("feed next_serial link", ""),
    "feeds.part": (
        "feed serial count link body received",
        "received_at connection format captured_from captured_to serial_gaps repeated offsets pending",
    ),
    "trucks.part": ("", "key"),
    "trucks.passage": (
        "feed serial item captured_at device checkpoint lane plate plate_color vehicle_class brand color "
        "speed_kmh reliability marks images",
        "received_at",
    ),
    "trucks.position": (
        "feed serial item fixed_at mileage_hm alarms status terminal plate lat_e6 lon_e6 weight_kg "
        "speed_dkmh direction cover lift load backfill extra",
        "received_at",
    ),
    "hotspots.exposure": ("agency number cells", ""),
    "hotspots.publication": (
        "agency number transaction block_number block_hash block_time proof",
        "",
    ),
    "cases.registration": ("sub index transaction block_number block_hash block_time proof", ""),
}

NEEDED = {
    name: tuple(derived.split()) for name, (derived, _) in _TABLES.items() if name.startswith("records.")
}
"""Tables every audit reads, with the columns it reads from them."""

_CLASS_OF = {
    (table, column): column_class
    for table, lists in _TABLES.items()
    for column_class, columns in zip((DERIVED, OPERATIONAL), lists, strict=True)
    for column in columns.split()
}
_OPERATIONAL_OF = {
    "channels.upstream": {"secret"},
    "channels.webhook": {"secret"},
    "feeds.credential": {"secret"},
    "members.account": {"password_hash", "failed_logins", "locked_until", "last_login"},
}
_OPERATIONAL_TABLES = {
    "cases.sending",
    "cases.taken_up",
    "channels.credential",
    "channels.delivery",
    "channels.pushed",
    "events.notice",
    "events.taken_up",
    "feeds.letter",
    "feeds.seen",
    "grids.register_revision",
    "hotspots.sending",
    "feeds.subscription",
    "members.idempotency",
    "members.session",
    "records.sending",
    "trucks.candidate",
    "trucks.noticed",
    "trucks.register_revision",
    "trucks.shard",
    "trucks.wake",
    "trucks.watermark",
    "trucks.work",
}
_UNDECLARED = {"public.alembic_version"}


def fixed_class(table: str, column: str) -> str | None:
    """The class the format itself gives a column, or None where the manifest decides."""
    if table in _OPERATIONAL_TABLES:
        return OPERATIONAL
    if column in _OPERATIONAL_OF.get(table, ()):
        return OPERATIONAL
    return _CLASS_OF.get((table, column))


def needs_no_manifest(table: str) -> bool:
    """True for the one table that belongs to no feature (the migration tool's)."""
    return table in _UNDECLARED
