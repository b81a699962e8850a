"""Events of `CaseRegistry`, decoded from topics and data (docs/format.md section 17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from .claims import AGENCY
from .errors import VerificationError
from .keccak import keccak256

PROCEDURE_APPROVED = keccak256(b"ProcedureApproved(bytes32,uint64)")
RECORDER_APPOINTED = keccak256(b"RecorderAppointed(bytes32,address)")
CASE_OPENED = keccak256(b"CaseOpened(bytes32,bytes32,bytes32,uint16,uint32)")
MILESTONE_REACHED = keccak256(b"MilestoneReached(bytes32,bytes32,uint32,uint8,uint64,bytes32)")
MILESTONE_NAMES = ("start", "inquiry", "review", "decision", "service", "execution", "closure")


@dataclass(frozen=True, slots=True)
class ProcedureApproved:
    """The version `procedure` (32 bytes) may be used, with these edges (section 17)."""

    procedure: bytes
    edges: int


@dataclass(frozen=True, slots=True)
class RecorderAppointed:
    """The account (20 bytes) that may send milestones for an agency."""

    agency: str
    recorder: bytes


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A case got its number of an agency and a year."""

    case_id: bytes
    agency: str
    procedure: bytes
    year: int
    number: int

    @property
    def printed(self) -> str:
        """The number as it is printed."""
        return f"{self.agency}-{self.year}-{self.number:06}"


@dataclass(frozen=True, slots=True)
class MilestoneReached:
    """The `index`-th milestone of a case: position and leaf hash (32 bytes) of the record that is it."""

    case_id: bytes
    agency: str
    index: int
    milestone: str
    seq: int
    head: bytes


RegistryEvent = ProcedureApproved | RecorderAppointed | CaseOpened | MilestoneReached


def case_id(sub: str) -> bytes:
    """The id of a subject's case: SHA-256 of its ASCII text."""
    return sha256(sub.encode("ascii", "replace")).digest()


def decode_registry_event(topics: Sequence[bytes], data: bytes) -> RegistryEvent | None:
    """The event, or None for one the format does not name; raises VerificationError `registry-event`."""
    if not topics:
        return None
    words = [data[start : start + 32] for start in range(0, len(data), 32)]
    form = _FORMS.get(topics[0])
    if form is None:
        return None
    if (len(topics), len(data)) != (form[0], 32 * form[1]):
        raise VerificationError("registry-event", "an event of CaseRegistry without its form")
    if topics[0] == PROCEDURE_APPROVED:
        return ProcedureApproved(topics[1], _number(words[0], 64))
    if topics[0] == RECORDER_APPOINTED:
        return RecorderAppointed(_agency(topics[1]), words[0][12:])
    if topics[0] == CASE_OPENED:
        year, number = _number(words[1], 16), _number(words[2], 32)
        return CaseOpened(topics[1], _agency(topics[2]), words[0], year, number)
    index, milestone, seq = _number(words[0], 32), _number(words[1], 8), _number(words[2], 64)
    if not 1 <= milestone <= len(MILESTONE_NAMES):
        raise VerificationError("registry-event", f"there is no milestone {milestone}")
    name = MILESTONE_NAMES[milestone - 1]
    return MilestoneReached(topics[1], _agency(topics[2]), index, name, seq, words[3])


# Number of topics and of data words of every event.
_FORMS = {
    PROCEDURE_APPROVED: (2, 1),
    RECORDER_APPOINTED: (2, 1),
    CASE_OPENED: (3, 3),
    MILESTONE_REACHED: (3, 4),
}


def _number(word: bytes, bits: int) -> int:
    number = int.from_bytes(word, "big")
    if number >= 2**bits:
        raise VerificationError("registry-event", f"a number beyond {bits} bits")
    return number


def _agency(word: bytes) -> str:
    text = word.rstrip(b"\0").decode("ascii", "replace")
    if not AGENCY.match(text):
        raise VerificationError("registry-event", "not an agency code")
    return text
