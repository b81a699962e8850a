"""What whoever holds a log's key can make of it: heads, receipts, and tiles that fit them."""

from __future__ import annotations

import shutil

from gridwitness.records.sequencing import Sequencer
from gridwitness_evidence import Receipt, TreeHead, extend, hash_leaf, root_of, sign_receipt, sign_tree_head
from support.attack_target import Target
from support.platform import CITY


def resealed(target: Target, log: str = CITY) -> int:
    """Tiles and all heads made anew from the entries in the database; gives the size."""
    platform, running = target.platform, target.running
    shutil.rmtree(running.settings.log_dir / log)
    sizes = [row["size"] for row in target.rows("SELECT size FROM records.tree_head WHERE log = %s", log)]
    entries = target.rows("SELECT entry FROM records.record WHERE log = %s ORDER BY leaf_index", log)
    leaves = [hash_leaf(row["entry"].encode()) for row in entries]
    with target.owner() as owner:
        owner.execute("DELETE FROM records.tree_head WHERE log = %s", (log,))
    Sequencer(platform.sessions, running.log(), platform.tiles(log), platform.keystore).round()
    with target.owner() as owner:
        for size in sizes:
            if size < len(leaves):
                root = root_of(leaves[:size])
                row = (log, size, root, head(target, size, root))
                owner.execute(
                    "INSERT INTO records.tree_head (log, size, root, note) VALUES (%s, %s, %s, %s)", row
                )
    return len(leaves)


def head(target: Target, size: int, root: bytes, log: str = CITY) -> str:
    """A tree head under the log's own key."""
    signer = target.platform.keystore.log_signer(log)
    return sign_tree_head(TreeHead(target.running.log().origin, size, root), signer)


def promise(target: Target, leaf_hash: bytes, received: int, log: str = CITY) -> str:
    """A receipt under the log's own key, for whatever bytes."""
    found = target.running.log()
    receipt = Receipt(found.origin, leaf_hash, received, received + found.maximum_merge_delay)
    return sign_receipt(receipt, target.platform.keystore.log_signer(log))


def extended(target: Target, entries: list[bytes], log: str = CITY) -> None:
    """Tiles and a published, signed head with these entries after the newest anchored ones."""
    tiles = target.platform.tiles(log)
    size = target.one("SELECT max(size) AS size FROM records.anchor WHERE log = %s", log)["size"]
    extension = extend(tiles.read_tile, size, entries)
    tiles.write(extension.tiles)
    note = head(target, extension.new_size, extension.root)
    with target.owner() as owner:
        owner.execute(
            "INSERT INTO records.tree_head (log, size, root, note) VALUES (%s, %s, %s, %s)",
            (log, extension.new_size, extension.root, note),
        )
    tiles.publish(note)
