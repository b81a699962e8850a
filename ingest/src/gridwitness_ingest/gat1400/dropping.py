"""What is dropped at the door and kept nowhere: faces, drivers, what happens in a cab, people.

Members go by their names, at any depth, in whatever case and spelling; sub-images by their type, of which
only those of the vehicle and its plate stay; texts that could hide either go by their shape. The lists are
closed, and are policy: docs/adr/0034-gat1400-door.md.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

DROPPED_NAMES = (
    "face", "person", "people", "human", "portrait", "driver", "pilot", "passenger", "occupant", "owner",
    "calling", "phon", "belt", "sunvisor", "smok", "fatigue", "cabin", "gender", "idcard", "idnumber",
    "feature",
    "人脸", "面部", "人员", "行人", "驾驶", "司机", "乘", "车主", "安全带", "遮阳板", "电话",
    "打手机", "抽烟",
)  # fmt: skip
"""A member goes, with all that is in it, when one of these is part of its name (DriverFaceID, CopilotFaceID,
NumOfPassenger, Calling, SafetyBelt, Sunvisor, FaceListObject, PersonList, FeatureList …)."""

KEPT_IMAGES = {"01": "vehicle", "02": "plate", "03": "plate", "06": "vehicle", "07": "vehicle",
               "08": "vehicle", "09": "vehicle"}  # fmt: skip
"""GA/T 1400.3 ImageType: large picture, plate in colour and binary, brand, composites, close-up. Not drivers
(04, 05), people (10, 11), other objects and scenes (12, 13, 14, 100), and not what has no type."""

LONGEST_TEXT = 1_024
LARGEST_PICTURE = 4 * 1024 * 1024
PICTURE_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""Of the pictures that are taken: JPEG and PNG."""

_PICTURE_MEMBERS = frozenset({"imageid", "storagepath", "fileformat"})
_VEHICLE_MEMBERS = frozenset({"plateno", "motorvehicleid"})
_STRUCTURED = re.compile(r"\s*[\[{<]")
_ENCODED_PICTURE = re.compile(r"\s*(?:data:|/9j/|iVBOR|R0lGOD|Qk[0-9A-Za-z]{2}|UklGR)")
_KEPT_PICTURE = re.compile(r"sha256:[0-9a-f]{64}")
_SEPARATORS = re.compile(r"[\W_]+")

Data = Literal["received", "kept"]


@lru_cache(maxsize=4_096)
def plain_name(name: str) -> str:
    """A member's name for comparing: one width, one case, no separators."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", name[:128]).casefold())


@lru_cache(maxsize=4_096)
def is_dropped(name: str) -> bool:
    """Whether a member of this name goes."""
    plain = plain_name(name)
    return len(name) > 128 or any(word in plain for word in DROPPED_NAMES)


class Dropping:
    """Hook for the JSON reader: what it lets through holds nothing of the above.

    `pictures`: bytes of the pictures that stay, by hex SHA-256; in the text `sha256:<hex>` stands for them.
    """

    def __init__(self, data: Data = "received") -> None:
        """`data`: `kept` where pictures have become digests before."""
        self.dropped = 0
        self.changed = False
        self.pictures: dict[str, bytes] = {}
        self._data = data

    def read_object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object without what is dropped; of members of one name the last."""
        kept: dict[str, Any] = {}
        for name, value in pairs:
            if is_dropped(name):
                self._drop()
                continue
            if name in kept:
                self.changed = True
            kept[name] = value if _is_data(name, value) else self.read_value(value)
        plain = {plain_name(name): name for name in kept}
        data = [name for name, value in kept.items() if _is_data(name, value)]
        if not data and _PICTURE_MEMBERS.isdisjoint(plain):
            return kept
        return self._picture(kept, plain, data)

    def read_value(self, value: Any) -> Any:
        """A value without texts that could hide what is dropped; objects have been read before."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.read_value(part) for part in value]
        return value

    def _text(self, text: str) -> str | None:
        if len(text) > LONGEST_TEXT or _STRUCTURED.match(text) or _ENCODED_PICTURE.match(text):
            self._drop()
            return None
        return text

    def _picture(self, kept: dict[str, Any], plain: Mapping[str, str], data: list[str]) -> dict[str, Any]:
        is_vehicle = not _VEHICLE_MEMBERS.isdisjoint(plain)
        if not is_vehicle and image_kind(kept.get(plain.get("type", ""))) is None:
            self._drop()
            return {}
        for name in data:
            if is_vehicle:
                self._drop()
            kept[name] = None if is_vehicle else self._digest(kept[name])
        return kept

    def _digest(self, data: str) -> str | None:
        """What stands for a picture in the kept text; None where it is no picture that we take."""
        if self._data == "kept" and _KEPT_PICTURE.fullmatch(data):
            return data
        self.changed = True
        picture = decoded_picture(data)
        if picture is None:
            self.dropped += data != ""
            return None
        sha256 = hashlib.sha256(picture).hexdigest()
        self.pictures[sha256] = picture
        return f"sha256:{sha256}"

    def _drop(self) -> None:
        self.dropped += 1
        self.changed = True


def _is_data(name: str, value: Any) -> bool:
    """Whether a member holds the bytes of a picture; some envelopes are called Data as well."""
    return isinstance(value, str) and plain_name(name) == "data"


def image_kind(told: Any) -> str | None:
    """`vehicle` or `plate` by a sub-image's Type, a number or a text; None where it is to go."""
    if isinstance(told, bool) or not isinstance(told, str | int):
        return None
    return KEPT_IMAGES.get(str(told)[:8].strip().zfill(2))


def decoded_picture(text: str) -> bytes | None:
    """The picture in base64 (line ends are let through); None where it is none, or too large."""
    if len(text) > LARGEST_PICTURE * 4 // 3 + 4_096:
        return None
    try:
        found = base64.b64decode(re.sub(r"\s+", "", text), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) <= LARGEST_PICTURE and found.startswith(PICTURE_MAGIC) else None
