"""Commit seals of QBFT headers against a pinned validator set (docs/format.md section 8)."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module

from .errors import VerificationError
from .header import BFT_MIX_HASH, MAXIMUM_VALIDATORS, ExtraData, Header, parse_header, seal_hash


def quorum(validators: int) -> int:
    """ceil(2N/3): the seals a block of N validators needs."""
    return -(-2 * validators // 3)


def verify_seals(header_rlp: bytes, validators: Collection[bytes | str]) -> tuple[bytes, ...]:
    """A quorum of the pinned `validators` (20 bytes or `0x…`) sealed the header; returns the signers.

    Raises VerificationError: `qbft-form`, `qbft-rules`, `qbft-validators`, `qbft-seal`, `qbft-quorum`.
    """
    # 1. the pinned set: some, distinct
    pinned = _addresses(validators)
    # 2. the header is a QBFT header
    header = parse_header(header_rlp)
    extra = _qbft(header)
    # 3. header rules: difficulty, validators as pinned and ascending, coinbase a member
    _check_rules(header, extra, pinned)
    # 4. every seal is of a member and no member sealed twice
    signers = _signers(seal_hash(header, extra), extra.seals)
    if len(set(signers)) != len(signers):
        raise VerificationError("qbft-seal", "one validator sealed twice")
    strangers = [signer for signer in signers if signer not in pinned]
    if strangers:
        raise VerificationError("qbft-seal", f"a seal of 0x{strangers[0].hex()}, which is not pinned")
    # 5. quorum
    if len(signers) < quorum(len(pinned)):
        raise VerificationError(
            "qbft-quorum",
            f"{len(signers)} seals of {len(pinned)} validators; {quorum(len(pinned))} are needed",
        )
    return signers


def _addresses(validators: Collection[bytes | str]) -> frozenset[bytes]:
    addresses = []
    for validator in validators:
        try:
            address = bytes.fromhex(validator.removeprefix("0x")) if isinstance(validator, str) else validator
        except ValueError as error:
            raise VerificationError("qbft-validators", "a pinned validator is not hex") from error
        addresses.append(address)
    if not addresses or len(addresses) > MAXIMUM_VALIDATORS or any(len(item) != 20 for item in addresses):
        raise VerificationError("qbft-validators", "validators are one or more addresses of 20 bytes")
    if len(set(addresses)) != len(addresses):
        raise VerificationError("qbft-validators", "a validator is pinned twice")
    return frozenset(addresses)


def _qbft(header: Header) -> ExtraData:
    if header.number == 0:
        raise VerificationError("qbft-form", "the genesis block has no seals")
    if header.mix_hash != BFT_MIX_HASH:
        raise VerificationError("qbft-form", "mixHash is not that of a BFT chain")
    if header.qbft is None:
        raise VerificationError("qbft-form", "extraData is not that of QBFT (IBFT 2.0 is another format)")
    return header.qbft


def _check_rules(header: Header, extra: ExtraData, pinned: frozenset[bytes]) -> None:
    if header.difficulty != 1:
        raise VerificationError("qbft-rules", f"difficulty {header.difficulty}, not 1")
    if list(extra.validators) != sorted(set(extra.validators)):
        raise VerificationError("qbft-rules", "validators are not ascending and distinct")
    if frozenset(extra.validators) != pinned:
        raise VerificationError("qbft-validators", "the header names other validators than are pinned")
    if header.coinbase not in pinned:
        raise VerificationError("qbft-rules", "the proposer (coinbase) is not a validator")


def _signers(digest: bytes, seals: tuple[bytes, ...]) -> tuple[bytes, ...]:
    # Loaded only for a chain with pinned validators.
    recover_sealer = import_module("gridwitness_verifier.seal").recover_sealer
    return tuple(recover_sealer(digest, seal) for seal in seals)
