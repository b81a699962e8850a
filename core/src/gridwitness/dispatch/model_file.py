"""The file a model is kept in: a ZIP of `model.json` and plain arrays. Reading one runs nothing of it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridwitness.dispatch.model import Block, Model
from gridwitness.dispatch.terms import TERMS
from gridwitness.errors import InvalidInput

FORMAT = "gridwitness-dispatch-model/1"
LARGEST = 1 << 30
"""Bytes unpacked; a file that claims more is refused unread."""
_DAY = (1980, 1, 1, 0, 0, 0)
"""Every member's time: the same model gives the same bytes."""
_ARRAYS = {"rarity": 1, "weights": 2, "bias": 1, "mixing": 2, "shift": 1}
_NAMES = {"model.json", "terms.npy", *(f"{name}.npy" for name in _ARRAYS)}


def pack(model: Model) -> bytes:
    """The model as a file."""
    head = {
        "format": FORMAT,
        "labels": list(model.labels),
        "fields": list(model.fields),
        "blocks": [{"kind": block.kind, "terms": len(block.terms)} for block in model.blocks],
        "gate": model.gate,
        "hours": dict(model.hours),
        "trained": dict(model.trained),
        "measured": dict(model.measured),
    }
    terms = "\n".join(term for block in model.blocks for term in block.terms).encode()
    arrays: dict[str, NDArray[Any]] = {
        "terms": np.frombuffer(terms, dtype=np.uint8),
        "rarity": np.concatenate([block.rarity for block in model.blocks]),
        "weights": model.weights,
        "bias": model.bias,
        "mixing": model.mixing,
        "shift": model.shift,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        _add(file, "model.json", json.dumps(head, ensure_ascii=False, indent=1, sort_keys=True).encode())
        for name, array in arrays.items():
            written = io.BytesIO()
            np.save(written, array, allow_pickle=False)
            _add(file, f"{name}.npy", written.getvalue())
    return packed.getvalue()


def unpack(data: bytes) -> Model:
    """The model of a file. Raises InvalidInput `model-invalid` for what is not one, whole and sane."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            infos = file.infolist()
            if {info.filename for info in infos} != _NAMES or len(infos) != len(_NAMES):
                raise _invalid(f"its members are not exactly {sorted(_NAMES)}")
            if sum(info.file_size for info in infos) > LARGEST:
                raise _invalid(f"it unpacks to more than {LARGEST} bytes")
            head = json.loads(file.read("model.json"))
            arrays = {name: _array(file, name, size) for name, size in _ARRAYS.items()}
            with file.open("terms.npy") as stored:
                terms = (
                    np.load(io.BytesIO(stored.read()), allow_pickle=False).astype(np.uint8).tobytes().decode()
                )
        return _model(head, arrays, terms.split("\n"))
    except InvalidInput:
        raise
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError, OSError, AttributeError) as error:
        raise _invalid(f"{type(error).__name__}: {error}") from error


def _model(head: Any, arrays: dict[str, NDArray[Any]], terms: list[str]) -> Model:
    if head.get("format") != FORMAT:
        raise _invalid(f"its format is not {FORMAT}")
    labels, blocks, first = tuple(map(str, head["labels"])), [], 0
    for one in head["blocks"]:
        if one["kind"] not in TERMS:
            raise _invalid(f"it has terms of an unknown kind {one['kind']!r}")
        last = first + int(one["terms"])
        blocks.append(Block(one["kind"], tuple(terms[first:last]), arrays["rarity"][first:last]))
        first = last
    count = len(labels)
    shapes = {"rarity": (first,), "weights": (first, count), "bias": (count,), "mixing": (count, count)}
    for name, shape in (shapes | {"shift": (count,)}).items():
        if arrays[name].shape != shape or not np.isfinite(arrays[name]).all():
            raise _invalid(f"{name} is not {shape} of numbers")
    if len(terms) != first or count < 2 or len(set(labels)) != count:
        raise _invalid("terms or labels are not as many as it says")
    hours = {str(label): float(value) for label, value in head["hours"].items()}
    return Model(
        labels=labels,
        fields=tuple(map(str, head["fields"])),
        blocks=tuple(blocks),
        weights=arrays["weights"],
        bias=arrays["bias"],
        mixing=arrays["mixing"],
        shift=arrays["shift"],
        gate=float(head["gate"]),
        hours=hours,
        trained=dict(head["trained"]),
        measured=dict(head["measured"]),
    )


def _array(file: zipfile.ZipFile, name: str, dimensions: int) -> NDArray[Any]:
    found: NDArray[Any] = np.load(io.BytesIO(file.read(f"{name}.npy")), allow_pickle=False)
    if found.ndim != dimensions or found.dtype != np.float32:
        raise _invalid(f"{name} is no array of {dimensions} dimensions of 32-bit floats")
    return found


def _add(file: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _DAY)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    file.writestr(info, content)


def _invalid(why: str) -> InvalidInput:
    return InvalidInput("model-invalid", f"This is no model file: {why}.", "give what `dispatch train` wrote")
