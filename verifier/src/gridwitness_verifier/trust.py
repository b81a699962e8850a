"""The trust file: what the relying party takes as given (docs/format.md section 10)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from . import strict_json
from .claims import AGENCY, ORIGIN, SUBJECT, is_integer
from .errors import Unusable, VerificationError
from .hexadecimal import parse_hex
from .notes import VerifierKey, parse_vkey
from .pins import is_pinned
from .profiles import PROFILES

MAXIMUM_FILE = 2**20


@dataclass(frozen=True, slots=True)
class Contract:
    """Address (20 bytes) of a contract and keccak of its code (32 bytes)."""

    address: bytes
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class LogTrust:
    """A log: origin, id (SHA-256 of the origin), agency, key, merge delay in seconds, predecessor."""

    origin: str
    log_id: bytes
    agency: str
    vkey: VerifierKey
    maximum_merge_delay: int
    predecessor: str | None

    @property
    def name(self) -> str:
        """Last part of the origin, as the database and the served paths use it."""
        return self.origin.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Validator:
    """A pinned validator (20 bytes), who runs it, and the blocks it counts for (both ends included)."""

    address: bytes
    operator: str
    from_block: int
    to_block: int | None

    def counts_at(self, number: int) -> bool:
        """Whether the validator is in the set at this block number."""
        return self.from_block <= number and (self.to_block is None or number <= self.to_block)


@dataclass(frozen=True, slots=True)
class Trust:
    """A parsed trust file; `sha256` is that of its bytes, `confirmed` whether this user pinned it."""

    sha256: str
    confirmed: bool
    deployment: str
    profile: str
    chain_id: int
    genesis_hash: bytes
    rpc: str | None
    contracts_block: int
    members: Contract
    keys_slot: int
    record_log: Contract
    case_registry: Contract | None
    hotspot_board: Contract | None
    logs: tuple[LogTrust, ...]
    validators: tuple[Validator, ...]
    clock: str
    tolerance: int
    files: Path | None

    def log(self, origin: str) -> LogTrust:
        """The log with this origin; raises VerificationError `foreign-log`."""
        for log in self.logs:
            if log.origin == origin:
                return log
        raise VerificationError("foreign-log", f"{origin} is not a log of the trust file")

    @property
    def lines(self) -> tuple[tuple[LogTrust, ...], ...]:
        """The logs in lines of succession (section 4): each line is a log and its successors, in order."""
        successors = {log.predecessor: log for log in self.logs if log.predecessor is not None}
        origins = {log.origin for log in self.logs}
        lines = []
        for first in (log for log in self.logs if log.predecessor not in origins):
            line, following = [first], successors.get(first.origin)
            while following is not None:
                line.append(following)
                following = successors.get(following.origin)
            lines.append(tuple(line))
        return tuple(lines)

    @property
    def line_of(self) -> dict[str, int]:
        """Number of the line of every log, by the log's name."""
        return {log.name: number for number, line in enumerate(self.lines) for log in line}

    def validators_at(self, number: int) -> tuple[Validator, ...]:
        """The validator set at a block number."""
        return tuple(validator for validator in self.validators if validator.counts_at(number))


def load_trust(path: Path) -> Trust:
    """Read and parse a trust file; raises Unusable `trust-…`."""
    data = read_trust_bytes(path)
    digest = sha256(data).hexdigest()
    return parse_trust(data, confirmed=is_pinned(digest), folder=path.parent)


