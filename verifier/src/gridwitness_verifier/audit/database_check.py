"""The check `database`: what an audit reads are ordinary tables with the columns the format fixes,
all readable.
"""

from __future__ import annotations

from gridwitness_verifier.audit.catalog import Relation
from gridwitness_verifier.audit.fixed_tables import NEEDED
from gridwitness_verifier.log.tally import Tally

_TYPE_NAMES = {
    "text": "log kind iss kid sub entry name receipt origin agency vkey predecessor note",
    "bytea": "identity root transaction block_hash sha256 sm3",
    "int8": "seq iat leaf_index old_size size block_number",
    "int4": "maximum_merge_delay",
    "_text": "disclosures",
    "timestamptz": "received_at block_time",
    "jsonb": "proof",
    "uuid": "jti",
}
_TYPES = {column: type_name for type_name, columns in _TYPE_NAMES.items() for column in columns.split()}


def check_database(tally: Tally, catalog: dict[str, Relation]) -> set[str]:
    """Check every table the format fixes;
    gives the names of those that can not be read as what they should be.
    """
    unusable = set()
    for name, columns in NEEDED.items():
        tally.checked += 1
        relation = catalog.get(name)
        if relation is None:
            tally.fail("table-missing", "there is no such table", table=name)
            unusable.add(name)
            continue
        check_relation(tally, relation)
        if not relation.usable:
            unusable.add(name)
        for column in columns:
            if column not in relation.columns:
                tally.fail("column-missing", "there is no such column", table=name, column=column)
                unusable.add(name)
            elif relation.columns[column].type != _TYPES[column]:
                found = relation.columns[column].type
                detail = f"type {found}, the format says {_TYPES[column]}"
                tally.fail("column-type", detail, table=name, column=column)
                unusable.add(name)
    return unusable


def check_relation(tally: Tally, relation: Relation) -> None:
    """One table that is read: ordinary, and readable by the role of this connection."""
    for code, detail in relation.defects():
        tally.fail(code, detail, table=relation.full_name)
    if not relation.readable:
        tally.not_evaluated.append(f"the role of this connection may not read {relation.full_name}")
