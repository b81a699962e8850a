import hashlib
from typing import Any

import pytest
from gridwitness_evidence import (
    ENTRIES,
    EvidenceError,
    ProofError,
    TileTree,
    entries_path,
    entry_bundle_decode,
    entry_bundle_encode,
    extend,
    hash_leaf,
    root_of,
    tile_path,
    verify_consistency,
    verify_inclusion,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from support.vectors import load


class Shelf:
    """Tiles in memory, read the way a store of files is read."""

    def __init__(self) -> None:
        self.tiles: dict[str, bytes] = {}

    def read(self, level: int, index: int, width: int) -> bytes:
        return self.tiles[tile_path(level, index, width)]


def entries(start: int, end: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(start, end)]


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (1, 5, 17, "tile/1/005.p/17"),
        (0, 273, 112, "tile/0/273.p/112"),
        (63, 1234067, 256, "tile/63/x001/x234/067"),
        (2, 1000, 1, "tile/2/x001/000.p/1"),
        (ENTRIES, 1234067, 255, "tile/entries/x001/x234/067.p/255"),
    ],
)
def test_paths(level: int, index: int, width: int, path: str) -> None:
    assert tile_path(level, index, width) == path


def test_paths_that_do_not_exist() -> None:
    for level, index, width in [(-2, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)]:
        with pytest.raises(ProofError, match="tile-form"):
            tile_path(level, index, width)
    assert entries_path(7, 3) == "tile/entries/007.p/3"


@pytest.mark.parametrize("case", load("tiles"), ids=lambda case: str(case["size"]))
def test_the_tiles_of_a_vector(case: dict[str, Any]) -> None:
    extension = extend(Shelf().read, 0, entries(0, case["size"]))
    assert (extension.new_size, extension.root.hex()) == (case["size"], case["root"])
    assert {name: _shown(data) for name, data in extension.tiles.items()} == case["tiles"]


def _shown(data: bytes) -> str:
    return data.hex() if len(data) <= 256 else "sha256:" + hashlib.sha256(data).hexdigest()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from([0, 1, 2, 3, 100, 155, 255, 256, 257, 700]) | st.integers(0, 300), max_size=8)
)
def test_any_way_to_grow_gives_the_same_log(steps: list[int]) -> None:
    shelf, size = Shelf(), 0
    heads = []
    for step in steps:
        extension = extend(shelf.read, size, entries(size, size + step))
        # Only what changed is written, and a tile once written never changes.
        assert all(shelf.tiles.get(name, data) == data for name, data in extension.tiles.items())
        assert not extension.tiles.keys() & shelf.tiles.keys()
        shelf.tiles |= extension.tiles
        size = extension.new_size
        heads.append((size, extension.root))
    whole = extend(Shelf().read, 0, entries(0, size))
    assert not heads or heads[-1] == (size, whole.root)
    assert whole.root == root_of([hash_leaf(entry) for entry in entries(0, size)])
    assert {name: shelf.tiles[name] for name in whole.tiles} == whole.tiles
    tree = TileTree(shelf.read, size)
    for old_size, old_root in heads:
        if old_size:
            verify_consistency(old_size, size, old_root, tree.root, tree.consistency_proof(old_size))


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513, 65_537])
def test_proofs_from_tiles(size: int) -> None:
    shelf = Shelf()
    extension = extend(shelf.read, 0, entries(0, size))
    shelf.tiles = extension.tiles
    tree = TileTree(shelf.read, size)
    assert tree.root == extension.root
    for index in sorted({0, size // 3, size // 2, size - 1, min(255, size - 1), min(256, size - 1)}):
        assert tree.leaf_hash(index) == hash_leaf(b"entry %d" % index)
        verify_inclusion(tree.leaf_hash(index), index, size, tree.inclusion_proof(index), tree.root)
    for old_size in sorted({1, size // 2 or 1, size - 1 or 1, size}):
        old_root = root_of([hash_leaf(entry) for entry in entries(0, old_size)])
        verify_consistency(old_size, size, old_root, tree.root, tree.consistency_proof(old_size))
    with pytest.raises(ProofError, match="tile-form"):
        tree.leaf_hash(size)


def test_extending_reads_only_the_right_edge() -> None:
    shelf = Shelf()
    shelf.tiles = extend(shelf.read, 0, entries(0, 70_000)).tiles
    asked = []

    def read(level: int, index: int, width: int) -> bytes:
        asked.append(tile_path(level, index, width))
        return shelf.read(level, index, width)

    extension = extend(read, 70_000, entries(70_000, 70_010))
    assert set(asked) == {
        "tile/entries/273.p/112",
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    }
    assert set(extension.tiles) == {"tile/entries/273.p/122", "tile/0/273.p/122"}


def test_a_tile_of_another_length_is_refused() -> None:
    with pytest.raises(ProofError, match="tile-form"):
        extend(lambda level, index, width: b"\0" * 31, 1, [b"x"])
    with pytest.raises(ProofError, match="tile-form"):
        _ = TileTree(lambda level, index, width: b"\0" * 33, 1).root
    with pytest.raises(ProofError, match="tile-form"):
        TileTree(Shelf().read, -1)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=256))
def test_bundles_round_trip(bundle: list[bytes]) -> None:
    assert entry_bundle_decode(entry_bundle_encode(bundle), len(bundle)) == bundle


@given(st.binary(max_size=60), st.integers(-1, 258))
def test_any_bytes_are_a_bundle_or_refused(data: bytes, width: int) -> None:
    try:
        bundle = entry_bundle_decode(data, width)
    except EvidenceError as error:
        assert error.code == "tile-form"
    else:
        assert entry_bundle_encode(bundle) == data


@pytest.mark.parametrize(
    ("data", "width"),
    [
        (b"\0\1a\0", 1),
        (b"\0\1a\0\1b", 1),
        (b"\0\1a", 2),
        (b"\0\2a", 1),
        (b"\0", 1),
        (b"", 1),
        (b"", 0),
        (b"\0\0" * 257, 257),
    ],
)
def test_a_bundle_holds_exactly_its_entries(data: bytes, width: int) -> None:
    with pytest.raises(ProofError, match="tile-form"):
        entry_bundle_decode(data, width)


@pytest.mark.parametrize("bundle", [[], [b""] * 257, [b"x" * 65_536]])
def test_bundles_have_bounds(bundle: list[bytes]) -> None:
    with pytest.raises(ProofError, match="tile-form"):
        entry_bundle_encode(bundle)