def read_trust_bytes(path: Path) -> bytes:
    """Bytes of a trust file; raises Unusable `trust-unreadable` or `trust-form`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAXIMUM_FILE + 1)
    except OSError as error:
        raise Unusable("trust-unreadable", f"cannot read trust file {path}: {error.strerror}") from error
    if len(data) > MAXIMUM_FILE:
        raise Unusable("trust-form", f"a trust file of more than {MAXIMUM_FILE} bytes")
    return data


def parse_trust(data: bytes, *, confirmed: bool, folder: Path) -> Trust:
    """Parse a trust file strictly; raises Unusable `trust-form` naming the member that is wrong."""
    try:
        return _trust(_Members(strict_json.loads(data), "trust"), sha256(data).hexdigest(), confirmed, folder)
    except VerificationError as error:
        raise Unusable("trust-form", f"trust file: {error.message}") from error


class _Members:
    """An object whose members are taken one by one, each with its form, and that may hold no others."""

    def __init__(self, value: Any, name: str) -> None:
        if not isinstance(value, dict):
            raise VerificationError("trust-form", f"{name} is not an object")
        self._left = dict(value)
        self._name = name

    def take(self, member: str) -> Any:
        if member not in self._left:
            raise VerificationError("trust-form", f"{self._name}.{member} is missing")
        return self._left.pop(member)

    def text(self, member: str) -> str:
        value = self.take(member)
        if not isinstance(value, str) or not 0 < len(value) <= 2048 or not value.isprintable():
            raise VerificationError("trust-form", f"{self._name}.{member} is not text")
        return value

    def optional_text(self, member: str) -> str | None:
        if self._left.get(member, "") is None:
            return self.take(member)
        return self.text(member)

    def optional_members(self, member: str) -> _Members | None:
        return self.members(member) if member in self._left else None

    def choice(self, member: str, values: tuple[str, ...]) -> str:
        value = self.text(member)
        if value not in values:
            raise VerificationError("trust-form", f"{self._name}.{member} is none of {', '.join(values)}")
        return value

    def number(self, member: str) -> int:
        value = self.take(member)
        if not is_integer(value, 0):
            raise VerificationError("trust-form", f"{self._name}.{member} is not a number from 0")
        return int(value)

    def hex(self, member: str, length: int) -> bytes:
        return parse_hex(self.take(member), name=f"{self._name}.{member}", length=length)

    def members(self, member: str) -> _Members:
        return _Members(self.take(member), f"{self._name}.{member}")

    def items(self, member: str) -> list[_Members]:
        value = self.take(member)
        if not isinstance(value, list):
            raise VerificationError("trust-form", f"{self._name}.{member} is not an array")
        return [_Members(item, f"{self._name}.{member}[{index}]") for index, item in enumerate(value)]

    def end(self) -> None:
        if self._left:
            raise VerificationError("trust-form", f"{self._name} holds {len(self._left)} unknown members")


def _trust(root: _Members, digest: str, confirmed: bool, folder: Path) -> Trust:
    root.choice("format", ("gridwitness-trust/v1",))
    deployment = root.text("deployment")
    if not SUBJECT.match(deployment):
        raise VerificationError("trust-form", "trust.deployment is not 32 hex digits")
    chain, contracts, time = root.members("chain"), root.members("contracts"), root.members("time")
    members = contracts.members("members")
    files = root.optional_text("files")
    # Deployments made before there was one have none.
    registry, board = (contracts.optional_members(name) for name in ("case_registry", "hotspot_board"))
    trust = Trust(
        sha256=digest,
        confirmed=confirmed,
        deployment=deployment,
        profile=root.choice("profile", PROFILES),
        chain_id=chain.number("chain_id"),
        genesis_hash=chain.hex("genesis_hash", 32),
        rpc=chain.optional_text("rpc"),
        contracts_block=contracts.number("block"),
        members=Contract(members.hex("address", 20), members.hex("code_hash", 32)),
        keys_slot=members.number("keys_slot"),
        record_log=_contract(contracts.members("record_log")),
        case_registry=None if registry is None else _contract(registry),
        hotspot_board=None if board is None else _contract(board),
        logs=tuple(_log(item, deployment) for item in root.items("logs")),
        validators=tuple(_validator(item) for item in root.items("validators")),
        clock=time.choice("clock", ("system", "simulated")),
        tolerance=time.number("tolerance"),
        files=None if files is None else folder / files,
    )
    for part in (root, chain, contracts, members, time):
        part.end()
    _check_whole(trust)
    return trust


def _contract(part: _Members) -> Contract:
    contract = Contract(part.hex("address", 20), part.hex("code_hash", 32))
    part.end()
    return contract


def _log(part: _Members, deployment: str) -> LogTrust:
    origin, agency = part.text("origin"), part.text("agency")
    if not ORIGIN.match(origin) or origin.split("/")[1] != deployment:
        raise VerificationError("trust-form", "the origin of a log is not one of this deployment")
    if not AGENCY.match(agency) or origin.split("/")[2].partition("-")[0] != agency:
        raise VerificationError("trust-form", "the agency of a log is not the one in its origin")
    vkey = parse_vkey(part.text("vkey"))
    if vkey.name != origin:
        raise VerificationError("trust-form", "the key of a log has another name than its origin")
    log = LogTrust(
        origin=origin,
        log_id=sha256(origin.encode("ascii")).digest(),
        agency=agency,
        vkey=vkey,
        maximum_merge_delay=part.number("maximum_merge_delay"),
        predecessor=part.optional_text("predecessor"),
    )
    part.end()
    return log


def _validator(part: _Members) -> Validator:
    to_block = part.take("to_block")
    if to_block is not None and not is_integer(to_block, 0):
        raise VerificationError("trust-form", "to_block of a validator is neither a number nor null")
    validator = Validator(part.hex("address", 20), part.text("operator"), part.number("from_block"), to_block)
    part.end()
    return validator


def _check_whole(trust: Trust) -> None:
    if len({log.origin for log in trust.logs}) != len(trust.logs):
        raise VerificationError("trust-form", "two logs with one origin")
    # Rows and subjects are followed along a line, so there has to be one order.
    if sum(map(len, trust.lines)) != len(trust.logs):
        raise VerificationError("trust-form", "two logs name one predecessor, or logs succeed in a circle")
    # A clock that can be set proves nothing to another agency, so no shared profile may have one.
    if trust.clock == "simulated" and trust.profile != "embedded":
        raise VerificationError("trust-form", f"a simulated clock in profile {trust.profile}")
